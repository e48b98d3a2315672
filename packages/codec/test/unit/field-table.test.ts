import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeFieldTable,
  decodeTypedTable,
  encodeFieldTable,
  encodeTypedTable,
  type FieldTable,
  type FieldTag,
  type FieldValue,
  NESTING_MAX,
  TypedValue,
  typed,
} from '../../src/index.ts'
import {
  concat,
  fromHex,
  isAccepted,
  refusal,
  toHex,
  typedTableArbitrary,
  typedValueArbitrary,
  utf8,
  withoutPrototype,
} from '../testkit.ts'

/** An entry named `k`: tag and hex of the value. */
const entry = (tag: string, hex: string) => concat(utf8(`\x01k${tag}`), fromHex(hex))

/** A table in tables, `depth` of them. */
function nested(depth: number): FieldTable {
  let table: FieldTable = {}
  for (let i = 1; i < depth; i++) table = { t: table }
  return table
}

describe('table values on the wire', () => {
  it.each<[tag: FieldTag, hex: string, value: TypedValue['value']]>([
    ['t', '01', true],
    ['t', '00', false],
    ['b', '80', -128],
    ['B', 'ff', 255],
    ['s', '8000', -32768],
    ['u', 'ffff', 65535],
    ['I', '80000000', -(2 ** 31)],
    ['i', 'ffffffff', 2 ** 32 - 1],
    ['l', 'ffffffffffffffff', -1],
    ['l', '001fffffffffffff', 2 ** 53 - 1],
    ['l', '0020000000000000', 2n ** 53n],
    ['l', '0020000000000001', 2n ** 53n + 1n],
    ['l', 'ffe0000000000001', -(2 ** 53) + 1],
    ['l', 'ffe0000000000000', -(2n ** 53n)],
    ['l', '8000000000000000', -(2n ** 63n)],
    ['l', '7fffffffffffffff', 2n ** 63n - 1n],
    ['f', '3fc00000', 1.5],
    ['d', '3fb999999999999a', 0.1],
    ['d', '7ff0000000000000', Number.POSITIVE_INFINITY],
    ['D', '020000013a', { scale: 2, value: 314 }],
    ['S', '0000000567 72 c3bc 6e', 'grün'],
    ['S', '00000002c328', Uint8Array.of(0xc3, 0x28)],
    ['x', '000000026869', Uint8Array.of(0x68, 0x69)],
    ['A', '00000000', []],
    ['A', '00000003 74 01 56', [typed('t', true), typed('V', null)]],
    ['T', '000000006553f100', 1_700_000_000],
    ['T', 'ffffffffffffffff', 2n ** 64n - 1n],
    ['F', '00000003 01 61 56', withoutPrototype({ a: typed('V', null) })],
    ['V', '', null],
  ])('%s %s both ways', (tag, hex, value) => {
    const bytes = entry(tag, hex)
    expect(decodeTypedTable(bytes)).toEqual(withoutPrototype({ k: new TypedValue(tag, value) }))
    expect(toHex(encodeTypedTable({ k: new TypedValue(tag, value) }))).toBe(toHex(bytes))
  })

  it('include NaN', () => {
    expect(decodeTypedTable(entry('d', '7ff8000000000000')).k.value).toBeNaN()
    expect(decodeTypedTable(entry('f', '7fc00000')).k.value).toBeNaN()
  })

  it('read any octet but 0 as true', () => {
    expect(decodeTypedTable(entry('t', '80')).k.value).toBe(true)
  })

  it('read L and write it as l, as RabbitMQ does', () => {
    const table = decodeTypedTable(entry('L', '0000000000000005'))
    expect(table.k).toEqual(typed('L', 5))
    expect(toHex(encodeTypedTable(table))).toBe(toHex(entry('l', '0000000000000005')))
  })

  it('hold bytes as views', () => {
    const bytes = entry('x', '0000000101')
    const { value } = decodeTypedTable(bytes).k
    bytes[bytes.length - 1] = 2
    expect(value).toEqual(Uint8Array.of(2))
  })
})

