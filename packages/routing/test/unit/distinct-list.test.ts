import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DistinctList } from '../../src/distinct-list.ts'

it('keeps each item once, in the order they came, in short and in long lists', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 100, size: 'max' }), (items) => {
      const list = new DistinctList<number>()
      for (const item of items) list.add(item)
      expect(list.items).toEqual([...new Set(items)])
    }),
  )
})
