import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeduplicationWindow } from '../../../src/deduplication/deduplication-window.ts'

interface Step {
  readonly key: string
  readonly wait: number
  readonly forget: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__'),
  wait: fc.nat(4),
  forget: fc.nat(9).map((number) => number === 0),
})

describe('DeduplicationWindow', () => {
  it('agrees with a plain list of what came', () => {
    const ttl = fc.constantFrom(3, 10, Number.POSITIVE_INFINITY)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), ttl, (steps, size, ttlMs) => {
        const window = new DeduplicationWindow(size, ttlMs)
        // A forgotten entry keeps its place until its turn comes.
        let model: { key: string | undefined; expires: number }[] = []
        let now = 0
        for (const { key, wait, forget } of steps) {
          now += wait
          model = model.filter(({ expires }) => expires > now)
          const known = model.some((entry) => entry.key === key)
          expect(window.has(key, now)).toBe(known)
          if (forget) {
            window.forget(key)
            for (const entry of model) if (entry.key === key) entry.key = undefined
          } else if (!known) {
            window.add(key, now)
            if (model.length === size) model.shift()
            model.push({ key, expires: now + ttlMs })
          }
          expect(window.count).toBe(model.filter((entry) => entry.key !== undefined).length)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('stays at its size', () => {
    const window = new DeduplicationWindow(1000, Number.POSITIVE_INFINITY)
    for (let i = 0; i < 50_000; i++) window.add(`key-${i}`, 0)
    expect(window.count).toBe(1000)
    expect([window.has('key-48999', 0), window.has('key-49000', 0)]).toEqual([false, true])
  })
})
