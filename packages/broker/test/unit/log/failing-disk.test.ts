import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogWorld } from '../../support/log-world.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'

let fileSystem: SimulatedFileSystem
let world: LogWorld

beforeEach(async () => {
  fileSystem = new SimulatedFileSystem()
  world = await open()
})

afterEach(() => world.abandon())

function open(): Promise<LogWorld> {
  return LogWorld.open({ directory: '/data', segmentBytes: 1024 * 1024, memoryBudget: 1024 * 1024, fileSystem })
}

/** Starts anew as after `kill -9`. */
async function restart(): Promise<void> {
  fileSystem = fileSystem.killProcess(1)
  world.abandon()
  await fileSystem.unlink('/data/lock')
  world = await open()
}

describe('a message log on a disk that fails', () => {
  it('ends while the disk is full, and loses nothing that was durable', async () => {
    for (let i = 0; i < 100; i++) world.publish(`m${i}`, [world.queue(1)])
    await world.committed()
    fileSystem.fillDisk(0)
    await world.log.finish()
    await restart()
    expect(world.drain(world.queue(1))).toHaveLength(100)
  })

  it('ends when the disk fails for good while a checkpoint is written', async () => {
    for (let i = 0; i < 100; i++) world.publish(`m${i}`, [world.queue(1)])
    await world.committed()
    fileSystem.fail('write', 'EIO')
    fileSystem.fail('truncate', 'EIO')
    const checkpoint = world.checkpoint()
    await world.log.finish()
    await checkpoint
    expect(world.states).not.toEqual([])
  })

  it('forgets what it has marked for a checkpoint that the disk did not take', async () => {
    const [passing, staying] = [world.queue(1), world.queue(2)]
    const bodies: string[] = []
    for (let i = 0; i < 3000; i++) {
      const body = `${i} `.padEnd(1000, 'x')
      if (i % 100 === 0) bodies.push(body)
      world.publish(body, i % 100 === 0 ? [passing, staying] : [passing])
    }
    await world.committed()
    world.drain(passing)
    await world.committed()
    fileSystem.fail('write', 'ENOSPC', { after: 1, path: /seg$/ })
    await world.checkpoint()
    expect(world.states).toEqual(['refusing'])
    const marked = [...world.log.store.blocks()].filter(({ marks }) => marks !== undefined)
    expect(marked).toEqual([])
    expect(world.drain(staying).map(({ body }) => body)).toEqual(bodies)
  })

  it('has whoever makes messages of messages wait when too much piles up, until the disk takes it', async () => {
    fileSystem.fillDisk(100_000)
    expect(world.log.journal.awaitRoom(() => {})).toBe(false)
    for (let i = 0; i < 40; i++) world.publish('x'.repeat(1024 * 1024), [world.queue(1)])
    let resumed = 0
    const resume = () => resumed++
    expect(world.log.journal.awaitRoom(resume)).toBe(true)
    await expect(world.committed()).rejects.toThrow('not durable')
    // Worth another look, in vain.
    expect(resumed).toBe(1)
    expect(world.log.journal.awaitRoom(resume)).toBe(true)
    fileSystem.fillDisk(Number.POSITIVE_INFINITY)
    await expect.poll(() => world.log.journal.awaitRoom(() => {}), { timeout: 10_000 }).toBe(false)
    expect(resumed).toBe(2)
  })

  it('writes the checkpoint later that a full disk did not take', async () => {
    for (let i = 0; i < 2000; i++) world.publish(`m${i}`, [world.queue(1)])
    await world.committed()
    fileSystem.fillDisk(0)
    await world.checkpoint()
    expect(world.states).toEqual(['refusing'])
    fileSystem.fillDisk(Number.POSITIVE_INFINITY)
    await world.checkpoint()
    await world.checkpoint()
    await restart()
    expect(world.replayed).toBeLessThan(10)
    expect(world.drain(world.queue(1))).toHaveLength(2000)
  })
})

describe('LogJournal', () => {
  it('waits for what is still being gathered, even if the batch ends before its time', async () => {
    const queue = world.queue(1)
    for (let i = 0; i < 3; i++) world.publish(`m${i}`, [queue])
    await world.committed()
    fileSystem.delay = () => new Promise((resolve) => setTimeout(resolve, 20))
    // Its write is under way when the next message is done with.
    world.publish('m3', [queue])
    const first = world.committed()
    await new Promise((resolve) => setTimeout(resolve, 5))
    world.settleNext(queue)
    const settled = world.committed()
    for (let i = 0; i < 300; i++) world.publish('x'.repeat(1000), [world.queue(2)])
    await first
    await settled
    fileSystem.delay = undefined
    await restart()
    expect(world.drain(world.queue(1)).map(({ body }) => body)).toEqual(['m1', 'm2', 'm3'])
  })
})

describe('the spill file on a full disk', () => {
  it('is tried again now and then, not without end', async () => {
    let writes = 0
    fileSystem.fillDisk(0)
    fileSystem.delay = async (operation) => {
      if (operation === 'write') writes++
    }
    for (let i = 0; i < 6000; i++) world.publish('x'.repeat(1000), [world.queue(1)], { persistent: false })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(writes).toBeGreaterThan(0)
    expect(writes).toBeLessThan(20)
    fileSystem.delay = undefined
    expect(world.drain(world.queue(1))).toHaveLength(6000)
  })
})
