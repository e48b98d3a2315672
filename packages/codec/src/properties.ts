/**
 * Content headers and their properties (specification §4.2.6), read where they lie.
 *
 * Hot path (`bench/properties.bench.ts`) as far as `validateContentHeader` and the readers of single properties: no allocation but for
 * what they return. `start` and `end` always bound the payload of the content header frame:
 *
 *     | class 16 | weight 16 | body size 64 | property flags 16 | properties …
 */

import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { readUint16, readUint32 } from './bytes.ts'
import { CodecError } from './errors.ts'
import {
  decodeTypedTable,
  type FieldTable,
  NESTING_MAX,
  readTable,
  type TypedTable,
  TypedValue,
  writeTable,
} from './field-table.ts'
import { ClassId, PropertyFlag } from './generated/constants.ts'
import { lenientUtf8Decoder, utf8Encoder } from './text-coding.ts'

/** Offset of the property flags in the payload. */
const FLAGS_OFFSET = 12
/** Offset of the first property. */
const PROPERTIES_OFFSET = 14
/** Bits of the flags that stand for no property: 1 is ignored, 0 would announce more flags. */
const CONTINUATION_FLAG = 1

type PropertyKind = 'shortstr' | 'octet' | 'timestamp' | 'table'
type PropertyName = keyof typeof PropertyFlag

const KINDS: Partial<Record<PropertyName, PropertyKind>> = {
  headers: 'table',
  deliveryMode: 'octet',
  priority: 'octet',
  timestamp: 'timestamp',
}
/** Properties in wire order. */
const PROPERTIES = (Object.keys(PropertyFlag) as PropertyName[]).map((name) => ({
  name,
  flag: PropertyFlag[name],
  kind: KINDS[name] ?? 'shortstr',
}))

/** The properties of a message. */
export interface BasicProperties {
  readonly contentType?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly headers?: FieldTable | undefined
  /** 2 for a persistent message, 1 or absent for a transient one. */
  readonly deliveryMode?: number | undefined
  readonly priority?: number | undefined
  readonly correlationId?: string | undefined
  readonly replyTo?: string | undefined
  /** Time to live in milliseconds, as decimal digits. */
  readonly expiration?: string | undefined
  readonly messageId?: string | undefined
  /** Seconds since the epoch; a bigint beyond 2^53. */
  readonly timestamp?: number | bigint | undefined
  readonly type?: string | undefined
  readonly userId?: string | undefined
  readonly appId?: string | undefined
  readonly clusterId?: string | undefined
}

/** Properties as decoded: the headers with their type tags. */
export type DecodedProperties = Omit<BasicProperties, 'headers'> & { readonly headers?: TypedTable }

/** Length of the body that the header announces, in bytes. Exact up to 2^53. */
export function readBodySize(payload: Uint8Array, start: number): number {
  return readUint32(payload, start + 4) * 2 ** 32 + readUint32(payload, start + 8)
}

/** The property flags; see `PropertyFlag`. */
export function readPropertyFlags(payload: Uint8Array, start: number): number {
  return readUint16(payload, start + FLAGS_OFFSET)
}

/**
 * Checks that the properties are well-formed, the headers table in all its depth included, and fill the payload exactly.
 *
 * @throws CodecError MALFORMED_PROPERTIES, UNKNOWN_FIELD_TAG, NESTING_TOO_DEEP.
 */
export function validateContentHeader(payload: Uint8Array, start: number, end: number): void {
  const offset = skipProperties(payload, start, end, 0)
  if (offset !== end) throw malformed(`${end - offset} bytes behind the last property`)
}

/** Offset of the value of the property with this flag, or -1 when the message has none. */
export function propertyOffset(payload: Uint8Array, start: number, end: number, flag: number): number {
  if ((readPropertyFlags(payload, start) & flag) === 0) return -1
  return skipProperties(payload, start, end, flag)
}

/** A short string property, or `undefined`. Bytes that are not UTF-8 are replaced: RabbitMQ does not check properties either. */
export function readShortstrProperty(
  payload: Uint8Array,
  start: number,
  end: number,
  flag: number,
): string | undefined {
  const offset = propertyOffset(payload, start, end, flag)
  return offset < 0 ? undefined : lenientUtf8Decoder.decode(payload.subarray(offset + 1, offset + 1 + payload[offset]))
}

