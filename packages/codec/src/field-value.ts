/**
 * Values of field tables in two forms, and the way from one to the other.
 *
 * The typed form keeps the tag that each value has on the wire; the plain form is what people write. From typed to plain loses the exact
 * type of numbers: what must go out as it came in stays typed.
 */

import { CodecError } from './errors.ts'
import { FIELD_TYPE_NAMES, type FieldTag } from './generated/constants.ts'

/** Deepest nesting of tables and arrays that is taken; the outermost table is the first level. */
export const NESTING_MAX = 64

/** `value × 10^-scale`. */
export interface Decimal {
  /** 0 to 255. */
  readonly scale: number
  /** 0 to 2^32 - 1. */
  readonly value: number
}

/** What a value of each tag holds. An integer is a number when that is exact, else a bigint. */
export interface TypedValueByTag {
  readonly t: boolean
  readonly b: number
  readonly B: number
  readonly s: number
  readonly u: number
  readonly I: number
  readonly i: number
  readonly l: number | bigint
  /** Written as `l`, as RabbitMQ does. */
  readonly L: number | bigint
  readonly f: number
  readonly d: number
  readonly D: Decimal
  /** The bytes when they are not UTF-8. */
  readonly S: string | Uint8Array
  readonly x: Uint8Array
  readonly A: readonly TypedValue[]
  /** Seconds since the epoch. */
  readonly T: number | bigint
  readonly F: TypedTable
  readonly V: null
}

/** What a typed value can hold. */
export type TypedFieldValue = TypedValueByTag[FieldTag]

/** A value with the tag it has on the wire; {@link typed} makes one. */
export class TypedValue {
  readonly tag: FieldTag
  readonly value: TypedFieldValue

  constructor(tag: FieldTag, value: TypedFieldValue) {
    this.tag = tag
    this.value = value
  }
}

/**
 * Values with their tags, by name; without prototype when decoded. In wire order, but for names that look like array indices, which
 * JavaScript puts first.
 */
export interface TypedTable {
  readonly [name: string]: TypedValue
}

/**
 * What a plain table can hold, and how it is encoded:
 *
 * | value | tag |
 * | --- | --- |
 * | boolean, string, bigint, bytes, array, `null` | `t`, `S`, `l`, `x`, `A`, `V` |
 * | integer of 32 bits, other safe integer, other number | `I`, `l`, `d` |
 * | `Date` | `T`, in whole seconds |
 * | {@link TypedValue} | its own |
 * | any other object | `F` |
 */
export type FieldValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | null
  | undefined
  | TypedValue
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue }

/** Plain values by name. `undefined` is left out when encoding; in an array it becomes `null`. */
export interface FieldTable {
  readonly [name: string]: FieldValue
}

/** A value that is to be encoded with exactly this tag. */
export function typed<T extends FieldTag>(tag: T, value: TypedValueByTag[T]): TypedValue {
  return new TypedValue(tag, value)
}

/** What RabbitMQ calls a type in its texts: `signedint` for `I`, `longstr` for `S`. */
export function fieldTypeName(tag: FieldTag): string {
  return FIELD_TYPE_NAMES[tag]
}

/**
 * The plain form of a typed table, without prototype.
 *
 * A timestamp becomes a `Date`, or stays typed beyond the years a `Date` has; a decimal becomes a number.
 */
export function toPlainTable(table: TypedTable): FieldTable {
  const plain: Record<string, FieldValue> = Object.create(null)
  for (const name of Object.keys(table)) plain[name] = toPlainValue(table[name])
  return plain
}

function toPlainValue(typedValue: TypedValue): FieldValue {
  const { tag, value } = typedValue
  if (tag === 'A') return (value as TypedValueByTag['A']).map(toPlainValue)
  if (tag === 'F') return toPlainTable(value as TypedTable)
  if (tag === 'D') return (value as Decimal).value / 10 ** (value as Decimal).scale
  if (tag !== 'T') return value as FieldValue
  const date = new Date(Number(value) * 1000)
  return Number.isNaN(date.getTime()) ? typedValue : date
}

/**
 * The typed form of a table that may hold plain and typed values.
 *
 * @throws CodecError NESTING_TOO_DEEP, VALUE_OUT_OF_RANGE for a value that no table can hold, such as a function.
 */
export function toTypedTable(table: FieldTable, depth = 1): TypedTable {
  assertNesting(depth)
  const typedTable: Record<string, TypedValue> = Object.create(null)
  for (const name of Object.keys(table)) {
    const value = table[name]
    if (value !== undefined) typedTable[name] = toTypedValue(value, depth)
  }
  return typedTable
}

function toTypedValue(value: FieldValue, depth: number): TypedValue {
  switch (typeof value) {
    case 'boolean':
      return new TypedValue('t', value)
    case 'string':
      return new TypedValue('S', value)
    case 'number':
      return new TypedValue(numberTag(value), value)
    case 'bigint':
      return new TypedValue('l', value)
    case 'undefined':
      return new TypedValue('V', null)
    case 'object':
      return toTypedObject(value, depth)
    default:
      throw new CodecError('VALUE_OUT_OF_RANGE', `a ${typeof value} cannot stand in a table`)
  }
}

function toTypedObject(value: FieldValue & (object | null), depth: number): TypedValue {
  if (value === null) return new TypedValue('V', null)
  if (value instanceof TypedValue) return value
  if (value instanceof Uint8Array) return new TypedValue('x', value)
  if (value instanceof Date) return new TypedValue('T', Math.floor(value.getTime() / 1000))
  if (!Array.isArray(value)) return new TypedValue('F', toTypedTable(value as FieldTable, depth + 1))
  assertNesting(depth + 1)
  return new TypedValue(
    'A',
    value.map((item: FieldValue) => toTypedValue(item, depth + 1)),
  )
}

function numberTag(value: number): FieldTag {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return 'd'
  return value === (value | 0) ? 'I' : 'l'
}

/** @throws CodecError NESTING_TOO_DEEP. */
export function assertNesting(depth: number): void {
  if (depth > NESTING_MAX) throw new CodecError('NESTING_TOO_DEEP', `tables and arrays nest deeper than ${NESTING_MAX}`)
}
