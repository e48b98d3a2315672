/**
 * Checks a headers table where it lies, without decoding it.
 *
 * Hot path (`bench/content-header.bench.ts`): no allocation. It takes exactly the tables that `decodeTypedTable` takes; a property test
 * holds the two against each other.
 */

import { readUint32 } from './bytes.ts'
import { CodecError } from './errors.ts'
import { assertNesting } from './field-value.ts'

/**
 * Checks the table whose length stands at `offset` and returns the offset behind it.
 *
 * @throws CodecError MALFORMED_PROPERTIES, UNKNOWN_FIELD_TAG, NESTING_TOO_DEEP.
 */
export function checkTable(bytes: Uint8Array, offset: number, end: number, depth = 1): number {
  const tableEnd = rangeEnd(bytes, offset, end, depth)
  let at = offset + 4
  while (at < tableEnd) {
    at += 1 + bytes[at]
    if (at >= tableEnd) throw cutShort()
    at = checkValue(bytes, at, tableEnd, depth)
  }
  return at
}

function checkArray(bytes: Uint8Array, offset: number, end: number, depth: number): number {
  const arrayEnd = rangeEnd(bytes, offset, end, depth)
  let at = offset + 4
  while (at < arrayEnd) at = checkValue(bytes, at, arrayEnd, depth)
  return at
}

/** End of what the length at `offset` announces. */
function rangeEnd(bytes: Uint8Array, offset: number, end: number, depth: number): number {
  assertNesting(depth)
  if (offset + 4 > end) throw cutShort()
  const last = offset + 4 + readUint32(bytes, offset)
  if (last > end) throw cutShort()
  return last
}

/** Checks the value whose tag stands at `offset` and returns the offset behind it; throws as {@link checkTable}. */
export function checkValue(bytes: Uint8Array, offset: number, end: number, depth = 1): number {
  const at = offset + 1
  let next: number
  switch (bytes[offset]) {
    case 0x53: // S
    case 0x78: // x
      return rangeEnd(bytes, at, end, depth)
    case 0x46: // F
      return checkTable(bytes, at, end, depth + 1)
    case 0x41: // A
      return checkArray(bytes, at, end, depth + 1)
    default:
      next = at + fixedSize(bytes[offset])
  }
  if (next > end) throw cutShort()
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

function cutShort(): CodecError {
  return new CodecError('MALFORMED_PROPERTIES', 'malformed content header: a value in the headers is cut short')
}
