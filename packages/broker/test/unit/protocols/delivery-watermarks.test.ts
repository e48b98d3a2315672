import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeliveryWatermarks } from '../../../src/protocols/amqp/delivery-watermarks.ts'

describe('DeliveryWatermarks', () => {
  it('knows the last tag that was out at a time', () => {
    const watermarks = new DeliveryWatermarks()
    watermarks.note(100, 5, 1)
    watermarks.note(200, 5, 1)
    watermarks.note(300, 9, 4)
    expect([99, 100, 299, 300, 1000].map((time) => watermarks.lastTagAt(time))).toEqual([0, 5, 5, 9, 9])
    watermarks.note(400, 9, 8)
    expect([299, 300].map((time) => watermarks.lastTagAt(time))).toEqual([0, 9])
    watermarks.note(500, 9, 10)
    expect(watermarks.lastTagAt(1000)).toBe(0)
  })

  it('never takes a delivery for older than it is, for newer only within its precision, and stays small', () => {
    const step = fc.record({ pass: fc.integer({ min: 1, max: 50 }), out: fc.nat(3), settle: fc.nat(3) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), fc.nat(5000), (steps, age) => {
        const watermarks = new DeliveryWatermarks()
        const outSince = [0]
        let now = 0
        let first = 1
        for (const { pass, out, settle } of steps) {
          now += pass
          for (let i = 0; i < out; i++) outSince.push(now)
          first = Math.min(first + settle, outSince.length)
          if (first < outSince.length) watermarks.note(now, outSince.length - 1, first)
          expect(watermarks.count).toBeLessThanOrEqual(128)
          const last = watermarks.lastTagAt(now - age)
          if (last > 0) expect(outSince[last]).toBeLessThanOrEqual(now - age)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('still finds what is held for ever', () => {
    const watermarks = new DeliveryWatermarks()
    for (let time = 1; time <= 10_000; time++) watermarks.note(time, time, 1)
    expect(watermarks.lastTagAt(10_000)).toBe(10_000)
    expect(watermarks.lastTagAt(9990)).toBeGreaterThan(8000)
    expect(watermarks.lastTagAt(1)).toBe(1)
  })
})
