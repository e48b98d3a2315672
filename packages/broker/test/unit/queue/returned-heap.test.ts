import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ReturnedHeap } from '../../../src/queue/returned-heap.ts'

it('gives messages back by sequence number, whatever the order they came back in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(100_000), { maxLength: 3000 }), fc.nat(10), (sequences, pause) => {
      const heap = new ReturnedHeap()
      const model: number[] = []
      sequences.forEach((sequence, i) => {
        heap.push(sequence, sequence * 2)
        model.push(sequence)
        if (i % (pause + 2) === 0) {
          model.sort((a, b) => a - b)
          const first = model.shift() as number
          expect(heap.firstSequence).toBe(first)
          expect(heap.shift()).toBe(first * 2)
        }
      })
      model.sort((a, b) => a - b)
      expect(heap.length).toBe(model.length)
      expect(model.map(() => heap.shift())).toEqual(model.map((sequence) => sequence * 2))
    }),
    { numRuns: 50 },
  )
})
