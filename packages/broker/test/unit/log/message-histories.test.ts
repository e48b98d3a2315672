/**
 * Random histories of messages on a disk that fails. `WARREN_LOG_HISTORIES` sets how many, `WARREN_LOG_SEED` and `WARREN_LOG_PATH` repeat
 * one that failed.
 */

import fc from 'fast-check'
import { describe, it } from 'vitest'
import { MessageHistory, type MessageStep, QUEUE_COUNT } from '../../support/message-history.ts'

const RUNS = Number(process.env.WARREN_LOG_HISTORIES ?? 150)
const SEED = process.env.WARREN_LOG_SEED
const PATH = process.env.WARREN_LOG_PATH

const queue = fc.nat(QUEUE_COUNT - 1)
const size = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 8, max: 400 }) },
  { weight: 3, arbitrary: fc.integer({ min: 4000, max: 60_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 66_000, max: 700_000 }) },
)
const publish = fc.record({
  kind: fc.constant('publish' as const),
  queues: fc.uniqueArray(queue, { minLength: 1, maxLength: QUEUE_COUNT }),
  sizes: fc.array(size, { minLength: 1, maxLength: 12 }),
  persistent: fc.boolean(),
  priority: fc.nat(3),
})
const share = fc.double({ min: 0, max: 1, noNaN: true })
const count = fc.integer({ min: 1, max: 20 })
const step = fc.oneof(
  { weight: 12, arbitrary: publish },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('take', 'consume'), queue, count }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('settle', 'settle', 'giveBack'), share }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('purge', 'replace'), queue }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('put'),
      key: fc.nat(5),
      value: fc.option(fc.string({ maxLength: 20 }), { nil: undefined }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('commit', 'checkpoint', 'beginCheckpoint') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turns'), count }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time'), milliseconds: fc.constantFrom(10, 60, 1100) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      operation: fc.constantFrom('write', 'write', 'write', 'sync', 'open', 'truncate', 'unlink', 'syncDirectory'),
      code: fc.constantFrom('ENOSPC', 'EIO'),
      after: fc.nat(6),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('spoil'),
      place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      length: fc.constantFrom(1, 4096, 300_000),
      mask: fc.constantFrom(0, 0, 1, 0xff),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk'), freeBytes: fc.nat(400_000) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('losePower', 'losePower', 'kill', 'finish') }) },
) as fc.Arbitrary<MessageStep>

/** A checkpoint is complete, and the entry that names it still on its way, when power is lost. */
const UNNAMED_CHECKPOINT: readonly MessageStep[] = [
  { kind: 'losePower' },
  { kind: 'beginCheckpoint' },
  { kind: 'fault', operation: 'write', code: 'ENOSPC', after: 4 },
  { kind: 'publish', queues: [0, 3], sizes: [335533, 236, 305246, 405695], persistent: false, priority: 0 },
  { kind: 'publish', queues: [3, 0], sizes: [8], persistent: false, priority: 0 },
  { kind: 'commit' },
  { kind: 'commit' },
  { kind: 'publish', queues: [0], sizes: [66000, 4000], persistent: false, priority: 0 },
]

describe('MessageLog, in random histories', () => {
  it(
    'keeps what it promised on a disk that fails',
    async () => {
      const property = fc.asyncProperty(
        fc.nat(),
        fc.boolean(),
        fc.array(step, { minLength: 5, maxLength: 60 }),
        async (seed, hasSyncedWrites, steps) => {
          await new MessageHistory(seed, hasSyncedWrites).play(steps)
        },
      )
      await fc.assert(property, {
        numRuns: RUNS,
        examples: [[349702865, false, [...UNNAMED_CHECKPOINT]]],
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        ...(PATH === undefined ? {} : { path: PATH }),
      })
    },
    30_000 + RUNS * 500,
  )
})