/** An octet property (delivery mode, priority), or `undefined`. */
export function readOctetProperty(
  payload: Uint8Array,
  start: number,
  end: number,
  flag: number,
): number | undefined {
  const offset = propertyOffset(payload, start, end, flag)
  return offset < 0 ? undefined : payload[offset]
}

/** The timestamp in seconds, or `undefined`. */
export function readTimestamp(payload: Uint8Array, start: number, end: number): number | bigint | undefined {
  const offset = propertyOffset(payload, start, end, PropertyFlag.timestamp)
  return offset < 0 ? undefined : new ByteReader(payload, offset, end).uint64()
}

/** The headers, or `undefined`. */
export function readHeaders(payload: Uint8Array, start: number, end: number): TypedTable | undefined {
  const offset = propertyOffset(payload, start, end, PropertyFlag.headers)
  if (offset < 0) return undefined
  return decodeTypedTable(payload, offset + 4, offset + 4 + readUint32(payload, offset))
}

/** All properties. Byte values in the headers are views. @throws CodecError as {@link validateContentHeader}. */
export function decodeProperties(payload: Uint8Array, start = 0, end: number = payload.length): DecodedProperties {
  validateContentHeader(payload, start, end)
  const flags = readPropertyFlags(payload, start)
  const reader = new ByteReader(payload, start + PROPERTIES_OFFSET, end, 'MALFORMED_PROPERTIES')
  const properties: Record<string, unknown> = {}
  for (const { name, flag, kind } of PROPERTIES) {
    if ((flags & flag) !== 0) properties[name] = readProperty(reader, kind)
  }
  return properties
}

function readProperty(reader: ByteReader, kind: PropertyKind): unknown {
  switch (kind) {
    case 'octet':
      return reader.uint8()
    case 'timestamp':
      return reader.uint64()
    case 'table':
      return readTable(reader)
    case 'shortstr':
      return lenientUtf8Decoder.decode(reader.view(reader.uint8()))
  }
}

/** Encodes properties: the flags and what follows them. @throws CodecError VALUE_OUT_OF_RANGE. */
export function encodeProperties(properties: BasicProperties): Uint8Array {
  const writer = new ByteWriter()
  writeProperties(writer, properties)
  return writer.finish()
}

/** Encodes the payload of a content header frame. @throws CodecError VALUE_OUT_OF_RANGE. */
export function encodeContentHeader(bodySize: number, properties: BasicProperties): Uint8Array {
  const writer = new ByteWriter()
  writer.uint16(ClassId.basic)
  writer.uint16(0)
  writer.uint64(bodySize)
  writeProperties(writer, properties)
  return writer.finish()
}

function writeProperties(writer: ByteWriter, properties: BasicProperties): void {
  const present = PROPERTIES.filter(({ name }) => properties[name] !== undefined)
  writer.uint16(present.reduce((flags, { flag }) => flags | flag, 0))
  for (const { name, kind } of present) writeProperty(writer, kind, properties[name] as never)
}

function writeProperty(writer: ByteWriter, kind: PropertyKind, value: never): void {
  switch (kind) {
    case 'octet':
      return writer.uint8(value)
    case 'timestamp':
      return writer.uint64(value)
    case 'table':
      return writeTable(writer, value)
    case 'shortstr':
      return writer.shortString(value)
  }
}

/**
 * The payload with some properties changed; `undefined` removes one. Headers are written with their names in byte order, as RabbitMQ
 * does whenever it changes them.
 */
export function withProperties(
  payload: Uint8Array,
  start: number,
  end: number,
  changes: BasicProperties,
): Uint8Array {
  const properties: BasicProperties = { ...decodeProperties(payload, start, end), ...changes }
  const headers = properties.headers
  const sorted = headers === undefined ? properties : { ...properties, headers: sortTable(headers) }
  return encodeContentHeader(readBodySize(payload, start), sorted)
}

function sortTable(table: FieldTable): FieldTable {
  const sorted: Record<string, FieldTable[string]> = Object.create(null)
  for (const name of Object.keys(table).sort(compareUtf8)) {
    const value = table[name]
    const nested = value instanceof TypedValue && value.tag === 'F'
    sorted[name] = nested ? new TypedValue('F', sortTable(value.value as TypedTable) as TypedTable) : value
  }
  return sorted
}

