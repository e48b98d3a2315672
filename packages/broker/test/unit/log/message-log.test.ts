import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { typed } from '@warrenmq/codec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogWorld } from '../../support/log-world.ts'
import { ManualClock } from '../queue/manual-clock.ts'

let directory: string
let world: LogWorld

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'warren-log-'))
  world = await LogWorld.open({ directory, segmentBytes: 1024 * 1024, memoryBudget: 1024 * 1024 })
})

afterEach(async () => {
  await world.crash()
  rmSync(directory, { recursive: true, force: true })
})

/** Starts anew on the same directory, without having ended in order. */
async function restart(): Promise<void> {
  await world.crash()
  world = await LogWorld.open({ directory, segmentBytes: 1024 * 1024, memoryBudget: 1024 * 1024 })
}

describe('MessageLog', () => {
  it('brings persistent messages back in order, and those that were handed out as redelivered', async () => {
    const queue = world.queue(1)
    for (let i = 0; i < 100; i++) world.publish(`m${i}`, [queue])
    world.publish('transient', [queue], { persistent: false })
    const taken = [world.take(queue), world.take(queue), world.take(queue)]
    world.settle(queue, taken[1])
    await world.committed()
    await restart()
    const after = world.drain(world.queue(1))
    expect(after.map(({ body }) => body)).toEqual(['m0', 'm2', ...Array.from({ length: 97 }, (_, i) => `m${i + 3}`)])
    expect(after.filter(({ redelivered }) => redelivered).map(({ body }) => body)).toEqual(['m0', 'm2'])
  })

  it('writes a message once for all queues that get it', async () => {
    const queues = Array.from({ length: 16 }, (_, i) => world.queue(i + 1))
    const before = world.recordedBytes
    for (let i = 0; i < 100; i++) world.publish('x'.repeat(1000) + i, queues)
    await world.committed()
    expect(world.recordedBytes - before).toBeLessThan(100 * 1000 * 2)
    await restart()
    for (let i = 1; i <= 16; i++) expect(world.drain(world.queue(i))).toHaveLength(100)
  })

  it('keeps messages of any size, also those that fill more than an entry', async () => {
    const sizes = [0, 1, 60_000, 64 * 1024, 300_000, 700_000]
    for (const size of sizes) world.publish('y'.repeat(size), [world.queue(1)])
    await world.committed()
    await restart()
    expect(world.drain(world.queue(1)).map(({ body }) => body.length)).toEqual(sizes)
  })

  it('starts from a checkpoint and what came after it', async () => {
    const queue = world.queue(1)
    for (let i = 0; i < 5000; i++) world.publish(`m${i}`, [queue])
    for (let i = 0; i < 1000; i++) world.settleNext(queue)
    const held = world.take(queue)
    await world.checkpoint()
    world.settle(queue, held)
    for (let i = 5000; i < 5100; i++) world.publish(`m${i}`, [queue])
    await world.committed()
    await restart()
    expect(world.replayed).toBeLessThan(100)
    const bodies = world.drain(world.queue(1)).map(({ body }) => body)
    expect(bodies).toEqual(Array.from({ length: 4099 }, (_, i) => `m${i + 1001}`))
  })

  it('keeps the order of messages that came back in another one', async () => {
    const queue = world.queue(1)
    for (let i = 0; i < 8; i++) world.publish(`m${i}`, [queue])
    const taken = Array.from({ length: 8 }, () => world.take(queue))
    for (const i of [0, 1, 2, 4, 6]) world.settle(queue, taken[i])
    // As many as lie from the first to the last, although they do not follow each other.
    for (const i of [3, 7, 5]) world.giveBack(queue, taken[i])
    await world.checkpoint()
    await restart()
    expect(world.drain(world.queue(1)).map(({ body }) => body)).toEqual(['m3', 'm5', 'm7'])
  })

  it('records what somebody may get in steps, once he has asked for many', async () => {
    const queue = world.queue(1)
    for (let i = 0; i < 400; i++) world.publish(`m${i}`, [queue])
    await world.committed()
    const { recordedBytes } = world
    const taken = Array.from({ length: 17 + 320 }, () => world.take(queue))
    // One by one, then 16 at a time, in records of 32 bytes.
    expect(world.recordedBytes - recordedBytes).toBe((16 + 1 + 20) * 32)
    world.settle(queue, taken[300])
    await world.committed()
    await restart()
    const after = world.drain(world.queue(1))
    expect(after.slice(0, 336).every(({ redelivered }) => redelivered)).toBe(true)
    expect(after.at(-1)).toMatchObject({ body: 'm399', redelivered: false })
  })

  it('records no metadata that is there already', async () => {
    world.log.journal.put('key', 'value')
    const { recordedBytes } = world
    world.log.journal.put('key', 'value')
    world.log.journal.delete('other')
    expect(world.recordedBytes).toBe(recordedBytes)
    world.log.journal.put('key', 'new')
    await world.committed()
    await restart()
    expect([...world.log.recovered.metadata.pairs()]).toEqual([['key', 'new']])
  })

  it('gives the disk back when a backlog is gone, by a checkpoint more when nothing happens any longer', async () => {
    await world.crash()
    const clock = new ManualClock()
    world = await LogWorld.open({ directory, segmentBytes: 1024 * 1024, memoryBudget: 1024 * 1024, clock })
    const queue = world.queue(1)
    for (let i = 0; i < 20_000; i++) world.publish('z'.repeat(1000), [queue])
    await world.committed()
    expect(world.disk.bytes).toBeGreaterThan(20_000_000)
    while (queue.readyCount > 0) world.settleNext(queue)
    await world.checkpoint()
    // Should the newest checkpoint be damaged, the one before must be of use.
    expect(world.disk.bytes).toBeGreaterThan(20_000_000)
    clock.advance(31_000)
    await expect.poll(() => world.disk.bytes, { timeout: 10_000 }).toBeLessThan(3_000_000)
    for (let i = 0; i < 4; i++) {
      clock.advance(31_000)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await world.committed()
    // No checkpoint is of use then.
    const { lastPosition } = world.log.journal.dispatch
    for (let i = 0; i < 5; i++) {
      clock.advance(31_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(world.log.journal.dispatch.lastPosition).toBe(lastPosition)
  })

  it('moves the few messages that stay, so that their segments go, and finds them again', async () => {
    const [passing, staying] = [world.queue(1), world.queue(2)]
    const stay: string[] = []
    for (let i = 0; i < 20_000; i++) {
      const body = `${i}:${'z'.repeat(1000)}`
      if (i % 500 !== 0) world.publish(body, [passing])
      else {
        stay.push(body)
        world.publish(body, [staying, passing])
      }
    }
    stay.push('w'.repeat(200_000))
    world.publish(stay[stay.length - 1], [staying])
    while (passing.readyCount > 0) world.settleNext(passing)
    await world.committed()
    // The first marks and moves, the second knows them by their new place.
    await world.checkpoint()
    await world.checkpoint()
    await world.checkpoint()
    await world.log.releaseSpares()
    expect(world.disk.bytes).toBeLessThan(4_000_000)
    const first = world.take(staying)
    expect(first.body).toBe(stay[0])
    world.giveBack(staying, first)
    await restart()
    expect(world.drain(world.queue(2)).map(({ body }) => body)).toEqual(stay)
  })

  it('reads a backlog back that is larger than the memory for it', async () => {
    const queue = world.queue(1)
    const body = (i: number) => `${i}:${'v'.repeat(i % 3000)}`
    for (let i = 0; i < 10_000; i++) world.publish(body(i), [queue], { persistent: i % 3 !== 0 })
    await world.committed()
    await world.untilSpilled()
    expect(world.memoryBytes).toBeLessThan(6 * 1024 * 1024)
    const wrong = world.drain(queue).filter((message, i) => message.body !== body(i))
    expect(wrong).toEqual([])
  }, 30_000)

  it('loses to damage on the disk no more than the messages that it hit, and delivers nothing else', async () => {
    const body = (i: number) => `${i}:${'u'.repeat(1000)}`
    for (let i = 0; i < 5000; i++) world.publish(body(i), [world.queue(1)])
    await world.committed()
    await world.crash()
    const [first] = readdirSync(join(directory, 'log')).sort()
    const file = openSync(join(directory, 'log', first.replace('.idx', '.seg')), 'r+')
    for (const offset of [200_000, 500_000]) writeSync(file, Buffer.from('damage'), 0, 6, offset)
    closeSync(file)
    world = await LogWorld.open({ directory, segmentBytes: 1024 * 1024, memoryBudget: 1024 * 1024 })
    const bodies = world.drain(world.queue(1)).map((message) => message.body)
    const all = new Set(Array.from({ length: 5000 }, (_, i) => body(i)))
    expect(bodies.filter((each) => !all.has(each))).toEqual([])
    // A piece of 4 KiB, whose checksum is wrong, holds parts of up to five messages.
    expect(bodies.length).toBeGreaterThanOrEqual(5000 - 12)
    expect(bodies.length).toBeLessThan(5000)
  })

  it('finds damage that comes while it runs, when it reads a backlog back', async () => {
    const body = (i: number) => `${i}:${'t'.repeat(1000)}`
    const queue = world.queue(1)
    for (let i = 0; i < 5000; i++) world.publish(body(i), [queue])
    await world.committed()
    await world.untilSpilled()
    // The first blocks lie in the working memory still.
    const segment = readdirSync(join(directory, 'log'))
      .filter((name) => name.endsWith('.seg'))
      .sort()[3]
    const file = openSync(join(directory, 'log', segment), 'r+')
    writeSync(file, Buffer.from('damage'), 0, 6, 300_000)
    closeSync(file)
    const bodies: string[] = []
    for (let taken = world.tryTake(queue); taken !== undefined; taken = world.tryTake(queue)) bodies.push(taken.body)
    const all = new Set(Array.from({ length: 5000 }, (_, i) => body(i)))
    expect(bodies.filter((each) => !all.has(each))).toEqual([])
    expect(bodies.length).toBeGreaterThanOrEqual(5000 - 6)
    expect(bodies.length).toBeLessThan(5000)
  })

  it('knows after a start how large a backlog is, to keep it within a limit', async () => {
    const queue = world.queue(1)
    for (let i = 0; i < 100; i++) world.publish('x'.repeat(i), [queue])
    await world.checkpoint()
    await restart()
    expect(world.queue(1).readyBytes).toBeGreaterThan(4900)
    expect(world.queue(1).readyBytes).toBeLessThan(5100)
    world.queue(1).configure({ ...world.queue(1).features, maxLengthBytes: 1_000_000 })
    world.publish('y', [world.queue(1)])
    await world.checkpoint()
    await world.crash()
    world = await LogWorld.open({
      directory,
      memoryBudget: 1024 * 1024,
      queueArguments: () => ({ 'x-max-length-bytes': typed('I', 1_000_000) }),
    })
    world.queue(1).runTurn()
    expect(world.drain(world.queue(1))).toHaveLength(101)
    expect(world.queue(1).readyBytes).toBe(0)
  })

  it('does not flag as redelivered what came after the crash before the last one', async () => {
    for (let i = 0; i < 10; i++) world.publish(`m${i}`, [world.queue(1)])
    // Recorded to be delivered are more than came.
    world.queue(1).log?.mayDeliver(0, () => {})
    await world.committed()
    await restart()
    expect(world.drain(world.queue(1)).filter(({ redelivered }) => redelivered)).toHaveLength(10)
    for (let i = 0; i < 10; i++) world.publish(`n${i}`, [world.queue(1)])
    await world.committed()
    await restart()
    expect(world.drain(world.queue(1)).filter(({ redelivered }) => redelivered)).toEqual([])
  })

  it('has a message expire again that was on its way to a dead-letter exchange', async () => {
    const queue = world.queue(1)
    for (let i = 0; i < 3; i++) world.publish(`m${i}`, [queue])
    const dying = world.take(queue)
    world.expired.add(dying.sequence)
    await world.checkpoint()
    await restart()
    expect(world.drain(world.queue(1)).map(({ body }) => body)).toEqual(['m1', 'm2'])
  })

  it('brings back all of a group or nothing, also where it lies in several entries', async () => {
    const bodies = Array.from({ length: 1000 }, (_, i) => `${i}:${'g'.repeat(1000)}`)
    const publishAll = () => {
      for (const body of bodies) world.publish(body, [world.queue(1), world.queue(2)])
    }
    world.publish('before', [world.queue(1)])
    await world.committed()
    // A crash in the middle: what is in the log then has no end.
    const halfway = new Error('halfway')
    expect(() =>
      world.log.journal.group(() => {
        publishAll()
        world.log.journal.dispatch.stop()
        throw halfway
      }),
    ).toThrow(halfway)
    await restart()
    expect(world.drain(world.queue(1)).map(({ body }) => body)).toEqual(['before'])
    expect(world.drain(world.queue(2))).toEqual([])
    await world.committed()
    await restart()
    world.log.journal.group(publishAll)
    await world.committed()
    await restart()
    for (const id of [1, 2]) expect(world.drain(world.queue(id)).map(({ body }) => body)).toEqual(bodies)
  })
})
