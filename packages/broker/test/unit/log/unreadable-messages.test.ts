/** A disk that does not give back what was written while the broker runs: messages there are left out, and come back after a start. */

import { describe, expect, it } from 'vitest'
import { BLOCK_SIZE } from '../../../src/memory/working-memory.ts'
import { Message } from '../../../src/queue/message.ts'
import { RandomNumbers } from '../../integration/random-numbers.ts'
import { EXPIRING, LogWorld, PRIORITIES } from '../../support/log-world.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'
import { ManualClock } from '../queue/manual-clock.ts'

const MEBIBYTE = 1024 * 1024
const SEGMENT = '/data/log/0000000000000001.seg'
const ARGUMENTS = [Object.create(null), PRIORITIES, EXPIRING]
const QUEUES = ARGUMENTS.map((_, i) => i + 1)
const BODIES = Array.from({ length: 60 }, (_, i) => `${i} `.padEnd(1000, 'x'))

function open(fileSystem: SimulatedFileSystem, clock = new ManualClock()): Promise<LogWorld> {
  return LogWorld.open({
    directory: '/data',
    fileSystem,
    segmentBytes: MEBIBYTE,
    memoryBudget: 1,
    clock,
    queues: () => QUEUES,
    queueArguments: (id) => ARGUMENTS[id - 1],
  })
}

async function restart(world: LogWorld, fileSystem: SimulatedFileSystem): Promise<[LogWorld, SimulatedFileSystem]> {
  world.abandon()
  const next = fileSystem.killProcess(1)
  await next.unlink('/data/lock').catch(() => {})
  return [await open(next), next]
}

/** Queues with the same messages, none of which is in memory. */
async function filled(): Promise<[LogWorld, SimulatedFileSystem]> {
  const fileSystem = new SimulatedFileSystem()
  const world = await open(fileSystem)
  for (const body of BODIES)
    world.publish(
      body,
      QUEUES.map((id) => world.queue(id)),
    )
  await world.committed()
  return restart(world, fileSystem)
}

describe.each([
  ['fails', 0],
  ['gives other bits', 4],
])('a disk that %s', (_, mask) => {
  it('costs the messages concerned until the next start, checkpoints in between or not', async () => {
    let [world, disk] = await filled()
    disk.spoilReads(SEGMENT, 20_000, 1, mask)
    const seen = QUEUES.map((id) => world.drain(world.queue(id)).map(({ body }) => body))
    const lost = BODIES.filter((body) => !seen[0].includes(body))
    // One bad place costs 4 KiB, of which a checksum may be wrong for 8, and what reaches into those.
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThan(10)
    for (const bodies of seen) expect(bodies).toEqual(BODIES.filter((body) => !lost.includes(body)))
    expect(world.log.damage.records).toBeGreaterThan(0)
    expect(world.errors.filter((message) => message.includes('cannot be read'))).toHaveLength(1)
    for (let i = 0; i < 3; i++) await world.checkpoint()
    expect(world.states).toEqual([])
    ;[world, disk] = await restart(world, disk)
    for (const id of QUEUES) expect(world.drain(world.queue(id)).map(({ body }) => body)).toEqual(lost)
    // Done with this time.
    await world.committed()
    ;[world, disk] = await restart(world, disk)
    for (const id of QUEUES) expect(world.drain(world.queue(id))).toEqual([])
    world.abandon()
  })

  it('keeps nothing of a queue that is purged or deleted', async () => {
    let [world, disk] = await filled()
    disk.spoilReads(SEGMENT, 20_000, 1, mask)
    for (const id of QUEUES) world.drain(world.queue(id))
    world.queue(1).purge()
    world.queue(2).purge()
    world.deleteQueue(3)
    world.addQueue(3)
    expect([...world.log.store.blocks()].filter(({ id }) => id !== 0)).toEqual([])
    await world.checkpoint()
    ;[world, disk] = await restart(world, disk)
    for (const id of [1, 2]) expect(world.drain(world.queue(id))).toEqual([])
    world.abandon()
  })
})

describe('a read that fails once', () => {
  it('costs nothing', async () => {
    const [world, disk] = await filled()
    const random = new RandomNumbers(1)
    for (const id of QUEUES) {
      disk.fail('read', 'EIO', { after: random.below(2), path: /seg$/ })
      expect(world.drain(world.queue(id)).map(({ body }) => body)).toEqual(BODIES)
    }
    world.abandon()
  })
})

describe('a block that is read at once while it is being read ahead', () => {
  it.each([0, 4])('is what the first read gave, whatever the other one finds: mask %i', async (mask) => {
    const [world, disk] = await filled()
    const { store } = world.log
    const [block] = [...store.blocks()].filter(({ id, resident }) => id !== 0 && !resident)
    const entered = new Promise<void>((ready) => {
      expect(store.enter(block.slot * BLOCK_SIZE, ready)).toBe(false)
    })
    const message = new Message()
    store.read(block.slot * BLOCK_SIZE, message)
    expect(block.damaged).toEqual([])
    disk.spoilReads(SEGMENT, 0, 60_000, mask)
    await entered
    expect(block.damaged).toEqual([])
    world.abandon()
  })
})

describe('a disk that cannot read parts of the log at the start', () => {
  it('costs what is there, and is reported', async () => {
    const fileSystem = new SimulatedFileSystem()
    const world = await open(fileSystem)
    for (const body of BODIES) world.publish(body, [world.queue(1)])
    await world.committed()
    // Damage to the last write of all is taken for one that was under way.
    world.publish('last', [world.queue(2)])
    await world.committed()
    world.abandon()
    const disk = fileSystem.killProcess(1)
    await disk.unlink('/data/lock').catch(() => {})
    disk.spoilReads(SEGMENT, 20_000, 1)
    const after = await open(disk)
    const found = after.drain(after.queue(1)).map(({ body }) => body)
    expect(found).toEqual(BODIES.filter((body) => found.includes(body)))
    expect(BODIES.length - found.length).toBeGreaterThan(0)
    expect(BODIES.length - found.length).toBeLessThan(10)
    expect(after.log.damage.records).toBeGreaterThan(0)
    expect(after.errors.join()).toMatch(/damage/)
    after.abandon()
  })
})
