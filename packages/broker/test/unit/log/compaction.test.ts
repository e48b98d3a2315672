import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Block } from '../../../src/log/store/block.ts'
import { Message } from '../../../src/queue/message.ts'
import { LogWorld } from '../../support/log-world.ts'

let directory: string
let world: LogWorld

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'warren-log-'))
  world = await open()
})

afterEach(async () => {
  await world.crash()
  rmSync(directory, { recursive: true, force: true })
})

function open(memoryBudget = 1024 * 1024): Promise<LogWorld> {
  return LogWorld.open({ directory, segmentBytes: 900 * 1024, memoryBudget })
}

const body = (i: number) => `${i}:${'x'.repeat(1000)}`

describe('compaction', () => {
  it('leaves the block alone that is being filled, although it begins in a sparse segment', async () => {
    const queue = world.queue(1)
    let published = 0
    while (world.disk.segments < 2) {
      for (let i = 0; i < 10; i++) world.publish(body(published++), [queue])
      await world.committed()
    }
    while (queue.readyCount > 15) world.settleNext(queue)
    await world.committed()
    for (let i = 0; i < 3; i++) await world.checkpoint()
    for (let i = 0; i < 5; i++) world.publish(body(published++), [queue])
    await world.committed()
    const expected = Array.from({ length: 20 }, (_, i) => body(published - 20 + i))
    await world.crash()
    world = await open()
    expect(world.drain(world.queue(1)).map((message) => message.body)).toEqual(expected)
  })

  it('leaves a block alone that was being filled when its messages were marked, and has as many others by now', async () => {
    const queue = world.queue(1)
    let published = 0
    while (world.disk.segments < 2) {
      for (let i = 0; i < 10; i++) world.publish(body(published++), [queue])
      await world.committed()
    }
    while (queue.readyCount > 15) world.settleNext(queue)
    await world.committed()
    const block = [...world.log.store.blocks()].find(({ id, open }) => id !== 0 && open) as Block
    const { live } = block
    expect(live).toBeGreaterThan(0)
    const written = world.checkpoint()
    // What is there has been captured by then, and is being written.
    await Promise.resolve()
    while (block.open) world.publish(body(published++), [queue])
    while (block.live > live) world.settleNext(queue)
    await written
    const expected = Array.from({ length: queue.readyCount }, (_, i) => body(published - queue.readyCount + i))
    expect(world.drain(queue).map((message) => message.body)).toEqual(expected)
  })

  it('leaves a block alone of which somebody has messages that no checkpoint knows of', async () => {
    const queue = world.queue(1)
    const { store } = world.log
    for (let i = 0; i < 3000; i++) world.publish(body(i), [queue])
    await world.committed()
    const others: number[] = []
    const message = new Message()
    for (let i = 0; i < 5; i++) {
      const taken = world.take(queue)
      store.read(taken.position, message)
      // As a queue that is not durable does.
      others.push(store.keep(message))
      world.settle(queue, taken)
    }
    const held = others.map(() => world.take(queue))
    world.drain(queue)
    await world.committed()
    const written = world.checkpoint()
    await Promise.resolve()
    for (const taken of held) world.settle(queue, taken)
    await written
    const bodies = others.map((position) => store.read(position, message) && Buffer.from(message.body()).toString())
    expect(bodies).toEqual(others.map((_, i) => body(i)))
    for (const position of others) store.release(position)
    expect([...store.blocks()].filter(({ id }) => id !== 0)).toEqual([])
  })

  it('lets others go on between one block and the next, also when all are in memory', async () => {
    await world.crash()
    world = await open(64 * 1024 * 1024)
    const [passing, staying] = [world.queue(1), world.queue(2)]
    for (let i = 0; i < 5000; i++) world.publish(body(i), i % 10 === 0 ? [passing, staying] : [passing])
    await world.committed()
    world.drain(passing)
    await world.committed()
    const { journal } = world.log
    const movedAtOnce: number[] = [0]
    const move = journal.move.bind(journal)
    journal.move = (message) => {
      movedAtOnce[movedAtOnce.length - 1]++
      return move(message)
    }
    let isOver = false
    const written = world.checkpoint().then(() => {
      isOver = true
    })
    while (!isOver) {
      await new Promise(setImmediate)
      movedAtOnce.push(0)
    }
    await written
    // A block has room for some 230 of them, of which a tenth stays.
    expect(movedAtOnce.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100)
    expect(Math.max(...movedAtOnce)).toBeLessThan(50)
    expect(world.drain(staying).map((message) => message.body)).toEqual(
      Array.from({ length: 500 }, (_, i) => body(10 * i)),
    )
  })

  it('makes no message of what cannot be read any more', async () => {
    const [passing, staying] = [world.queue(1), world.queue(2)]
    for (let i = 0; i < 5000; i++) world.publish(body(i), i % 50 === 0 ? [passing, staying] : [passing])
    await world.committed()
    await world.untilSpilled()
    while (passing.readyCount > 0) world.settleNext(passing)
    await world.committed()
    await world.crash()
    world = await open()
    const [segment] = readdirSync(join(directory, 'log')).sort()
    const file = openSync(join(directory, 'log', segment.replace('.idx', '.seg')), 'r+')
    for (let offset = 20_000; offset < 800_000; offset += 4096) writeSync(file, Buffer.from('damage'), 0, 6, offset)
    closeSync(file)
    for (let i = 0; i < 3; i++) await world.checkpoint()
    const all = new Set(Array.from({ length: 5000 }, (_, i) => body(i)))
    const found = world.drain(world.queue(2)).map((message) => message.body)
    expect(found.filter((each) => !all.has(each))).toEqual([])
    expect(found.length).toBeGreaterThan(50)
  })
})
