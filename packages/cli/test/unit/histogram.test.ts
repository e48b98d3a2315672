import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/perf/histogram.ts'

describe('Histogram', () => {
  it('finds the smallest, the greatest and those between', () => {
    const histogram = new Histogram()
    expect(histogram.percentile(0.5)).toBe(0)
    for (let value = 100; value >= 1; value--) histogram.record(value)
    expect([0, 0.5, 0.75, 0.99, 1].map((share) => histogram.percentile(share))).toEqual([1, 50, 75, 99, 100])
  })

  it('is at most 1.6 % below the value that stands there in the sorted list', () => {
    const values = fc.array(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, share) => {
        const histogram = new Histogram()
        for (const value of numbers) histogram.record(value)
        const sorted = [...numbers].sort((one, other) => one - other)
        const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
        const found = histogram.percentile(share)
        expect(found).toBeLessThanOrEqual(exact)
        expect(found).toBeGreaterThanOrEqual(exact * 0.984)
        expect(histogram.count).toBe(numbers.length)
      }),
    )
  })

  it('takes what is out of range for the nearest that is not', () => {
    const histogram = new Histogram()
    histogram.record(-5)
    histogram.record(1e12)
    expect([histogram.percentile(0), histogram.percentile(1)]).toEqual([0, 2 ** 31 - 1])
  })
})
