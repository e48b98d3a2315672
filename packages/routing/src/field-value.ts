/**
 * Equality of field-table values in RabbitMQ's two senses, as keys that can be looked up.
 *
 * - **Same binding**: type and value agree ({@link tableIdentity}).
 * - **Same header**: values agree and types need not, so that 1 as any integer type, as float and as timestamp are equal, and so are
 *   a string and a byte array ({@link headerKey}). Inside arrays and nested tables types count again.
 */

import type { TypedTable, TypedValue } from '@warrenmq/codec'
import { decodeUtf8 } from './utf8.ts'

/** A string that is equal for two tables exactly when RabbitMQ takes them for the same binding arguments. */
export function tableIdentity(table: TypedTable): string {
  const names = Object.keys(table)
  if (names.length === 0) return ''
  return JSON.stringify(names.sort().map((name) => [name, ...tagged(table[name])]))
}

/** A key that is equal for two values exactly when the headers exchange takes them for equal. */
export type HeaderKey = string | number | bigint | boolean | null

/**
 * The {@link HeaderKey} of a value: a scalar stands for itself; what has no scalar of its own is a string that starts with a lone
 * surrogate, which no decoded text contains.
 */
export function headerKey(value: TypedValue): HeaderKey {
  const inner: unknown = value.value
  if (typeof inner === 'number') return exactNumber(inner)
  if (typeof inner === 'bigint') return Number.isSafeInteger(Number(inner)) ? Number(inner) : inner
  if (typeof inner === 'string' || typeof inner === 'boolean') return inner
  if (inner === null) return null
  if (inner instanceof Uint8Array) return decodeUtf8(inner) ?? `${NOT_TEXT}${hex(inner)}`
  return `${NOT_TEXT}${JSON.stringify(composite(value))}`
}

/** Starts the key of a value that is not text: half a surrogate pair, so that no header can be mistaken for it. */
const NOT_TEXT = '\ud800'

/** A double above 2^53 becomes the integer it is, so that it meets 64-bit integers, which the codec gives as bigint there. */
function exactNumber(value: number): HeaderKey {
  if (Number.isNaN(value)) return `${NOT_TEXT}NaN`
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value
}

/** Type and value of a table entry or array item, as something that JSON tells apart. */
function tagged(value: TypedValue): [tag: string, value: unknown] {
  // RabbitMQ decodes `L` to the same type as `l`.
  return [value.tag === 'L' ? 'l' : value.tag, composite(value)]
}

function composite(value: TypedValue): unknown {
  const inner: unknown = value.value
  if (typeof inner === 'number' && !Number.isFinite(inner)) return [String(inner)]
  if (typeof inner === 'bigint') return Number.isSafeInteger(Number(inner)) ? Number(inner) : [String(inner)]
  if (inner instanceof Uint8Array) return [hex(inner)]
  if (Array.isArray(inner)) return inner.map(tagged)
  if (inner === null || typeof inner !== 'object') return inner
  if (value.tag === 'F') return Object.entries(inner as TypedTable).map(([name, item]) => [name, ...tagged(item)])
  const { scale, value: digits } = inner as { scale: number; value: number }
  return [scale, digits]
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
