/**
 * A content header with some of it changed, as a broker must when it takes out `BCC` or dead-letters.
 *
 * What is not changed keeps its bytes, so that text which is not UTF-8 and names that stand twice survive, as they do in RabbitMQ.
 */

import { type ByteWriter, encodeBytes } from './byte-writer.ts'
import { compareBytes, readUint32 } from './bytes.ts'
import {
  FLAGS_OFFSET,
  PROPERTIES_OFFSET,
  propertyEnd,
  propertyOffset,
  readPropertyFlags,
  validateContentHeader,
} from './content-header.ts'
import { encodeFieldTable } from './field-table.ts'
import type { FieldTable } from './field-value.ts'
import { PROPERTIES, type PropertyDefinition, PropertyFlag } from './generated/constants.ts'
import { type BasicProperties, writeProperty } from './properties.ts'
import { checkValue } from './table-check.ts'
import { encodeUtf8 } from './text-coding.ts'

/**
 * The payload with some properties changed; one that is present in `changes` as `undefined` is removed.
 *
 * Headers are replaced as a whole and written in the order given; {@link withHeaders} changes single ones.
 *
 * @throws CodecError as `decodeProperties` and `encodeProperties`.
 */
export function withProperties(payload: Uint8Array, start: number, end: number, changes: BasicProperties): Uint8Array {
  validateContentHeader(payload, start, end)
  let changed = 0
  let set = 0
  for (const { name, flag } of PROPERTIES) {
    if (!Object.hasOwn(changes, name)) continue
    changed |= flag
    if (changes[name] !== undefined) set |= flag
  }
  return rewrite(payload, start, end, changed, set, (writer, { name, type }) => {
    writeProperty(writer, type, changes[name])
  })
}

/**
 * The payload with some headers changed, in the way of RabbitMQ.
 *
 * One that is present in `changes` as `undefined` is removed, which leaves the others in their order. One with a value takes the place of
 * the header of that name or is added; all headers are then sorted by the bytes of their names. Of a name that stands twice, the first is
 * meant.
 *
 * @throws CodecError as `decodeProperties` and `encodeProperties`.
 */
export function withHeaders(payload: Uint8Array, start: number, end: number, changes: FieldTable): Uint8Array {
  validateContentHeader(payload, start, end)
  const offset = propertyOffset(payload, start, end, PropertyFlag.headers)
  const entries = offset < 0 ? [] : splitTable(payload, offset + 4, offset + 4 + readUint32(payload, offset))
  const { set: values, removed } = splitChanges(changes)
  for (const name of removed) remove(entries, encodeUtf8(name))
  for (const entry of values) change(entries, entry)
  if (values.length > 0) entries.sort((a, b) => compareBytes(a.name, b.name))
  const set = offset < 0 && entries.length === 0 ? 0 : PropertyFlag.headers
  return rewrite(payload, start, end, PropertyFlag.headers, set, (writer) => {
    const mark = writer.beginLength()
    for (const { bytes } of entries) writer.raw(bytes)
    writer.endLength(mark)
  })
}

/** A header as it lies. */
interface Entry {
  readonly name: Uint8Array
  /** Name and value. */
  readonly bytes: Uint8Array
}

/** The entries of a valid table, which are `bytes[start]` … `bytes[end - 1]`. */
function splitTable(bytes: Uint8Array, start: number, end: number): Entry[] {
  const entries: Entry[] = []
  for (let at = start; at < end; ) {
    const nameEnd = at + 1 + bytes[at]
    const next = checkValue(bytes, nameEnd, end)
    entries.push({ name: bytes.subarray(at + 1, nameEnd), bytes: bytes.subarray(at, next) })
    at = next
  }
  return entries
}

/** The headers with a value, encoded all at once, and the names of those without. */
function splitChanges(changes: FieldTable): { readonly set: Entry[]; readonly removed: string[] } {
  const removed = Object.keys(changes).filter((name) => changes[name] === undefined)
  const encoded = encodeFieldTable(changes)
  return { set: splitTable(encoded, 0, encoded.length), removed }
}

function remove(entries: Entry[], name: Uint8Array): void {
  const index = indexOf(entries, name)
  if (index >= 0) entries.splice(index, 1)
}

function change(entries: Entry[], entry: Entry): void {
  const index = indexOf(entries, entry.name)
  if (index < 0) entries.push(entry)
  else entries[index] = entry
}

function indexOf(entries: readonly Entry[], name: Uint8Array): number {
  return entries.findIndex((entry) => compareBytes(entry.name, name) === 0)
}

/** Copies the payload, but for the properties in the bits of `changed`: of these, `write` writes the ones in the bits of `set`. */
function rewrite(
  payload: Uint8Array,
  start: number,
  end: number,
  changed: number,
  set: number,
  write: (writer: ByteWriter, property: PropertyDefinition) => void,
): Uint8Array {
  const flags = readPropertyFlags(payload, start)
  return encodeBytes((writer) => {
    writer.raw(payload.subarray(start, start + FLAGS_OFFSET))
    writer.uint16((flags & ~changed) | set)
    let offset = start + PROPERTIES_OFFSET
    for (const property of PROPERTIES) {
      const next = (flags & property.flag) === 0 ? offset : propertyEnd(payload, offset, end, property)
      if ((set & property.flag) !== 0) write(writer, property)
      else if ((changed & property.flag) === 0) writer.raw(payload.subarray(offset, next))
      offset = next
    }
  })
}
