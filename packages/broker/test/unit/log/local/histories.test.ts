/**
 * Random histories on a disk that fails. `WARREN_LOG_HISTORIES` sets how many, `WARREN_LOG_SEED` and `WARREN_LOG_PATH` repeat one that failed.
 */

import fc from 'fast-check'
import { describe, it } from 'vitest'
import { type HistoryStep, LogHistory } from '../../../support/log-history.ts'

const RUNS = Number(process.env.WARREN_LOG_HISTORIES ?? 300)
const SEED = process.env.WARREN_LOG_SEED
const PATH = process.env.WARREN_LOG_PATH

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 4, max: 300 }) },
  { weight: 2, arbitrary: fc.integer({ min: 3000, max: 9000 }) },
)
const appendShape = {
  kind: fc.constant('append' as const),
  sizes: fc.array(size, { minLength: 1, maxLength: 8 }),
  waits: fc.nat(6),
}
const append = fc.record(appendShape)
const share = fc.double({ min: 0, max: 1, noNaN: true })
const fault = fc.record({
  kind: fc.constant('fault' as const),
  operation: fc.constantFrom('write', 'write', 'sync', 'sync', 'open', 'truncate', 'unlink', 'rename', 'syncDirectory'),
  code: fc.constantFrom('ENOSPC', 'EIO'),
  after: fc.nat(4),
})
const step = fc.oneof(
  { weight: 10, arbitrary: append },
  { weight: 2, arbitrary: fc.constant({ kind: 'settle' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('trim', 'discard'), share }) },
  { weight: 1, arbitrary: fault },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk'), freeBytes: fc.nat(40_000) }) },
  { weight: 3, arbitrary: fc.constantFrom({ kind: 'losePower' }, { kind: 'kill' }, { kind: 'reopen' }) },
) as fc.Arbitrary<HistoryStep>

/** Histories in which most segments are removed and written over: large entries, and removals of nearly everything. */
const churn = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ...appendShape,
      sizes: fc.array(fc.integer({ min: 500, max: 7000 }), { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('trim'), share: fc.double({ min: 0.7, max: 1, noNaN: true }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'endSegment' }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'settle' }) },
  { weight: 1, arbitrary: fault },
  { weight: 3, arbitrary: fc.constantFrom({ kind: 'losePower' }, { kind: 'kill' }) },
) as fc.Arbitrary<HistoryStep>

describe('LocalLog, in random histories', () => {
  it.each([
    ['keeps what it promised, in order and whole, and shows nothing else', step],
    ['keeps what it promised where segments are written over', churn],
  ])(
    '%s',
    async (_title, step) => {
      const property = fc.asyncProperty(
        fc.nat(),
        fc.boolean(),
        fc.array(step, { minLength: 4, maxLength: 40 }),
        async (seed, hasSyncedWrites, steps) => {
          await new LogHistory(seed, hasSyncedWrites).play(steps)
        },
      )
      await fc.assert(property, {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        ...(PATH === undefined ? {} : { path: PATH }),
      })
    },
    10_000 + RUNS * 200,
  )
})
