import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toTypedTable } from '../../src/field-value.ts'
import { type FieldTag, fieldTypeName, NESTING_MAX, toPlainTable, typed } from '../../src/index.ts'
import { refusal, typedTableArbitrary, withoutPrototype } from '../testkit.ts'

describe('the plain form', () => {
  it('is what people write', () => {
    const date = new Date(1_700_000_000_000)
    const table = withoutPrototype({
      bool: typed('t', true),
      int: typed('s', -3),
      bigint: typed('l', 2n ** 60n),
      text: typed('S', 'text'),
      bytes: typed('x', Uint8Array.of(1)),
      date: typed('T', 1_700_000_000),
      price: typed('D', { scale: 2, value: 1999 }),
      list: typed('A', [typed('V', null), typed('A', [])]),
      table: typed('F', withoutPrototype({ deep: typed('d', 0.5) })),
    })
    const plain = toPlainTable(table)
    expect(plain).toEqual({
      bool: true,
      int: -3,
      bigint: 2n ** 60n,
      text: 'text',
      bytes: Uint8Array.of(1),
      date,
      price: 19.99,
      list: [null, []],
      table: { deep: 0.5 },
    })
    expect(Object.getPrototypeOf(plain)).toBeNull()
    expect(Object.getPrototypeOf(plain.table)).toBeNull()
  })

  it('leaves a timestamp typed that no Date can hold', () => {
    const far = typed('T', 2n ** 64n - 1n)
    expect(toPlainTable({ far }).far).toBe(far)
  })
})

describe('the typed form', () => {
  it('gives plain values the tags that RabbitMQ and its clients understand', () => {
    const tag = (value: Parameters<typeof toTypedTable>[0][string]) => toTypedTable({ value }).value.tag
    const values = [
      true,
      0,
      -(2 ** 31),
      2 ** 31 - 1,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 53 - 1,
      2 ** 53,
      0.5,
      -0,
      Number.NaN,
    ]
    expect(values.map(tag).join('')).toBe('tIIIllldddd')
    expect(['s', 5n, null, Uint8Array.of(1), [1], {}, new Date(0), typed('u', 1)].map(tag).join('')).toBe('SlVxAFTu')
  })

  it('rounds a Date down to seconds', () => {
    expect(toTypedTable({ date: new Date(1999) }).date).toEqual(typed('T', 1))
  })

  it('leaves undefined out of tables and makes it null in arrays', () => {
    expect(toTypedTable({ gone: undefined, list: [undefined] })).toEqual({ list: typed('A', [typed('V', null)]) })
  })

  it('keeps typed tables as they are', () => {
    fc.assert(
      fc.property(typedTableArbitrary, (table) => {
        expect(toTypedTable(table)).toEqual(table)
      }),
    )
  })

  it('refuses what no table can hold', () => {
    expect(refusal(() => toTypedTable({ f: (() => 1) as never }))).toBe(
      'VALUE_OUT_OF_RANGE: a function cannot stand in a table',
    )
    expect(refusal(() => toTypedTable({ s: [Symbol('s') as never] }))).toBe(
      'VALUE_OUT_OF_RANGE: a symbol cannot stand in a table',
    )
  })

  it('refuses tables and arrays that hold themselves', () => {
    const tooDeep = `NESTING_TOO_DEEP: tables and arrays nest deeper than ${NESTING_MAX}`
    const table: Record<string, never> = {}
    table.self = table as never
    expect(refusal(() => toTypedTable(table))).toBe(tooDeep)
    const array: never[] = []
    array.push(array as never)
    expect(refusal(() => toTypedTable({ array }))).toBe(tooDeep)
  })
})

it('names types as RabbitMQ does', () => {
  const tags = [...'tbBsuIilLfdDSxATFV'] as FieldTag[]
  expect(tags.map(fieldTypeName)).toEqual(
    [
      ['bool', 'byte', 'unsignedbyte', 'short', 'unsignedshort', 'signedint', 'unsignedint', 'long', 'long'],
      ['float', 'double', 'decimal', 'longstr', 'binary', 'array', 'timestamp', 'table', 'void'],
    ].flat(),
  )
})
