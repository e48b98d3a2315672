import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { History, type HistoryShape } from '../../../src/statistics/history.ts'
import { Retention, type SampleRange, Timeline } from '../../../src/statistics/timeline.ts'

const STEP = 5000

/** A timeline with a history on it, and all values that it was given. */
class Recording {
  readonly timeline = new Timeline(STEP)
  readonly history: History
  readonly values: number[][] = []

  constructor(shape: HistoryShape, passesBefore = 1) {
    for (let i = 0; i < passesBefore; i++) this.#begin()
    this.history = new History(this.timeline, shape)
    this.passesBefore = passesBefore
  }

  readonly passesBefore: number

  #begin(): void {
    this.timeline.begin((this.timeline.current + 1) * STEP)
  }

  take(values: number[]): void {
    if (this.values.length > 0) this.#begin()
    this.values.push(values)
    this.history.record(values)
    this.timeline.complete()
  }

  /** What the samples ought to be, found the plain way. */
  expected(index: number, range: SampleRange, retention: Retention): { sample: number; timestamp: number }[] {
    const { newest, stride, count } = this.timeline.plan(range, retention)
    const passes = Array.from({ length: count }, (_, i) => newest - i * stride)
    return passes.map((pass) => ({
      sample: this.values[pass - this.passesBefore]?.[index] ?? 0,
      timestamp: pass * STEP,
    }))
  }
}

const RANGES: readonly SampleRange[] = [
  { ageSeconds: 60, incrSeconds: 5 },
  { ageSeconds: 600, incrSeconds: 60 },
  { ageSeconds: 3600, incrSeconds: 60 },
  { ageSeconds: 28_800, incrSeconds: 1800 },
  { ageSeconds: 86_400, incrSeconds: 1800 },
]

describe('History', () => {
  it.each(Object.entries(Retention))('gives back what it was given, as far as it keeps it: %s', (_name, retention) => {
    const growth = fc.oneof(fc.constant(0), fc.nat(100), fc.nat(20_000_000))
    const length = fc.nat(4_000_000_000)
    const runs = fc.array(fc.tuple(growth, length, fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(
        runs,
        fc.integer({ min: 1, max: 500 }),
        fc.boolean(),
        fc.nat(2 ** 40),
        (all, before, isWide, start) => {
          const recording = new Recording({ size: 2, gaugesFrom: 1, retention, isWide }, before)
          let counter = start
          for (const [grows, level, times] of all) {
            for (let i = 0; i < times; i++) {
              counter += grows
              recording.take([counter, level])
            }
          }
          for (const range of RANGES) {
            for (const index of [0, 1]) {
              const samples = recording.history.samples(index, range)
              expect(samples).toEqual(recording.expected(index, range, retention))
            }
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('knows the rate of the last interval', () => {
    const recording = new Recording({ size: 1, retention: Retention.basic })
    recording.take([100])
    expect(recording.history.rate(0)).toBe(0)
    recording.take([150])
    expect(recording.history.rate(0)).toBe(10)
    recording.take([150])
    expect(recording.history.rate(0)).toBe(0)
  })

  it('takes no room for what never changes', () => {
    const recording = new Recording({ size: 10, retention: Retention.basic })
    for (let i = 0; i < 300; i++) recording.take([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(recording.history.bytes).toBeLessThan(1000)
    recording.take([1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(recording.history.bytes).toBeLessThan(2000)
  })
})

describe('Timeline', () => {
  it('answers for a range with the finest level that reaches so far', () => {
    const timeline = new Timeline(STEP)
    for (let pass = 1; pass <= 1000; pass++) {
      timeline.begin(pass * STEP)
      timeline.complete()
    }
    const plan = (ageSeconds: number, incrSeconds: number) =>
      timeline.plan({ ageSeconds, incrSeconds }, Retention.global)
    expect(plan(60, 5)).toMatchObject({ newest: 1000, stride: 1, count: 13 })
    expect(plan(60, 20)).toMatchObject({ newest: 1000, stride: 4, count: 4 })
    expect(plan(3600, 60)).toMatchObject({ newest: 996, stride: 12, count: 61 })
    expect(plan(28_800, 600)).toMatchObject({ newest: 960, stride: 120, count: 49 })
    expect(plan(86_400, 1800)).toMatchObject({ newest: 720, stride: 360, count: 49 })
    expect(timeline.timeOf(996, plan(3600, 60).level)).toBe(996 * STEP)
  })

  it.each([0, 1, 7, 1e9])('gives a bounded number of samples for any range: age and increment %d', (seconds) => {
    const timeline = new Timeline(STEP)
    timeline.begin(STEP)
    timeline.complete()
    for (const retention of Object.values(Retention)) {
      const { count, stride } = timeline.plan({ ageSeconds: seconds, incrSeconds: seconds }, retention)
      expect(count).toBeGreaterThan(0)
      expect(count).toBeLessThanOrEqual(121)
      expect(stride).toBeGreaterThan(0)
    }
  })
})
