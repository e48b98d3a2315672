import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareValues, dottedValue } from '../../../../src/management/lists/order.ts'
import type { JsonValue } from '../../../../src/parameters/json-value.ts'

describe('compareValues', () => {
  it('sorts as Erlang does: numbers, words, objects, lists, texts', () => {
    const sorted: JsonValue[] = [-1, 0, 2.5, 10, false, null, true, { a: 1 }, [1], '', 'B', 'a', 'b']
    expect([...sorted].reverse().sort(compareValues)).toEqual(sorted)
  })

  it('is an order', () => {
    const value = fc.jsonValue() as fc.Arbitrary<JsonValue>
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0)
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})

describe('dottedValue', () => {
  it('finds what is there, and 0 for what is not', () => {
    const item = { a: { b: 'c' }, list: [1] }
    expect(dottedValue(item, ['a', 'b'])).toBe('c')
    expect(dottedValue(item, ['a', 'b', 'c'])).toBe(0)
    expect(dottedValue(item, ['constructor'])).toBe(0)
    expect(dottedValue(item, ['list', '0'])).toBe(0)
  })
})
