/**
 * Bits that change in the newest checkpoint: nothing is lost by it, wherever they are, although what came before has been removed from the log.
 * `WARREN_LOG_HISTORIES` sets how many places are tried.
 */

import { describe, expect, it } from 'vitest'
import { RandomNumbers } from '../../integration/random-numbers.ts'
import { LogWorld } from '../../support/log-world.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'
import { ManualClock } from '../queue/manual-clock.ts'

const PLACES = Number(process.env.WARREN_LOG_HISTORIES ?? 250)
const QUEUES = [1, 2, 3]
const MEBIBYTE = 1024 * 1024
const LOG = '/data/log'
const KEYS = Array.from({ length: 30 }, (_, i) => `key ${i}`)

interface Written {
  readonly path: string
  readonly offset: number
  readonly length: number
}

function open(fileSystem: SimulatedFileSystem): Promise<LogWorld> {
  return LogWorld.open({
    directory: '/data',
    fileSystem,
    segmentBytes: MEBIBYTE,
    memoryBudget: MEBIBYTE / 2,
    clock: new ManualClock(),
    queues: () => QUEUES,
  })
}

/** A log whose beginning is gone, with a checkpoint, what has happened since, and another checkpoint with more behind it. */
async function fill(random: RandomNumbers) {
  const fileSystem = new SimulatedFileSystem()
  const world = await open(fileSystem)
  const expected = new Map(QUEUES.map((id) => [id, [] as string[]]))
  let number = 0
  const publish = (count: number, size: number) => {
    for (let i = 0; i < count; i++) {
      const id = random.pick(QUEUES)
      const body = `${id}/${number++}`.padEnd(size)
      world.publish(body, [world.queue(id)])
      expected.get(id)?.push(body)
    }
  }
  const settle = (id: number, count: number) => {
    for (let i = 0; i < count; i++) expect(world.settleNext(world.queue(id)).body).toBe(expected.get(id)?.shift())
  }
  for (const key of KEYS) world.log.journal.put(key, 'old')
  // Segments that go as a whole, and sparse ones, of which the rest is moved.
  for (let round = 0; round < 4; round++) {
    publish(20, 300)
    publish(100, 20_000)
    for (const id of QUEUES) settle(id, (expected.get(id) as string[]).length - 5)
    await world.checkpoint()
  }
  for (const key of KEYS) world.log.journal.put(key, 'new')
  publish(60, 300)
  settle(1, 3)
  await world.committed()
  const written = await writtenBy(fileSystem, world)
  publish(30, 300)
  settle(2, 4)
  await world.committed()
  world.abandon()
  const entries = withoutEnds(written, fileSystem.operations)
  return { expected, written: entries, disk: fileSystem.killProcess(random.below(2 ** 31)) }
}

/** Writes a checkpoint and returns where its parts and the entry that names it are, without what is moved after that. */
async function writtenBy(fileSystem: SimulatedFileSystem, world: LogWorld): Promise<readonly Written[]> {
  const { dispatch } = world.log.journal
  const { operations } = fileSystem
  const [start, before] = [operations.length, dispatch.checkpoint]
  let end: number | undefined
  fileSystem.delay = async (operation) => {
    if (operation === 'write' && dispatch.checkpoint !== before) end ??= operations.length + 1
  }
  await world.checkpoint()
  fileSystem.delay = undefined
  return writesIn(operations.slice(start, end))
}

function writesIn(operations: readonly string[]): readonly Written[] {
  return operations.flatMap((operation) => {
    const [what, path, offset, length] = operation.split(' ')
    return what === 'write' && path.endsWith('.seg') ? [{ path, offset: Number(offset), length: Number(length) }] : []
  })
}

/** Writes without what they put behind their entries, which the next write overwrites. */
function withoutEnds(written: readonly Written[], operations: readonly string[]): readonly Written[] {
  const all = writesIn(operations)
  return written.map(({ path, offset, length }) => {
    const next = all.filter((write) => write.path === path && write.offset > offset).map((write) => write.offset)
    return { path, offset, length: Math.min(length, Math.min(...next) - offset) }
  })
}

async function copyOf(disk: SimulatedFileSystem): Promise<SimulatedFileSystem> {
  const copy = new SimulatedFileSystem()
  for (const directory of ['/data', LOG]) {
    for (const name of await disk.list(directory)) {
      if (name === 'lock') continue
      const file = await copy.open(`${directory}/${name}`, { write: true, create: 'new' })
      await file.write([disk.bytesOf(`${directory}/${name}`)], 0)
      await file.sync()
    }
    await copy.syncDirectory(directory)
  }
  return copy
}

describe('damage in the newest checkpoint', () => {
  it(
    'loses nothing, and is reported',
    async () => {
      const random = new RandomNumbers(4)
      const { expected, written, disk } = await fill(random)
      const segments = (await disk.list(LOG)).filter((name) => name.endsWith('.seg')).sort()
      // Something was removed, so that the log alone does not tell everything.
      expect(segments[0]).not.toBe(`${'1'.padStart(16, '0')}.seg`)
      let reports = 0
      for (let i = 0; i < PLACES; i++) {
        const { path, offset, length } = random.pick(written)
        const place = offset + random.below(length)
        const copy = await copyOf(disk)
        copy.flip(path, place, 1 << random.below(8))
        const world = await open(copy)
        const where = `flipped at ${path} ${place}`
        for (const id of QUEUES) {
          const found = world.drain(world.queue(id)).map(({ body }) => body.trim())
          expect(found, `queue ${id}, ${where}`).toEqual(expected.get(id)?.map((body) => body.trim()))
        }
        expect(new Map(world.log.recovered.metadata.pairs()), where).toEqual(new Map(KEYS.map((key) => [key, 'new'])))
        if (world.errors.some((message) => message.includes('checkpoint'))) reports++
        // Of an entry that is lost as a whole it is not known what it was.
        expect(world.log.damage.records, where).toBeLessThanOrEqual(1)
        world.abandon()
      }
      expect(reports).toBeGreaterThan(PLACES / 3)
    },
    60_000 + PLACES * 500,
  )
})
