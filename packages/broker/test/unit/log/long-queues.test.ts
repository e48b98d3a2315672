/** What is done otherwise about a queue when it is long: its index is on disk, and a purge does not name every message. */

import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../src/clock.ts'
import type { Queue } from '../../../src/queue/queue.ts'
import { LogWorld, PRIORITIES, type Taken } from '../../support/log-world.ts'
import { ManualClock } from '../queue/manual-clock.ts'

const PLAIN = 1
const PRIORITIZED = 2
const MIB = 1024 * 1024

let directory: string
let world: LogWorld

const open = (clock: Clock = systemClock) =>
  LogWorld.open({
    directory,
    clock,
    memoryBudget: MIB,
    queueArguments: (id) => (id === PRIORITIZED ? PRIORITIES : Object.create(null)),
  })

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'warren-log-'))
  world = await open()
})

afterEach(async () => {
  await world.crash()
  rmSync(directory, { recursive: true, force: true })
})

async function crash(): Promise<void> {
  await world.crash()
  world = await open()
}

const spillBytes = () => statSync(join(directory, 'spill')).size

async function publish(queue: Queue, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) world.publish(String(i), [queue], { priority: i % 2 })
  await world.committed()
}

/** Numbers in the order in which a queue delivers them. */
function inOrder(queue: Queue, from: number, to: number): number[] {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i)
  return queue === world.queue(PLAIN) ? numbers : numbers.sort((a, b) => (b % 2) - (a % 2) || a - b)
}

function expectNumbers(taken: readonly Taken[], expected: readonly number[]): void {
  // Not `toEqual` of all, which takes seconds for so many.
  const wrong = taken.findIndex(({ body }, i) => Number(body) !== expected[i])
  expect(taken[wrong]?.body).toBe(wrong < 0 ? undefined : String(expected[wrong]))
  expect(taken.length).toBe(expected.length)
}

describe('a long queue', () => {
  it.each([PLAIN, PRIORITIZED])(
    'comes back from a checkpoint that found its index on disk, and what came later: queue %i',
    async (id) => {
      const count = id === PLAIN ? 250_000 : 400_000
      for (let from = 0; from < count; from += 50_000) await publish(world.queue(id), from, from + 50_000)
      await world.untilSpilled()
      expect(spillBytes()).toBeGreaterThan(0)
      const checkpoint = world.checkpoint()
      // While it is written the queue goes on.
      const taken = Array.from({ length: 40_000 }, () => world.settleNext(world.queue(id)))
      await checkpoint
      await publish(world.queue(id), count, count + 10)
      await crash()
      const expected = inOrder(world.queue(id), 0, count + 10)
      const first = inOrder(world.queue(id), 0, count).slice(0, 40_000)
      expectNumbers(taken, first)
      const gone = new Set(first)
      expectNumbers(
        world.drain(world.queue(id)),
        expected.filter((i) => !gone.has(i)),
      )
    },
    60_000,
  )

  it('loses no message for good when its index cannot be read back', async () => {
    await publish(world.queue(PLAIN), 0, 250_000)
    await world.untilSpilled()
    truncateSync(join(directory, 'spill'), 0)
    const readable = new Set(world.drain(world.queue(PLAIN)).map(({ body }) => Number(body)))
    expect(readable.size).toBeLessThan(250_000)
    expect(world.log.damage.readErrors).toBeGreaterThan(0)
    await world.committed()
    await world.checkpoint()
    await crash()
    const lost = Array.from({ length: 250_000 }, (_, i) => i).filter((i) => !readable.has(i))
    expectNumbers(world.drain(world.queue(PLAIN)), lost)
  }, 60_000)

  it('tries a checkpoint again after a while when its index cannot be read', async () => {
    await world.crash()
    const clock = new ManualClock()
    world = await open(clock)
    await publish(world.queue(PLAIN), 0, 250_000)
    await world.untilSpilled()
    truncateSync(join(directory, 'spill'), 0)
    for (const milliseconds of [31_000, ...Array.from({ length: 20 }, () => 250)]) {
      clock.advance(milliseconds)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await expect.poll(() => world.errors.length).toBeGreaterThan(0)
    expect(world.errors.filter((message) => message.includes('checkpoint'))).toHaveLength(1)
  }, 60_000)

  it('is purged but for what is in hand: with priorities', async () => {
    const queue = world.queue(PRIORITIZED)
    await publish(queue, 0, 20_000)
    const held = Array.from({ length: 30 }, () => world.take(queue))
    for (let i = 0; i < 30; i += 3) world.settle(queue, held[i])
    expect(queue.purge()).toBe(20_000 - 30)
    await publish(queue, 20_000, 20_010)
    await crash()
    const kept = held.filter((_, i) => i % 3 !== 0).map(({ body }) => Number(body))
    const expected = [...kept, ...Array.from({ length: 10 }, (_, i) => 20_000 + i)]
    expectNumbers(
      world.drain(world.queue(PRIORITIZED)),
      expected.sort((a, b) => (b % 2) - (a % 2) || a - b),
    )
  })

  it('is purged but for what is in hand: with many messages that came back', async () => {
    const queue = world.queue(PLAIN)
    await publish(queue, 0, 20_000)
    const held = Array.from({ length: 10_000 }, () => world.take(queue))
    const kept = held.splice(5000, 3)
    for (const taken of held) world.giveBack(queue, taken)
    expect(queue.purge()).toBe(20_000 - 3)
    await world.committed()
    await crash()
    const left = world.drain(world.queue(PLAIN))
    expectNumbers(
      left,
      kept.map(({ body }) => Number(body)),
    )
    expect(left.every(({ redelivered }) => redelivered)).toBe(true)
  })
})