/** Order of the UTF-8 bytes, which is that of the code points. */
function compareUtf8(a: string, b: string): number {
  const left = utf8Encoder.encode(a)
  const right = utf8Encoder.encode(b)
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return left[i] - right[i]
  return left.length - right.length
}

/** Moves over the properties that stand before the one with the flag `until` (0 for all) and returns the offset reached. */
function skipProperties(payload: Uint8Array, start: number, end: number, until: number): number {
  const flags = readUint16(payload, start + FLAGS_OFFSET)
  if ((flags & CONTINUATION_FLAG) !== 0) throw malformed('more than one word of property flags')
  let offset = start + PROPERTIES_OFFSET
  if (offset > end) throw malformed('no property flags')
  for (let i = 0; i < PROPERTIES.length; i++) {
    const { flag, kind } = PROPERTIES[i]
    if (flag === until) return offset
    if ((flags & flag) === 0) continue
    if (kind === 'shortstr') offset += offset < end ? 1 + payload[offset] : 1
    else if (kind === 'octet') offset += 1
    else if (kind === 'timestamp') offset += 8
    else offset = skipTable(payload, offset, end, 1)
    if (offset > end) throw malformed(`property ${PROPERTIES[i].name} is cut short`)
  }
  return offset
}

/** Offset behind the table whose length stands at `offset`, having looked at every entry. */
function skipTable(payload: Uint8Array, offset: number, end: number, depth: number): number {
  if (depth > NESTING_MAX) throw new CodecError('NESTING_TOO_DEEP', `tables nest deeper than ${NESTING_MAX}`)
  if (offset + 4 > end) throw malformed('a table is cut short')
  let at = offset + 4
  const tableEnd = at + readUint32(payload, offset)
  if (tableEnd > end) throw malformed('a table is cut short')
  while (at < tableEnd) {
    at += 1 + payload[at]
    if (at >= tableEnd) throw malformed('a table entry is cut short')
    at = skipValue(payload, at, tableEnd, depth)
  }
  return at
}

function skipArray(payload: Uint8Array, offset: number, end: number, depth: number): number {
  if (depth > NESTING_MAX) throw new CodecError('NESTING_TOO_DEEP', `arrays nest deeper than ${NESTING_MAX}`)
  if (offset + 4 > end) throw malformed('an array is cut short')
  let at = offset + 4
  const arrayEnd = at + readUint32(payload, offset)
  if (arrayEnd > end) throw malformed('an array is cut short')
  while (at < arrayEnd) at = skipValue(payload, at, arrayEnd, depth)
  return at
}

/** Offset behind the value whose tag stands at `offset`. */
function skipValue(payload: Uint8Array, offset: number, end: number, depth: number): number {
  const tag = payload[offset]
  const at = offset + 1
  let next: number
  switch (tag) {
    case 0x53: // S
    case 0x78: // x
      next = at + 4 > end ? end + 1 : at + 4 + readUint32(payload, at)
      break
    case 0x46: // F
      return skipTable(payload, at, end, depth + 1)
    case 0x41: // A
      return skipArray(payload, at, end, depth + 1)
    default:
      next = at + fixedSize(tag)
  }
  if (next > end) throw malformed('a table value is cut short')
  return next
}

function fixedSize(tag: number): number {
  switch (tag) {
    case 0x56: // V
      return 0
    case 0x74: // t
    case 0x62: // b
    case 0x42: // B
      return 1
    case 0x73: // s
    case 0x75: // u
      return 2
    case 0x49: // I
    case 0x69: // i
    case 0x66: // f
      return 4
    case 0x44: // D
      return 5
    case 0x6c: // l
    case 0x4c: // L
    case 0x64: // d
    case 0x54: // T
      return 8
    default: {
      const shown = JSON.stringify(String.fromCharCode(tag))
      throw new CodecError('UNKNOWN_FIELD_TAG', `unknown table value tag ${shown}`)
    }
  }
}

function malformed(problem: string): CodecError {
  return new CodecError('MALFORMED_PROPERTIES', `malformed content header: ${problem}`)
}
