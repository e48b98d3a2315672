/**
 * Field tables with RabbitMQ's type tags (specification §4.2.5; its errata for `s`).
 *
 * Two forms. The typed form keeps the tag of every value, so that what was decoded encodes to the same bytes; the plain form is what
 * people write. Where a key stands twice, the last one wins in either form.
 */

import { ByteReader, decodeUtf8 } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { CodecError } from './errors.ts'
import { FIELD_TYPE_NAMES, type FieldTag } from './generated/constants.ts'

/** Deepest nesting of tables and arrays that is taken. */
export const NESTING_MAX = 64

/** `value × 10^-scale`. */
export interface Decimal {
  readonly scale: number
  readonly value: number
}

/** What a typed value can hold: see {@link decodeTypedTable} for which tag gives which. */
export type TypedFieldValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Decimal
  | null
  | readonly TypedValue[]
  | TypedTable

/** A value with the tag it has on the wire. */
export class TypedValue {
  readonly tag: FieldTag
  readonly value: TypedFieldValue

  constructor(tag: FieldTag, value: TypedFieldValue) {
    this.tag = tag
    this.value = value
  }
}

/** Values with their tags, by name; without prototype. */
export interface TypedTable {
  readonly [name: string]: TypedValue
}

/** What a plain table can hold. A {@link TypedValue} asks for an exact tag. */
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

/** Plain values by name. `undefined` is left out when encoding. */
export interface FieldTable {
  readonly [name: string]: FieldValue
}

/** A value that is to be encoded with exactly this tag. */
export function typed(tag: FieldTag, value: TypedFieldValue): TypedValue {
  return new TypedValue(tag, value)
}

/** What RabbitMQ calls a type in its texts: `signedint` for `I`, `longstr` for `S`. */
export function fieldTypeName(tag: FieldTag): string {
  return FIELD_TYPE_NAMES[tag]
}

/**
 * Decodes the entries of a table, which are `bytes[start]` … `bytes[end - 1]`, without the length in front.
 *
 * | tag | value |
 * | --- | --- |
 * | `t` | boolean |
 * | `b` `B` `s` `u` `I` `i` `f` `d` | number |
 * | `l` `L` `T` | number, or bigint beyond 2^53 |
 * | `S` | string, or the bytes when they are not UTF-8 |
 * | `x` | bytes, a view |
 * | `D` `A` `F` `V` | Decimal, array, table, `null` |
 *
 * @throws CodecError MALFORMED_ARGUMENTS, UNKNOWN_FIELD_TAG, INVALID_UTF8 for a name, NESTING_TOO_DEEP.
 */
export function decodeTypedTable(bytes: Uint8Array, start = 0, end: number = bytes.length): TypedTable {
  return readEntries(new ByteReader(bytes, start, end), 1)
}

/** Reads a table with its length in front. */
export function readTable(reader: ByteReader, depth = 1): TypedTable {
  const length = reader.uint32()
  const start = reader.take(length)
  return readEntries(new ByteReader(reader.bytes, start, start + length), depth)
}

function readEntries(reader: ByteReader, depth: number): TypedTable {
  assertDepth(depth)
  const table: Record<string, TypedValue> = Object.create(null)
  while (reader.offset < reader.end) {
    const name = reader.shortString()
    table[name] = readValue(reader, depth)
  }
  return table
}

function readArray(reader: ByteReader, depth: number): TypedValue[] {
  assertDepth(depth)
  const length = reader.uint32()
  const start = reader.take(length)
  const items = new ByteReader(reader.bytes, start, start + length)
  const values: TypedValue[] = []
  while (items.offset < items.end) values.push(readValue(items, depth))
  return values
}

function readValue(reader: ByteReader, depth: number): TypedValue {
  const tag = String.fromCharCode(reader.uint8()) as FieldTag
  return new TypedValue(tag, readTagged(reader, tag, depth))
}

function readTagged(reader: ByteReader, tag: FieldTag, depth: number): TypedFieldValue {
  switch (tag) {
    case 't':
      return reader.uint8() !== 0
    case 'b':
      return reader.int8()
    case 'B':
      return reader.uint8()
    case 's':
      return reader.int16()
    case 'u':
      return reader.uint16()
    case 'I':
      return reader.int32()
    case 'i':
      return reader.uint32()
    case 'l':
    case 'L':
      return reader.int64()
    case 'f':
      return reader.float32()
    case 'd':
      return reader.float64()
    case 'D':
      return { scale: reader.uint8(), value: reader.uint32() }
    case 'S': {
      const bytes = reader.view(reader.uint32())
      return decodeUtf8(bytes) ?? bytes
    }
    case 'x':
      return reader.view(reader.uint32())
    case 'A':
      return readArray(reader, depth + 1)
    case 'T':
      return reader.uint64()
    case 'F':
      return readTable(reader, depth + 1)
    case 'V':
      return null
    default:
      throw new CodecError('UNKNOWN_FIELD_TAG', `unknown table value tag ${JSON.stringify(tag)}`)
  }
}

