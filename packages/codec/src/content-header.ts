/**
 * The payload of a content header frame, read where it lies (specification §4.2.6).
 *
 * Hot path (`bench/content-header.bench.ts`): no allocation but for what is returned. `start` and `end` bound the payload:
 *
 *     | class 16 | weight 16 | body size 64 | property flags 16 | properties …
 *
 * `validateContentHeader` comes first; the readers of single properties then take the inside of the headers table on trust. None of them
 * looks beyond `end`.
 */

import { ByteReader } from './byte-reader.ts'
import { readUint16, readUint32 } from './bytes.ts'
import { CodecError } from './errors.ts'
import { decodeTypedTable } from './field-table.ts'
import type { TypedTable } from './field-value.ts'
import { PROPERTIES, type PropertyDefinition, PropertyFlag } from './generated/constants.ts'
import { checkTable } from './table-check.ts'
import { decodeUtf8Lenient } from './text-coding.ts'

/** Offset of the property flags in the payload. */
export const FLAGS_OFFSET = 12
/** Offset of the first property. */
export const PROPERTIES_OFFSET = 14
/** Bit 0 of the flags: another word of them follows. RabbitMQ does not take it. */
const CONTINUATION_FLAG = 1
/** Bits 1 and 0, which stand for no property. RabbitMQ ignores bit 1. */
const NO_PROPERTY_FLAGS = 3

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
  const last = Math.min(end, payload.length)
  if (start + PROPERTIES_OFFSET > last) throw malformed(`${last - start} bytes, at least ${PROPERTIES_OFFSET} needed`)
  const flags = readPropertyFlags(payload, start)
  if ((flags & CONTINUATION_FLAG) !== 0) throw malformed('more than one word of property flags')
  let remaining = flags & ~NO_PROPERTY_FLAGS
  let offset = start + PROPERTIES_OFFSET
  for (let i = 0; remaining !== 0; i++) {
    const property = PROPERTIES[i]
    if ((remaining & property.flag) === 0) continue
    remaining &= ~property.flag
    if (property.type === 'table') checkTable(payload, offset, last)
    offset = propertyEnd(payload, offset, last, property)
  }
  if (offset !== last) throw malformed(`${last - offset} bytes behind the last property`)
}

/**
 * Offset of the encoded value of a property, or -1 when the message has none.
 *
 * @throws CodecError MALFORMED_PROPERTIES when it does not lie before `end`.
 */
export function propertyOffset(payload: Uint8Array, start: number, end: number, flag: PropertyFlag): number {
  let offset = start + PROPERTIES_OFFSET
  if (offset > end) throw malformed(`${end - start} bytes, at least ${PROPERTIES_OFFSET} needed`)
  const flags = readPropertyFlags(payload, start)
  if ((flags & flag) === 0) return -1
  for (let i = 0; ; i++) {
    const property = PROPERTIES[i]
    if ((flags & property.flag) === 0) continue
    const next = propertyEnd(payload, offset, end, property)
    if (property.flag === flag) return offset
    offset = next
  }
}

/** Offset behind the property whose value begins at `offset`. */
export function propertyEnd(payload: Uint8Array, offset: number, end: number, property: PropertyDefinition): number {
  const next = offset + encodedSize(payload, offset, end, property.type)
  if (next > end) throw malformed(`property ${property.name} is cut short`)
  return next
}

/** Size of a value that begins at `offset`; when even its length is cut short, more than there is. */
function encodedSize(payload: Uint8Array, offset: number, end: number, type: PropertyDefinition['type']): number {
  switch (type) {
    case 'shortstr':
      return offset < end ? 1 + payload[offset] : 1
    case 'octet':
      return 1
    case 'timestamp':
      return 8
    case 'table':
      return offset + 4 <= end ? 4 + readUint32(payload, offset) : 4
  }
}

/** A short string property, or `undefined`. What is not UTF-8 becomes U+FFFD: RabbitMQ does not check properties either. */
export function readShortstrProperty(
  payload: Uint8Array,
  start: number,
  end: number,
  flag: PropertyFlag,
): string | undefined {
  const offset = propertyOffset(payload, start, end, flag)
  return offset < 0 ? undefined : decodeUtf8Lenient(payload, offset + 1, offset + 1 + payload[offset])
}

/** An octet property (delivery mode, priority), or `undefined`. */
export function readOctetProperty(
  payload: Uint8Array,
  start: number,
  end: number,
  flag: PropertyFlag,
): number | undefined {
  const first = start + PROPERTIES_OFFSET
  if (first < end) {
    // Flags stand in the order of their properties, highest first: this one is often the first there is.
    const flags = readPropertyFlags(payload, start)
    if ((flags & flag) !== 0 && flags < 2 * flag) return payload[first]
  }
  const offset = propertyOffset(payload, start, end, flag)
  return offset < 0 ? undefined : payload[offset]
}

/** The timestamp in seconds, a bigint beyond 2^53, or `undefined`. */
export function readTimestamp(payload: Uint8Array, start: number, end: number): number | bigint | undefined {
  const offset = propertyOffset(payload, start, end, PropertyFlag.timestamp)
  return offset < 0 ? undefined : new ByteReader(payload, offset, end).uint64()
}

/** The headers, or `undefined`. Values that are bytes are views. @throws CodecError as `decodeTypedTable`. */
export function readHeaders(payload: Uint8Array, start: number, end: number): TypedTable | undefined {
  const offset = propertyOffset(payload, start, end, PropertyFlag.headers)
  if (offset < 0) return undefined
  return decodeTypedTable(payload, offset + 4, offset + 4 + readUint32(payload, offset))
}

function malformed(problem: string): CodecError {
  return new CodecError('MALFORMED_PROPERTIES', `malformed content header: ${problem}`)
}
