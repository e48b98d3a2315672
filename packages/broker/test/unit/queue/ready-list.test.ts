import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadyList } from '../../../src/queue/ready-list.ts'

describe('ReadyList', () => {
  it('is a queue, whatever comes and goes in which amounts', () => {
    const amounts = fc.array(fc.tuple(fc.nat(9000), fc.nat(9000)), { maxLength: 12 })
    fc.assert(
      fc.property(amounts, (steps) => {
        const list = new ReadyList()
        const model: number[] = []
        let next = 0
        for (const [pushes, shifts] of steps) {
          for (let i = 0; i < pushes; i++) {
            list.push(next)
            model.push(next++)
          }
          const taken = model.splice(0, shifts)
          expect(taken.map(() => list.shift())).toEqual(taken)
          expect(list.length).toBe(model.length)
        }
        expect([...list]).toEqual(model)
      }),
      { numRuns: 30 },
    )
  })

  it('stays in order over more pages than it keeps empty slots for', () => {
    const list = new ReadyList()
    let pushed = 0
    let shifted = 0
    for (let round = 0; round < 1100; round++) {
      for (let i = 0; i < 8192; i++) list.push(pushed++)
      for (let i = 0; i < 4096; i++) if (list.shift() !== shifted++) throw new Error(`out of order at ${shifted}`)
    }
    expect(list.length).toBe(pushed - shifted)
    while (list.length > 0) if (list.shift() !== shifted++) throw new Error(`out of order at ${shifted}`)
    expect(shifted).toBe(pushed)
  })
})
