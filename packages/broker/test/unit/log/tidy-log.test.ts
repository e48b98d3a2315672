/** Disk use once a backlog is gone and little is recorded. */

import { expect, it } from 'vitest'
import { LogWorld } from '../../support/log-world.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'
import { ManualClock } from '../queue/manual-clock.ts'

const MIB = 1024 * 1024
/** That of a simulated disk on which spare files are kept. */
const CAPACITY_BYTES = 1e12

it('takes next to nothing on disk once a backlog is gone, but for the messages that stay', async () => {
  const clock = new ManualClock()
  const fileSystem = new SimulatedFileSystem({ capacityBytes: CAPACITY_BYTES })
  const options = { directory: '/data', memoryBudget: 64 * MIB, segmentBytes: 2 * MIB, clock }
  const world = await LogWorld.open({ ...options, fileSystem })
  for (let i = 0; i < 700; i++) world.publish(`${i} `.padEnd(10_000, 'x'), [world.queue(1)])
  world.publish('stays', [world.queue(2)])
  await world.committed()
  expect(world.disk.bytes).toBeGreaterThan(6 * MIB)
  world.drain(world.queue(1))
  await world.committed()
  for (let i = 0; i < 2; i++) await world.checkpoint()
  // Files are kept for speed.
  expect((await fileSystem.list('/data/log')).filter((name) => name.endsWith('.spare')).length).toBeGreaterThan(0)
  expect(await usedBytes(fileSystem)).toBeGreaterThan(4 * MIB)
  for (let i = 0; i < 4; i++) await passTime(clock, world)
  expect(world.disk.bytes).toBeLessThan(0.05 * MIB)
  expect(await usedBytes(fileSystem)).toBeLessThan(0.1 * MIB)
  const written = world.log.recovered.epoch
  // Nothing happens any more, and nothing is written.
  const operations = fileSystem.operations.length
  await passTime(clock, world)
  expect(fileSystem.operations.slice(operations).filter((line) => line.includes('.seg'))).toEqual([])

  const disk = fileSystem.losePower(1)
  // As if another process came.
  await disk.unlink('/data/lock').catch(() => {})
  const again = await LogWorld.open({ ...options, fileSystem: disk })
  expect(again.log.recovered.epoch).toBe(written + 1)
  expect(again.drain(again.queue(1))).toEqual([])
  expect(again.drain(again.queue(2)).map(({ body }) => body)).toEqual(['stays'])
  await again.crash()
  world.abandon()
})

/** Lets the time pass after which a checkpoint is due, and waits for that. */
async function passTime(clock: ManualClock, world: LogWorld): Promise<void> {
  clock.advance(31_000)
  for (let i = 0; i < 200; i++) await new Promise(setImmediate)
  await world.committed()
}

async function usedBytes(fileSystem: SimulatedFileSystem): Promise<number> {
  return CAPACITY_BYTES - (await fileSystem.freeBytes())
}
