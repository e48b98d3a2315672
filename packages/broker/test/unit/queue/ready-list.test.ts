import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexMemory } from '../../../src/log/store/index-memory.ts'
import { ReadyList } from '../../../src/queue/ready-list.ts'

describe('ReadyList', () => {
  it('is a queue, whatever comes and goes in which amounts', () => {
    const amounts = fc.array(fc.tuple(fc.nat(9000), fc.nat(9000)), { maxLength: 12 })
    fc.assert(
      fc.property(amounts, (steps) => {
        const list = new ReadyList(new IndexMemory())
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
          if (model.length > 0) expect(list.first).toBe(model[0])
        }
        const captured = list.capture(0).flatMap(({ positions, start, end }) => [...positions.subarray(start, end)])
        expect(captured).toEqual(model)
      }),
      { numRuns: 30 },
    )
  })

  it('stays in order over more pages than it keeps empty slots for, and gives all back', () => {
    const memory = new IndexMemory()
    const list = new ReadyList(memory)
    let pushed = 0
    let shifted = 0
    for (let round = 0; round < 2200; round++) {
      for (let i = 0; i < 32_768; i++) list.push(pushed++)
      for (let i = 0; i < 16_384; i++) if (list.shift() !== shifted++) throw new Error(`out of order at ${shifted}`)
      if (round % 2 === 1)
        for (let i = 0; i < 32_768; i++) if (list.shift() !== shifted++) throw new Error(`at ${shifted}`)
    }
    expect(list.length).toBe(pushed - shifted)
    while (list.length > 0) if (list.shift() !== shifted++) throw new Error(`out of order at ${shifted}`)
    expect(shifted).toBe(pushed)
    expect(memory.bytes).toBe(0)
  })

  it('takes little while it is short', () => {
    const memory = new IndexMemory()
    const lists = Array.from({ length: 1000 }, () => new ReadyList(memory))
    for (const list of lists) for (let i = 0; i < 64; i++) list.push(i)
    const bytes = lists.flatMap((list) => list.capture(0)).reduce((sum, { positions }) => sum + positions.byteLength, 0)
    expect(bytes).toBe(1000 * 512)
  })
})
