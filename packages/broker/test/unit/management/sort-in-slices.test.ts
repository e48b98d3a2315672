import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortInSlices } from '../../../src/management/lists/sort-in-slices.ts'

interface Item {
  readonly key: number
  readonly place: number
}

function run(items: readonly Item[]): { sorted: Item[]; steps: number } {
  const work = sortInSlices(items, (a, b) => a.key - b.key)
  for (let steps = 0; ; steps++) {
    const next = work.next()
    if (next.done === true) return { sorted: next.value, steps }
  }
}

it('sorts as the language does, stably', () => {
  const keys = fc.array(fc.nat(50), { maxLength: 2000 })
  fc.assert(
    fc.property(keys, (all) => {
      const items = all.map((key, place) => ({ key, place }))
      expect(run(items).sorted).toEqual([...items].sort((a, b) => a.key - b.key))
    }),
  )
})

it('does a long list in many steps', () => {
  const items = Array.from({ length: 10_000 }, (_, place) => ({ key: (place * 7919) % 10_007, place }))
  expect(run(items).steps).toBeGreaterThan(1000)
})
