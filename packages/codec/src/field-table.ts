/**
 * Field tables as bytes, with RabbitMQ's type tags (specification §4.2.5; its errata for `s`).
 *
 *     table = length 32 | entry …          entry = name (short string) | value
 *     array = length 32 | value …          value = tag 8 | what the tag says
 *
 * Where a name stands twice, the last one wins. A name that is not UTF-8 is taken, as RabbitMQ takes it, with U+FFFD for what is not.
 */

import { ByteReader } from './byte-reader.ts'
import { type ByteWriter, encodeBytes } from './byte-writer.ts'
import { CodecError } from './errors.ts'
import {
  assertNesting,
  type FieldTable,
  type TypedFieldValue,
  type TypedTable,
  TypedValue,
  type TypedValueByTag,
  toPlainTable,
  toTypedTable,
} from './field-value.ts'
import type { FieldTag } from './generated/constants.ts'

/**
 * Decodes the entries of a table, which are `bytes[start]` … `bytes[end - 1]`, without the length in front.
 *
 * Encoding what it returns gives the same bytes, but for names that stand twice or look like array indices, and for the tag `L`.
 * Values that are bytes are views into `bytes`.
 *
 * @throws CodecError MALFORMED_ARGUMENTS, UNKNOWN_FIELD_TAG, NESTING_TOO_DEEP.
 */
export function decodeTypedTable(bytes: Uint8Array, start = 0, end: number = bytes.length): TypedTable {
  return readEntries(new ByteReader(bytes, start, end), 1)
}

/** Decodes a table to plain values; see {@link decodeTypedTable} and {@link toPlainTable}. */
export function decodeFieldTable(bytes: Uint8Array, start = 0, end: number = bytes.length): FieldTable {
  return toPlainTable(decodeTypedTable(bytes, start, end))
}

/**
 * Encodes the entries of a table of typed values, without a length in front.
 *
 * @throws CodecError VALUE_OUT_OF_RANGE for a value that its tag cannot carry, UNKNOWN_FIELD_TAG, NESTING_TOO_DEEP.
 */
export function encodeTypedTable(table: TypedTable): Uint8Array {
  return encodeBytes((writer) => writeEntries(writer, table, 1))
}

/** Encodes the entries of a table of plain or typed values; throws as {@link encodeTypedTable}. */
export function encodeFieldTable(table: FieldTable): Uint8Array {
  return encodeTypedTable(toTypedTable(table))
}

/** Reads a table with its length in front. */
export function readTable(reader: ByteReader, depth = 1): TypedTable {
  return readEntries(readRange(reader), depth)
}

/** Writes a table of plain or typed values with its length in front. */
export function writeTable(writer: ByteWriter, table: FieldTable): void {
  writeTypedTable(writer, toTypedTable(table), 1)
}

/** A reader of what the 32-bit length in front announces. */
function readRange(reader: ByteReader): ByteReader {
  const length = reader.uint32()
  const start = reader.take(length)
  return new ByteReader(reader.bytes, start, start + length)
}

function readEntries(reader: ByteReader, depth: number): TypedTable {
  assertNesting(depth)
  const table: Record<string, TypedValue> = Object.create(null)
  while (reader.offset < reader.end) {
    const name = reader.lenientShortString()
    table[name] = readValue(reader, depth)
  }
  return table
}

function readArray(reader: ByteReader, depth: number): TypedValue[] {
  assertNesting(depth)
  const items = readRange(reader)
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
    case 'S':
      return reader.longText()
    case 'x':
      return reader.longString()
    case 'A':
      return readArray(reader, depth + 1)
    case 'T':
      return reader.uint64()
    case 'F':
      return readTable(reader, depth + 1)
    case 'V':
      return null
    default:
      throw unknownTag(tag)
  }
}

function writeTypedTable(writer: ByteWriter, table: TypedTable, depth: number): void {
  const mark = writer.beginLength()
  writeEntries(writer, table, depth)
  writer.endLength(mark)
}

function writeEntries(writer: ByteWriter, table: TypedTable, depth: number): void {
  assertNesting(depth)
  for (const name of Object.keys(table)) {
    writer.shortString(name)
    writeValue(writer, table[name], depth)
  }
}

function writeArray(writer: ByteWriter, values: readonly TypedValue[], depth: number): void {
  assertNesting(depth)
  const mark = writer.beginLength()
  for (const value of values) writeValue(writer, value, depth)
  writer.endLength(mark)
}

function writeValue(writer: ByteWriter, { tag, value }: TypedValue, depth: number): void {
  const write = WRITERS[tag] as ((writer: ByteWriter, value: TypedFieldValue, depth: number) => void) | undefined
  if (write === undefined) throw unknownTag(tag)
  // RabbitMQ reads `L` and writes `l`; so does this.
  writer.uint8((tag === 'L' ? 'l' : tag).charCodeAt(0))
  write(writer, value, depth)
}

type WriterByTag = {
  readonly [T in FieldTag]: (writer: ByteWriter, value: TypedValueByTag[T], depth: number) => void
}

const WRITERS: WriterByTag = Object.assign(Object.create(null), {
  t: (writer, value) => writer.uint8(value ? 1 : 0),
  b: (writer, value) => writer.int8(value),
  B: (writer, value) => writer.uint8(value),
  s: (writer, value) => writer.int16(value),
  u: (writer, value) => writer.uint16(value),
  I: (writer, value) => writer.int32(value),
  i: (writer, value) => writer.uint32(value),
  l: (writer, value) => writer.int64(value),
  L: (writer, value) => writer.int64(value),
  f: (writer, value) => writer.float32(value),
  d: (writer, value) => writer.float64(value),
  D: (writer, { scale, value }) => {
    writer.uint8(scale)
    writer.uint32(value)
  },
  S: (writer, value) => writer.longString(value),
  x: (writer, value) => writer.longString(value),
  A: (writer, value, depth) => writeArray(writer, value, depth + 1),
  T: (writer, value) => writer.uint64(value),
  F: (writer, value, depth) => writeTypedTable(writer, value, depth + 1),
  V: () => {},
} satisfies WriterByTag)

function unknownTag(tag: string): CodecError {
  return new CodecError('UNKNOWN_FIELD_TAG', `unknown table value tag ${JSON.stringify(tag)}`)
}