describe('tables', () => {
  it('decode to what was encoded, and encode to what was decoded', () => {
    fc.assert(
      fc.property(typedTableArbitrary, (table) => {
        const bytes = encodeTypedTable(table)
        expect(decodeTypedTable(bytes)).toEqual(table)
        expect(toHex(encodeTypedTable(decodeTypedTable(bytes)))).toBe(toHex(bytes))
      }),
    )
  })

  it('can lie anywhere in larger bytes', () => {
    fc.assert(
      fc.property(typedTableArbitrary, fc.uint8Array({ maxLength: 9 }), (table, around) => {
        const bytes = encodeTypedTable(table)
        const whole = concat(around, bytes, around)
        expect(decodeTypedTable(whole, around.length, around.length + bytes.length)).toEqual(table)
      }),
    )
  })

  it('have no prototype, so that no name is special', () => {
    const table = decodeTypedTable(encodeFieldTable(withoutPrototype({ ['__proto__']: 1, toString: 2 })))
    expect(Object.getPrototypeOf(table)).toBeNull()
    expect(Object.keys(table)).toEqual(['__proto__', 'toString'])
    expect(decodeTypedTable(new Uint8Array(0)).toString).toBeUndefined()
  })

  it('let the last of two equal names win', () => {
    const bytes = concat(encodeFieldTable({ k: 1 }), encodeFieldTable({ k: 2 }))
    expect(decodeTypedTable(bytes)).toEqual(withoutPrototype({ k: typed('I', 2) }))
  })

  it('take names that are not UTF-8, as RabbitMQ does', () => {
    expect(Object.keys(decodeTypedTable(fromHex('02 c3 28 56')))).toEqual(['\ufffd('])
  })

  it('come as plain values to who asks for these', () => {
    const plain = { a: 1, b: 'x', c: [1, { d: true }], e: new Date(1_700_000_000_000), f: null }
    expect(decodeFieldTable(encodeFieldTable(plain))).toEqual(plain)
  })

  it('grow beyond any buffer, also where a getter encodes another table meanwhile', () => {
    const large = 'x'.repeat(100_000)
    const inner: string[] = []
    const table = {
      first: 'before',
      get second(): string {
        inner.push(toHex(encodeFieldTable({ in: 1 })))
        return large
      },
    }
    expect(decodeFieldTable(encodeFieldTable(table))).toEqual({ first: 'before', second: large })
    expect(inner).toEqual(['02696e4900000001'])
    expect(toHex(encodeFieldTable({ in: 1 }))).toBe('02696e4900000001')
  })
})

