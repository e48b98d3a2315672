/**
 * A cursor that writes into bytes of its own, which grow, or into a caller's, which do not.
 *
 * Hot path (`bench/methods.bench.ts`): `encodeBytes` lends one writer again and again, since new bytes per method cost more than the
 * method.
 */

import { CodecError } from './errors.ts'
import { encodeUtf8, writeAscii } from './text-coding.ts'

const SHORT_STRING_MAX = 255
const INITIAL_SIZE = 1024
/** Largest buffer that the lent writer keeps, in bytes. */
const KEPT_SIZE_MAX = 65536

let spare: ByteWriter | undefined

/** The bytes that `write` writes, as a copy of their own. */
export function encodeBytes(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = spare ?? new ByteWriter(new Uint8Array(INITIAL_SIZE), 0, true)
  // A getter in a caller's table may come back here while this call still writes: it finds no spare one.
  spare = undefined
  write(writer)
  const bytes = writer.finish()
  if (writer.capacity <= KEPT_SIZE_MAX) spare = writer
  return bytes
}

export class ByteWriter {
  #bytes: Uint8Array
  readonly #growing: boolean
  offset: number

  /** @param growing Whether larger bytes may take the place of `target`, with what was written so far. */
  constructor(target: Uint8Array, offset: number, growing = false) {
    this.#bytes = target
    this.#growing = growing
    this.offset = offset
  }

  get capacity(): number {
    return this.#bytes.length
  }

  /** A copy of what was written from the first byte on, which leaves the writer as new. */
  finish(): Uint8Array {
    const written = this.#bytes.slice(0, this.offset)
    this.offset = 0
    return written
  }

  uint8(value: number): void {
    this.#write8(integer(value, 0, 0xff))
  }

  int8(value: number): void {
    this.#write8(integer(value, -0x80, 0x7f))
  }

  uint16(value: number): void {
    this.#write16(integer(value, 0, 0xffff))
  }

  int16(value: number): void {
    this.#write16(integer(value, -0x8000, 0x7fff))
  }

  uint32(value: number): void {
    this.#write32(integer(value, 0, 0xffffffff))
  }

  int32(value: number): void {
    this.#write32(integer(value, -0x80000000, 0x7fffffff))
  }

  uint64(value: number | bigint): void {
    this.#write64(value, 0n, 2n ** 64n - 1n)
  }

  int64(value: number | bigint): void {
    this.#write64(value, -(2n ** 63n), 2n ** 63n - 1n)
  }

  float32(value: number): void {
    const bytes = new DataView(new ArrayBuffer(4))
    bytes.setFloat32(0, value)
    this.#write32(bytes.getUint32(0))
  }

  float64(value: number): void {
    const bytes = new DataView(new ArrayBuffer(8))
    bytes.setFloat64(0, value)
    this.#write32(bytes.getUint32(0))
    this.#write32(bytes.getUint32(4))
  }

  raw(bytes: Uint8Array): void {
    // Reserving may replace the bytes: it comes before any look at them.
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** @throws CodecError VALUE_OUT_OF_RANGE for more than 255 bytes of UTF-8. */
  shortString(value: string): void {
    if (typeof value !== 'string')
      throw new CodecError('VALUE_OUT_OF_RANGE', `${typeof value} given for a short string`)
    if (value.length > SHORT_STRING_MAX) throw tooLong(encodeUtf8(value).length)
    const start = this.offset
    // No text has fewer bytes than UTF-16 units.
    const at = this.#reserve(value.length + 1)
    this.#bytes[at] = value.length
    if (writeAscii(this.#bytes, at + 1, value)) return
    const bytes = encodeUtf8(value)
    if (bytes.length > SHORT_STRING_MAX) throw tooLong(bytes.length)
    this.offset = start
    this.#write8(bytes.length)
    this.raw(bytes)
  }

  longString(value: string | Uint8Array): void {
    if (typeof value === 'string' && value.length <= SHORT_STRING_MAX && this.#longAscii(value)) return
    const bytes = typeof value === 'string' ? encodeUtf8(value) : value
    if (!(bytes instanceof Uint8Array)) {
      throw new CodecError('VALUE_OUT_OF_RANGE', `${typeof value} given for a string or bytes`)
    }
    this.uint32(bytes.length)
    this.raw(bytes)
  }

  /** Leaves room for a 32-bit length and returns what {@link endLength} needs. */
  beginLength(): number {
    return this.#reserve(4)
  }

  /** Fills the room that {@link beginLength} left with the number of bytes written since. */
  endLength(mark: number): void {
    const end = this.offset
    this.offset = mark
    this.#write32(end - mark - 4)
    this.offset = end
  }

  /** Writes a long string of ASCII; returns `false`, having written nothing, when there is more in it. */
  #longAscii(value: string): boolean {
    const start = this.#reserve(4 + value.length)
    if (!writeAscii(this.#bytes, start + 4, value)) {
      this.offset = start
      return false
    }
    this.offset = start
    this.#write32(value.length)
    this.offset += value.length
    return true
  }

  #write8(value: number): void {
    const at = this.#reserve(1)
    this.#bytes[at] = value
  }

  #write16(value: number): void {
    const at = this.#reserve(2)
    this.#bytes[at] = value >> 8
    this.#bytes[at + 1] = value
  }

  #write32(value: number): void {
    const at = this.#reserve(4)
    const bytes = this.#bytes
    bytes[at] = value >> 24
    bytes[at + 1] = value >> 16
    bytes[at + 2] = value >> 8
    bytes[at + 3] = value
  }

  #write64(value: number | bigint, min: bigint, max: bigint): void {
    if (typeof value === 'number' && Number.isSafeInteger(value) && (value >= 0 || min < 0n)) {
      this.#write32(Math.floor(value / 2 ** 32))
      this.#write32(value | 0)
      return
    }
    const big = bigInteger(value, min, max)
    this.#write32(Number(BigInt.asIntN(32, big >> 32n)))
    this.#write32(Number(BigInt.asIntN(32, big)))
  }

  /** Makes room and returns where it begins. */
  #reserve(length: number): number {
    const start = this.offset
    const end = start + length
    if (end > this.#bytes.length) this.#grow(end)
    this.offset = end
    return start
  }

  #grow(length: number): void {
    if (!this.#growing) {
      throw new CodecError('BUFFER_TOO_SMALL', `${length} bytes needed, the buffer has ${this.#bytes.length}`)
    }
    const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.offset))
    this.#bytes = grown
  }
}

function integer(value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) throw outOfRange(value, min, max)
  return value
}

function bigInteger(value: number | bigint, min: bigint, max: bigint): bigint {
  if (typeof value !== 'bigint' && !Number.isInteger(value)) throw outOfRange(value, min, max)
  const big = BigInt(value)
  if (big < min || big > max) throw outOfRange(value, min, max)
  return big
}

function outOfRange(value: unknown, min: unknown, max: unknown): CodecError {
  return new CodecError('VALUE_OUT_OF_RANGE', `${String(value)} must be an integer from ${min} to ${max}`)
}

function tooLong(length: number): CodecError {
  return new CodecError('VALUE_OUT_OF_RANGE', `short string of ${length} bytes must be <= ${SHORT_STRING_MAX}`)
}
