/** Bits that change on the disk: whatever they hit, the rest is there, and nothing comes that was not published. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomNumbers } from '../../integration/random-numbers.ts'
import { LogWorld } from '../../support/log-world.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'
import { ManualClock } from '../queue/manual-clock.ts'

const RUNS = Number(process.env.WARREN_LOG_HISTORIES ?? 20)
const QUEUES = [1, 2, 3, 4, 5, 6, 7, 8]
const MESSAGES = 400
const MEBIBYTE = 1024 * 1024
const LOG = '/data/log'
/** What a checkpoint of these queues takes, about. */
const CHECKPOINT_BYTES = 60_000
const KEYS = Array.from({ length: 100 }, (_, i) => `key ${i}`)
const VALUE = 'v'.repeat(200)
/** Keys of metadata that one bit may cost, likewise. */
const KEYS_HIT_MAX = 20
/** Queues of which one bit may cost messages: those that a piece of 4 KiB is about, whose checksum is wrong then. */
const QUEUES_HIT_MAX = 3

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

/** Fills the queues, after much that is gone, so that the beginning of the log has been removed when `rounds` are many. */
async function fill(fileSystem: SimulatedFileSystem, random: RandomNumbers, rounds: number, isLast: boolean) {
  const world = await open(fileSystem)
  for (const key of KEYS) world.log.journal.put(key, VALUE)
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 60; i++) world.publish(`gone ${round}.${i}`.padEnd(20_000), [world.queue(1)])
    while (world.queue(1).readyCount > 0) world.settleNext(world.queue(1))
    await world.checkpoint()
  }
  const expected = new Map<number, string[]>()
  for (const id of QUEUES) {
    const bodies = Array.from({ length: MESSAGES }, (_, i) => `${id}/${i} `.padEnd(100 + random.below(1000), 'x'))
    for (const body of bodies) world.publish(body, [world.queue(id)])
    expected.set(id, bodies)
  }
  await world.committed()
  if (isLast) await world.checkpoint()
  world.abandon()
  return { expected, next: fileSystem.killProcess(random.below(2 ** 31)) }
}

/** Changes a bit of the log; as often as not near its end, where the checkpoint is. */
async function flip(fileSystem: SimulatedFileSystem, random: RandomNumbers): Promise<void> {
  const files = (await fileSystem.list(LOG)).filter((name) => name.endsWith('.seg')).sort()
  const isNearEnd = random.chance(50)
  const path = `${LOG}/${isNearEnd ? files[files.length - 1] : random.pick(files)}`
  // What was never written is no place for damage.
  const length = fileSystem.bytesOf(path).findLastIndex((byte) => byte !== 0) + 1
  const reach = isNearEnd ? Math.min(length, CHECKPOINT_BYTES) : length
  fileSystem.flip(path, length - 1 - random.below(reach), 1 << random.below(8))
}

describe('damage on the disk', () => {
  it.each([
    ['with all of the log there', 0, false],
    ['with a checkpoint, and all of the log there', 0, true],
    ['with a checkpoint, and the beginning of the log removed', 3, true],
  ])(
    'costs what it hits, and is reported: %s',
    async (_, rounds, isLast) => {
      const property = fc.asyncProperty(fc.nat(), async (seed) => {
        const random = new RandomNumbers(seed)
        const { expected, next } = await fill(new SimulatedFileSystem(), random, rounds, isLast)
        await flip(next, random)
        await next.unlink('/data/lock').catch(() => {})
        const world = await open(next)
        const { metadata } = world.log.recovered
        for (const [key, value] of metadata.pairs()) expect([KEYS.includes(key), value]).toEqual([true, VALUE])
        const losses = QUEUES.map((id) => {
          const bodies = world.drain(world.queue(id)).map(({ body }) => body)
          const rest = (expected.get(id) as string[]).filter((body) => bodies.includes(body))
          const alien = bodies.filter((body) => !body.startsWith('gone '))
          expect(alien).toEqual(rest)
          return MESSAGES - rest.length
        })
        world.abandon()
        const hit = losses.filter((count) => count > 0)
        const keysLost = KEYS.length - metadata.size
        const said = [...world.errors, ...world.warnings].join()
        if (hit.length > 0 || keysLost > 0) expect(said).toMatch(/damage|was cut off/)
        // An entry whose own header is hit is lost as a whole. At the very end it looks like a write that was under way.
        if (/entries-lost|was cut off/.test(said)) return
        expect(hit.length).toBeLessThanOrEqual(QUEUES_HIT_MAX)
        expect(keysLost).toBeLessThanOrEqual(KEYS_HIT_MAX)
      })
      await fc.assert(property, { numRuns: RUNS })
    },
    60_000 + RUNS * 1000,
  )
})