describe('malformed tables', () => {
  it('are refused at every cut that does not fall between two entries', () => {
    const entries = [{ s: 'text' }, { n: 1 }, { t: { a: [true, null], deep: { d: 0.5 } } }, { x: Uint8Array.of(1, 2) }]
    const parts = entries.map((table) => encodeFieldTable(table))
    const ends = parts.map((_, i) => concat(...parts.slice(0, i)).length)
    const whole = concat(...parts)
    for (let length = 0; length < whole.length; length++) {
      expect(isAccepted(() => decodeTypedTable(whole, 0, length))).toBe(ends.includes(length))
    }
    expect(refusal(() => decodeTypedTable(whole, 0, whole.length - 1))).toBe(
      `MALFORMED_ARGUMENTS: 2 bytes needed at ${whole.length - 2}, 1 left`,
    )
  })

  it.each([
    ['a string longer than the table', 'S', '0000000268', 'MALFORMED_ARGUMENTS: 2 bytes needed at 7, 1 left'],
    ['bytes of 4 GiB', 'x', 'ffffffff68', 'MALFORMED_ARGUMENTS: 4294967295 bytes needed at 7, 1 left'],
    ['an array longer than the table', 'A', '0000000256', 'MALFORMED_ARGUMENTS: 2 bytes needed at 7, 1 left'],
    ['a table longer than its parent', 'F', '00000004016156', 'MALFORMED_ARGUMENTS: 4 bytes needed at 7, 3 left'],
    ['an item longer than its array', 'A', '00000002490000000001', 'MALFORMED_ARGUMENTS: 4 bytes needed at 8, 1 left'],
    ['a name without a value', 'F', '000000020161', 'MALFORMED_ARGUMENTS: 1 bytes needed at 9, 0 left'],
    ['the tag of the paper specification', 'U', '0005', 'UNKNOWN_FIELD_TAG: unknown table value tag "U"'],
    ['no tag at all', '\0', '', 'UNKNOWN_FIELD_TAG: unknown table value tag "\\u0000"'],
  ])('%s is refused', (_, tag, hex, message) => {
    expect(refusal(() => decodeTypedTable(entry(tag, hex)))).toBe(message)
  })

  it('never make the decoder look behind the end, nor end otherwise than with a table or an error', () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        typedTableArbitrary,
        fc.array(mutation, { maxLength: 3 }),
        fc.uint8Array(),
        (table, mutations, behind) => {
          const bytes = encodeTypedTable(table)
          for (const { at, byte } of mutations) if (bytes.length > 0) bytes[at % bytes.length] = byte
          const alone = outcome(() => decodeTypedTable(bytes))
          expect(outcome(() => decodeTypedTable(concat(bytes, behind), 0, bytes.length))).toEqual(alone)
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** What `action` returns, or how it was refused. */
function outcome(action: () => unknown): unknown {
  let result: unknown
  return isAccepted(() => {
    result = action()
  })
    ? result
    : refusal(action)
}

describe('nesting', () => {
  const tooDeep = `NESTING_TOO_DEEP: tables and arrays nest deeper than ${NESTING_MAX}`

  it('is taken to the limit, both ways', () => {
    const bytes = encodeFieldTable(nested(NESTING_MAX))
    expect(toHex(encodeTypedTable(decodeTypedTable(bytes)))).toBe(toHex(bytes))
  })

  it('is refused beyond it, both ways', () => {
    expect(refusal(() => encodeFieldTable(nested(NESTING_MAX + 1)))).toBe(tooDeep)
    const bytes = encodeFieldTable(nested(NESTING_MAX))
    const length = bytes.length.toString(16).padStart(8, '0')
    expect(refusal(() => decodeTypedTable(concat(entry('F', length), bytes)))).toBe(tooDeep)
  })

  it('counts arrays', () => {
    let array: FieldValue = []
    for (let i = 2; i < NESTING_MAX; i++) array = [array]
    const bytes = encodeFieldTable({ array })
    expect(toHex(encodeTypedTable(decodeTypedTable(bytes)))).toBe(toHex(bytes))
    expect(refusal(() => encodeFieldTable({ array: [array] }))).toBe(tooDeep)
    const value = bytes.subarray(6)
    const length = value.length.toString(16).padStart(8, '0')
    expect(refusal(() => decodeTypedTable(concat(entry('A', length), value)))).toBe(tooDeep)
  })

  it('of typed values that hold themselves is refused', () => {
    const items: TypedValue[] = []
    items.push(typed('A', items))
    expect(refusal(() => encodeTypedTable({ items: items[0] }))).toBe(tooDeep)
    const table: Record<string, TypedValue> = {}
    table.self = typed('F', table)
    expect(refusal(() => encodeTypedTable(table))).toBe(tooDeep)
  })
})

describe('values that their tag cannot carry', () => {
  it.each<[FieldTag, unknown, string]>([
    ['b', 128, '128 must be an integer from -128 to 127'],
    ['B', -1, '-1 must be an integer from 0 to 255'],
    ['s', 32768, '32768 must be an integer from -32768 to 32767'],
    ['u', 65536, '65536 must be an integer from 0 to 65535'],
    ['I', 2 ** 31, '2147483648 must be an integer from -2147483648 to 2147483647'],
    ['i', 0.5, '0.5 must be an integer from 0 to 4294967295'],
    ['i', 'one', 'one must be an integer from 0 to 4294967295'],
    ['l', 2n ** 63n, '9223372036854775808 must be an integer from -9223372036854775808 to 9223372036854775807'],
    ['l', 0.5, '0.5 must be an integer from -9223372036854775808 to 9223372036854775807'],
    ['L', 2 ** 63, '9223372036854776000 must be an integer from -9223372036854775808 to 9223372036854775807'],
    ['T', -1, '-1 must be an integer from 0 to 18446744073709551615'],
    ['T', -1n, '-1 must be an integer from 0 to 18446744073709551615'],
    ['D', { scale: 256, value: 0 }, '256 must be an integer from 0 to 255'],
    ['D', { scale: 0, value: -1 }, '-1 must be an integer from 0 to 4294967295'],
    ['S', 5, 'number given for a string or bytes'],
    ['x', null, 'object given for a string or bytes'],
  ])('are refused: %s, %s', (tag, value, message) => {
    const table = { k: new TypedValue(tag, value as TypedValue['value']) }
    expect(refusal(() => encodeTypedTable(table))).toBe(`VALUE_OUT_OF_RANGE: ${message}`)
  })

  it('include unknown tags, invalid dates and names that are too long', () => {
    expect(refusal(() => encodeTypedTable({ k: new TypedValue('U' as FieldTag, 1) }))).toBe(
      'UNKNOWN_FIELD_TAG: unknown table value tag "U"',
    )
    expect(refusal(() => encodeFieldTable({ k: new Date(Number.NaN) }))).toMatch(/^VALUE_OUT_OF_RANGE: NaN/)
    expect(refusal(() => encodeFieldTable({ ['x'.repeat(256)]: 1 }))).toBe(
      'VALUE_OUT_OF_RANGE: short string of 256 bytes must be <= 255',
    )
    expect(refusal(() => encodeFieldTable({ ['ü'.repeat(128)]: 1 }))).toBe(
      'VALUE_OUT_OF_RANGE: short string of 256 bytes must be <= 255',
    )
  })

  it('leave the encoder as it was', () => {
    expect(refusal(() => encodeFieldTable({ a: 'written', b: new Date(Number.NaN) }))).toMatch(/^VALUE_OUT_OF_RANGE/)
    fc.assert(
      fc.property(typedValueArbitrary, (value) => {
        expect(decodeTypedTable(encodeTypedTable({ value }))).toEqual(withoutPrototype({ value }))
      }),
    )
  })
})
