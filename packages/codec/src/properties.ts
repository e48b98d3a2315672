/**
 * The properties of a message as values (specification §4.2.6); `content-header.ts` reads single ones where they lie.
 */

import { ByteReader } from './byte-reader.ts'
import { type ByteWriter, encodeBytes } from './byte-writer.ts'
import { PROPERTIES_OFFSET, readPropertyFlags, validateContentHeader } from './content-header.ts'
import { readTable, writeTable } from './field-table.ts'
import type { FieldTable, TypedTable } from './field-value.ts'
import { ClassId, PROPERTIES, type PropertyDefinition } from './generated/constants.ts'

/** The properties of a message. One that is `undefined` is not sent. */
export interface BasicProperties {
  readonly contentType?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly headers?: FieldTable | undefined
  /** 2 for a persistent message, 1 or absent for a transient one. */
  readonly deliveryMode?: number | undefined
  /** 0 to 255. */
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

/**
 * All properties in the payload of a content header frame, `payload[start]` … `payload[end - 1]`. Byte values in the headers are views;
 * what is not UTF-8 in a short string becomes U+FFFD.
 *
 * @throws CodecError MALFORMED_PROPERTIES, UNKNOWN_FIELD_TAG, NESTING_TOO_DEEP.
 */
export function decodeProperties(payload: Uint8Array, start = 0, end: number = payload.length): DecodedProperties {
  validateContentHeader(payload, start, end)
  const flags = readPropertyFlags(payload, start)
  const reader = new ByteReader(payload, start + PROPERTIES_OFFSET, end)
  const properties: Record<string, unknown> = {}
  for (const { name, flag, type } of PROPERTIES) {
    if ((flags & flag) !== 0) properties[name] = readProperty(reader, type)
  }
  return properties
}

function readProperty(reader: ByteReader, type: PropertyDefinition['type']): unknown {
  switch (type) {
    case 'octet':
      return reader.uint8()
    case 'timestamp':
      return reader.uint64()
    case 'table':
      return readTable(reader)
    case 'shortstr':
      return reader.lenientShortString()
  }
}

/** Encodes properties: the flags and what follows them. @throws CodecError VALUE_OUT_OF_RANGE, and as `encodeTypedTable`. */
export function encodeProperties(properties: BasicProperties): Uint8Array {
  return encodeBytes((writer) => writeProperties(writer, properties))
}

/** Encodes the payload of a content header frame. @throws CodecError VALUE_OUT_OF_RANGE, and as `encodeTypedTable`. */
export function encodeContentHeader(bodySize: number, properties: BasicProperties): Uint8Array {
  return encodeBytes((writer) => writeContentHeader(writer, bodySize, properties))
}

/** Writes the payload of a content header frame. */
export function writeContentHeader(writer: ByteWriter, bodySize: number, properties: BasicProperties): void {
  writer.uint16(ClassId.basic)
  writer.uint16(0)
  writer.uint64(bodySize)
  writeProperties(writer, properties)
}

function writeProperties(writer: ByteWriter, properties: BasicProperties): void {
  let flags = 0
  for (const { name, flag } of PROPERTIES) if (properties[name] !== undefined) flags |= flag
  writer.uint16(flags)
  for (const property of PROPERTIES) {
    if ((flags & property.flag) !== 0) writeProperty(writer, property.type, properties[property.name])
  }
}

/** Writes one property. */
export function writeProperty(writer: ByteWriter, type: PropertyDefinition['type'], value: unknown): void {
  switch (type) {
    case 'octet':
      writer.uint8(value as number)
      break
    case 'timestamp':
      writer.uint64(value as number | bigint)
      break
    case 'table':
      writeTable(writer, value as FieldTable)
      break
    case 'shortstr':
      writer.shortString(value as string)
      break
  }
}
