import type { TypedValue } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { headerKey, tableIdentity } from '../../src/field-value.ts'
import { table } from '../testkit.ts'

const typed = (tag: string, value: unknown): TypedValue => ({ tag, value }) as TypedValue
const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets)

describe('tableIdentity', () => {
  it('is the same for the same entries in any order', () => {
    const one = table({ a: ['I', 1], b: ['S', 'x'] })
    const two = table({ b: ['S', 'x'], a: ['I', 1] })
    expect(tableIdentity(one)).toBe(tableIdentity(two))
  })

  it.each<[string, [string, unknown], [string, unknown]]>([
    ['l and L', ['l', 1], ['L', 1]],
    ['zero of either sign', ['d', 0], ['d', -0]],
    ['an integer given as bigint', ['l', 5], ['l', 5n]],
  ])('takes %s for the same', (_, one, two) => {
    expect(tableIdentity(table({ a: one }))).toBe(tableIdentity(table({ a: two })))
  })

  it.each<[string, [string, unknown], [string, unknown]]>([
    ['integer types', ['I', 1], ['b', 1]],
    ['float and double', ['f', 1], ['d', 1]],
    ['string and byte array', ['S', 'v'], ['x', bytes(0x76)]],
    ['text and bytes that are no text', ['S', 'ff'], ['S', bytes(0xff)]],
    ['large integers', ['l', 2n ** 60n], ['l', 2n ** 60n + 1n]],
    ['infinities', ['d', Number.POSITIVE_INFINITY], ['d', Number.NEGATIVE_INFINITY]],
    ['decimals', ['D', { scale: 1, value: 10 }], ['D', { scale: 0, value: 1 }]],
    ['items of arrays by type', ['A', [typed('I', 1)]], ['A', [typed('b', 1)]]],
    ['nesting', ['A', [typed('A', [])]], ['A', []]],
    ['names in nested tables', ['F', table({ a: ['I', 1] })], ['F', table({ b: ['I', 1] })]],
    [
      'the order of nested tables',
      ['F', table({ a: ['V', null], b: ['V', null] })],
      ['F', table({ b: ['V', null], a: ['V', null] })],
    ],
    ['void and an empty string', ['V', null], ['S', '']],
  ])('tells %s apart', (_, one, two) => {
    expect(tableIdentity(table({ a: one }))).not.toBe(tableIdentity(table({ a: two })))
  })
})

describe('headerKey', () => {
  it.each<[string, TypedValue, TypedValue]>([
    ['integers of any type', typed('I', 1), typed('l', 1)],
    ['an integer and a float', typed('I', 1), typed('d', 1)],
    ['a large integer and the float it equals', typed('l', 2n ** 60n), typed('d', 2 ** 60)],
    ['an integer and a timestamp', typed('I', 1), typed('T', 1)],
    ['a string and a byte array', typed('S', 'v'), typed('x', bytes(0x76))],
    ['bytes that are no text in either type', typed('S', bytes(0xff)), typed('x', bytes(0xff))],
    ['arrays of equal items', typed('A', [typed('S', 'a')]), typed('A', [typed('S', 'a')])],
    ['NaN and NaN', typed('d', Number.NaN), typed('f', Number.NaN)],
  ])('is the same for %s', (_, one, two) => {
    expect(headerKey(one)).toBe(headerKey(two))
  })

  it.each<[string, TypedValue, TypedValue]>([
    ['a number and its digits', typed('I', 1), typed('S', '1')],
    ['true and 1', typed('t', true), typed('I', 1)],
    ['true and its name', typed('t', true), typed('S', 'true')],
    ['void and an empty string', typed('V', null), typed('S', '')],
    ['2^53 + 1 and the float next to it', typed('l', 2n ** 53n + 1n), typed('d', 2 ** 53)],
    ['items of arrays by type', typed('A', [typed('I', 1)]), typed('A', [typed('l', 1)])],
    ['a decimal and its number', typed('D', { scale: 0, value: 1 }), typed('I', 1)],
    ['an empty array and an empty table', typed('A', [typed('F', table({}))]), typed('A', [typed('A', [])])],
  ])('differs for %s', (_, one, two) => {
    expect(headerKey(one)).not.toBe(headerKey(two))
  })
})
