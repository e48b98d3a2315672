/** Words of this package's tests: bytes as hex, errors as text, frames as values, and arbitrary tables and properties. */

import fc from 'fast-check'
import {
  type BasicProperties,
  CodecError,
  type FrameSink,
  FrameType,
  type TypedTable,
  type TypedValue,
  typed,
} from '../src/index.ts'

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function utf8(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text))
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** The codec's error that `action` ends with. Any other end is a failure of the test. */
export function errorOf(action: () => unknown): CodecError {
  try {
    action()
  } catch (error) {
    if (error instanceof CodecError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Code and message of the codec's error that `action` ends with. */
export function refusal(action: () => unknown): string {
  const { code, message } = errorOf(action)
  return `${code}: ${message}`
}

/** Runs `action`, which may end with one of the codec's errors and no other. Returns whether it ended well. */
export function isAccepted(action: () => unknown): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}

/** A frame as a test compares it. */
export interface SeenFrame {
  readonly type: number
  readonly channel: number
  readonly payload: string
}

/** Collects frames. */
export class FrameCollector implements FrameSink {
  readonly frames: SeenFrame[] = []

  frame(type: number, channel: number, bytes: Uint8Array, start: number, end: number): number {
    this.frames.push({ type, channel, payload: toHex(bytes.subarray(start, end)) })
    return end + 1
  }
}

export const FRAME_TYPES: readonly FrameType[] = Object.values(FrameType)

/** The record as decoding gives it. */
export function withoutPrototype<T>(record: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null), record)
}

const int = (min: number, max: number) => fc.integer({ min, max })
const exact = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)

const { table, value } = fc.letrec<{ table: TypedTable; value: TypedValue }>((tie) => ({
  table: fc
    .dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), tie('value'), { maxKeys: 4 })
    .map(withoutPrototype),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(typed('V', null)),
    fc.boolean().map((value) => typed('t', value)),
    int(-0x80, 0x7f).map((value) => typed('b', value)),
    int(0, 0xff).map((value) => typed('B', value)),
    int(-0x8000, 0x7fff).map((value) => typed('s', value)),
    int(0, 0xffff).map((value) => typed('u', value)),
    int(-0x80000000, 0x7fffffff).map((value) => typed('I', value)),
    int(0, 0xffffffff).map((value) => typed('i', value)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => typed('l', exact(value))),
    fc.maxSafeInteger().map((value) => typed('l', value)),
    fc.float().map((value) => typed('f', value)),
    fc.double().map((value) => typed('d', value)),
    fc.record({ scale: int(0, 0xff), value: int(0, 0xffffffff) }).map((value) => typed('D', value)),
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => typed('S', value)),
    fc.constant(typed('S', fromHex('c328'))),
    fc.uint8Array().map((value) => typed('x', value)),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => typed('T', exact(value))),
    fc.array(tie('value'), { maxLength: 3 }).map((value) => typed('A', value)),
    tie('table').map((value) => typed('F', value)),
  ),
}))

/** Tables with values of every tag. */
export const typedTableArbitrary: fc.Arbitrary<TypedTable> = table
export const typedValueArbitrary: fc.Arbitrary<TypedValue> = value

const shortText = fc.string({ unit: 'grapheme', maxLength: 20 })

/** Any of the properties, headers in the typed form. */
export const propertiesArbitrary: fc.Arbitrary<BasicProperties> = fc.record(
  {
    contentType: shortText,
    contentEncoding: shortText,
    headers: typedTableArbitrary,
    deliveryMode: fc.constantFrom(1, 2),
    priority: fc.nat(255),
    correlationId: shortText,
    replyTo: shortText,
    expiration: shortText,
    messageId: shortText,
    timestamp: fc.maxSafeNat(),
    type: shortText,
    userId: shortText,
    appId: shortText,
    clusterId: shortText,
  },
  { requiredKeys: [] },
)
