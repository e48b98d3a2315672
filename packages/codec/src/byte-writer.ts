/**
 * A cursor that writes into bytes of its own, which grow, or into a caller's, which do not.
 */

import { CodecError } from './errors.ts'
import { utf8Encoder } from './text-coding.ts'

const SHORT_STRING_MAX = 255

export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  readonly #fixed: boolean
  offset: number

  /** Writes into `target` from `offset` on, or into bytes of its own. */
  constructor(target?: Uint8Array, offset = 0) {
    this.#bytes = target ?? new Uint8Array(256)
    this.#view = viewOf(this.#bytes)
    this.#fixed = target !== undefined
    this.offset = offset
  }

  /** What was written into bytes of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.offset)
  }

  uint8(value: number): void {
    const at = this.#reserve(1)
    this.#view.setUint8(at, integer(value, 0, 0xff))
  }

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#view.setInt8(at, integer(value, -0x80, 0x7f))
  }

  uint16(value: number): void {
    const at = this.#reserve(2)
    this.#view.setUint16(at, integer(value, 0, 0xffff))
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#view.setInt16(at, integer(value, -0x8000, 0x7fff))
  }

  uint32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setUint32(at, integer(value, 0, 0xffffffff))
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setInt32(at, integer(value, -0x80000000, 0x7fffffff))
  }

  uint64(value: number | bigint): void {
    const at = this.#reserve(8)
    this.#view.setBigUint64(at, bigInteger(value, 0n, 2n ** 64n - 1n))
  }

  int64(value: number | bigint): void {
    const at = this.#reserve(8)
    this.#view.setBigInt64(at, bigInteger(value, -(2n ** 63n), 2n ** 63n - 1n))
  }

  float32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setFloat32(at, value)
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value)
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** @throws CodecError VALUE_OUT_OF_RANGE for more than 255 bytes of UTF-8. */
  shortString(value: string): void {
    const bytes = utf8Encoder.encode(value)
    if (bytes.length > SHORT_STRING_MAX) {
      throw new CodecError('VALUE_OUT_OF_RANGE', `short string of ${bytes.length} bytes must be <= ${SHORT_STRING_MAX}`)
    }
    this.uint8(bytes.length)
    this.raw(bytes)
  }

  longString(value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? utf8Encoder.encode(value) : value
    this.uint32(bytes.length)
    this.raw(bytes)
  }

  /** Writes what `write` writes, with its length as 32 bits in front. */
  withLength(write: () => void): void {
    const start = this.#reserve(4)
    write()
    this.#view.setUint32(start, this.offset - start - 4)
  }

  /** Makes room and returns where it begins. It may replace the bytes and the view: take it before looking at either. */
  #reserve(length: number): number {
    const start = this.offset
    const end = start + length
    if (end > this.#bytes.length) this.#grow(end)
    this.offset = end
    return start
  }

  #grow(length: number): void {
    if (this.#fixed) {
      throw new CodecError('BUFFER_TOO_SMALL', `${length} bytes needed, the buffer has ${this.#bytes.length}`)
    }
    const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.offset))
    this.#bytes = grown
    this.#view = viewOf(grown)
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function integer(value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) throw outOfRange(value, min, max)
  return value
}

function bigInteger(value: number | bigint, min: bigint, max: bigint): bigint {
  if (typeof value === 'number' && !Number.isInteger(value)) throw outOfRange(value, min, max)
  const big = BigInt(value)
  if (big < min || big > max) throw outOfRange(value, min, max)
  return big
}

function outOfRange(value: unknown, min: unknown, max: unknown): CodecError {
  return new CodecError('VALUE_OUT_OF_RANGE', `${value} must be an integer from ${min} to ${max}`)
}