/** Encodes a table of either form, without a length in front. */
export function encodeFieldTable(table: FieldTable): Uint8Array {
  const writer = new ByteWriter()
  writeEntries(writer, table, 1)
  return writer.finish()
}

/** Writes a table of either form with its length in front. */
export function writeTable(writer: ByteWriter, table: FieldTable, depth = 1): void {
  writer.withLength(() => writeEntries(writer, table, depth))
}

function writeEntries(writer: ByteWriter, table: FieldTable, depth: number): void {
  assertDepth(depth)
  for (const name of Object.keys(table)) {
    const value = table[name]
    if (value === undefined) continue
    writer.shortString(name)
    writeValue(writer, value, depth)
  }
}

function writeValue(writer: ByteWriter, value: FieldValue, depth: number): void {
  const { tag, value: content } = value instanceof TypedValue ? value : withTag(value)
  // RabbitMQ reads `L` and writes `l`; so does this.
  writer.uint8((tag === 'L' ? 'l' : tag).charCodeAt(0))
  writeTagged(writer, tag, content as never, depth)
}

/** The tag that a plain value gets. */
function withTag(value: FieldValue): { tag: FieldTag; value: unknown } {
  if (value === null || value === undefined) return { tag: 'V', value: null }
  if (typeof value === 'boolean') return { tag: 't', value }
  if (typeof value === 'string') return { tag: 'S', value }
  if (typeof value === 'bigint') return { tag: 'l', value }
  if (typeof value === 'number') return { tag: numberTag(value), value }
  if (value instanceof Uint8Array) return { tag: 'x', value }
  if (value instanceof Date) return { tag: 'T', value: Math.floor(value.getTime() / 1000) }
  return { tag: Array.isArray(value) ? 'A' : 'F', value }
}

function numberTag(value: number): FieldTag {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return 'd'
  return value === (value | 0) ? 'I' : 'l'
}

function writeTagged(writer: ByteWriter, tag: FieldTag, value: never, depth: number): void {
  switch (tag) {
    case 't':
      return writer.uint8(value ? 1 : 0)
    case 'b':
      return writer.int8(value)
    case 'B':
      return writer.uint8(value)
    case 's':
      return writer.int16(value)
    case 'u':
      return writer.uint16(value)
    case 'I':
      return writer.int32(value)
    case 'i':
      return writer.uint32(value)
    case 'l':
    case 'L':
      return writer.int64(value)
    case 'f':
      return writer.float32(value)
    case 'd':
      return writer.float64(value)
    case 'D':
      writer.uint8((value as Decimal).scale)
      return writer.uint32((value as Decimal).value)
    case 'S':
    case 'x':
      return writer.longString(value)
    case 'A':
      return writer.withLength(() => {
        assertDepth(depth + 1)
        for (const item of value as readonly FieldValue[]) writeValue(writer, item, depth + 1)
      })
    case 'T':
      return writer.uint64(value)
    case 'F':
      return writeTable(writer, value, depth + 1)
    case 'V':
      return undefined
    default:
      throw new CodecError('UNKNOWN_FIELD_TAG', `unknown table value tag ${JSON.stringify(tag)}`)
  }
}

/** The plain form of a typed table. Timestamps become `Date`, decimals numbers. */
export function toPlainTable(table: TypedTable): FieldTable {
  const plain: Record<string, FieldValue> = Object.create(null)
  for (const name of Object.keys(table)) plain[name] = toPlainValue(table[name])
  return plain
}

function toPlainValue({ tag, value }: TypedValue): FieldValue {
  if (tag === 'A') return (value as readonly TypedValue[]).map(toPlainValue)
  if (tag === 'F') return toPlainTable(value as TypedTable)
  if (tag === 'T') return new Date(Number(value) * 1000)
  if (tag === 'D') return (value as Decimal).value / 10 ** (value as Decimal).scale
  return value as FieldValue
}

/** Decodes a table to plain values; see {@link decodeTypedTable} and {@link toPlainTable}. */
export function decodeFieldTable(bytes: Uint8Array, start = 0, end: number = bytes.length): FieldTable {
  return toPlainTable(decodeTypedTable(bytes, start, end))
}

function assertDepth(depth: number): void {
  if (depth > NESTING_MAX) throw new CodecError('NESTING_TOO_DEEP', `tables nest deeper than ${NESTING_MAX}`)
}
