import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DelayHeap } from '../../../src/exchange/delay-heap.ts'

type Op = { readonly push: number } | { readonly remove: number } | 'shift'

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ push: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(60) }) },
  { weight: 2, arbitrary: fc.constant('shift' as const) },
)

describe('DelayHeap', () => {
  it('agrees with a sorted list through any sequence of changes', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 200 }), (ops) => {
        const heap = new DelayHeap()
        let model: { due: number; id: number }[] = []
        let nextId = 1
        for (const each of ops) {
          if (each === 'shift') {
            const first = model.shift()
            if (first === undefined) continue
            expect([heap.firstDue, heap.firstId, heap.shift()]).toEqual([first.due, first.id, first.id * 10])
          } else if ('push' in each) {
            const id = nextId++
            heap.push(each.push, id, id * 10)
            model.push({ due: each.push, id })
            model.sort((a, b) => a.due - b.due || a.id - b.id)
          } else {
            const isThere = model.some(({ id }) => id === each.remove)
            expect(heap.remove(each.remove)).toBe(isThere ? each.remove * 10 : -1)
            model = model.filter(({ id }) => id !== each.remove)
          }
          expect(heap.length).toBe(model.length)
        }
        expect(heap.firstDue).toBe(model[0]?.due ?? Number.POSITIVE_INFINITY)
        expect(Array.from({ length: heap.length }, () => heap.shift())).toEqual(model.map(({ id }) => id * 10))
      }),
      { numRuns: 300 },
    )
  })
})
