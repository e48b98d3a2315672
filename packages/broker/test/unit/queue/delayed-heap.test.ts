import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DelayedHeap } from '../../../src/queue/delayed-heap.ts'

it('gives the earliest first, and the older one of a moment', () => {
  const entry = fc.record({ dueAt: fc.nat(5), take: fc.boolean() })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 100 }), (entries) => {
      const heap = new DelayedHeap()
      const model: { dueAt: number; sequence: number; position: number }[] = []
      entries.forEach(({ dueAt, take }, index) => {
        const message = { dueAt, sequence: (index * 37) % 101, position: index }
        heap.push(message)
        model.push(message)
        model.sort((a, b) => a.dueAt - b.dueAt || a.sequence - b.sequence)
        expect(heap.first).toBe(model[0])
        if (take) expect(heap.shift()).toBe(model.shift())
        expect(heap.length).toBe(model.length)
      })
      while (model.length > 0) expect(heap.shift()).toBe(model.shift())
      expect(heap.first).toBeUndefined()
    }),
  )
})
