/**
 * A cursor over a range of bytes. Reading past its end throws, so that nothing outside the range is ever seen.
 *
 * Hot path (`bench/methods.bench.ts`): integers are put together from bytes, since a `DataView` per reader cost more than it saved.
 */

import { readUint16, readUint32 } from './bytes.ts'
import { CodecError } from './errors.ts'
import { decodeUtf8, decodeUtf8Lenient } from './text-coding.ts'

export class ByteReader {
  readonly bytes: Uint8Array
  offset: number
  readonly end: number

  /** @param end Offset behind the range; never more than the bytes there are. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.offset = start
    this.end = Math.min(end, bytes.length)
  }

  uint8(): number {
    return this.bytes[this.take(1)]
  }

  int8(): number {
    return (this.uint8() << 24) >> 24
  }

  uint16(): number {
    return readUint16(this.bytes, this.take(2))
  }

  int16(): number {
    return (this.uint16() << 16) >> 16
  }

  uint32(): number {
    return readUint32(this.bytes, this.take(4))
  }

  int32(): number {
    return this.uint32() | 0
  }

  /** A number when it is exact as one, else a bigint. */
  uint64(): number | bigint {
    const at = this.take(8)
    return joinWords(readUint32(this.bytes, at), readUint32(this.bytes, at + 4))
  }

  /** A number when it is exact as one, else a bigint. */
  int64(): number | bigint {
    const at = this.take(8)
    return joinWords(readUint32(this.bytes, at) | 0, readUint32(this.bytes, at + 4))
  }

  float32(): number {
    return viewOf(this.bytes, this.take(4), 4).getFloat32(0)
  }

  float64(): number {
    return viewOf(this.bytes, this.take(8), 8).getFloat64(0)
  }

  /** A view of the next `length` bytes. */
  view(length: number): Uint8Array {
    const start = this.take(length)
    return this.bytes.subarray(start, start + length)
  }

  /** A view of what a 32-bit length announces. */
  longString(): Uint8Array {
    return this.view(this.uint32())
  }

  /** What a 32-bit length announces, as text, or as a view when it is not UTF-8. */
  longText(): string | Uint8Array {
    const length = this.uint32()
    const start = this.take(length)
    return decodeUtf8(this.bytes, start, start + length) ?? this.bytes.subarray(start, start + length)
  }

  /** @throws CodecError INVALID_UTF8. */
  shortString(): string {
    const length = this.uint8()
    const start = this.take(length)
    const text = decodeUtf8(this.bytes, start, start + length)
    if (text === undefined) throw new CodecError('INVALID_UTF8', `short string at ${start} is not UTF-8`)
    return text
  }

  /** A short string where RabbitMQ takes any bytes: U+FFFD stands for what is not UTF-8. */
  lenientShortString(): string {
    const length = this.uint8()
    const start = this.take(length)
    return decodeUtf8Lenient(this.bytes, start, start + length)
  }

  /** Moves over `length` bytes and returns where they began. @throws CodecError MALFORMED_ARGUMENTS when they are not there. */
  take(length: number): number {
    const start = this.offset
    if (length > this.end - start) throw cutShort(length, start, this.end)
    this.offset = start + length
    return start
  }
}

function joinWords(high: number, low: number): number | bigint {
  const value = high * 2 ** 32 + low
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low)
}

function viewOf(bytes: Uint8Array, offset: number, length: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + offset, length)
}

function cutShort(length: number, start: number, end: number): CodecError {
  return new CodecError('MALFORMED_ARGUMENTS', `${length} bytes needed at ${start}, ${Math.max(0, end - start)} left`)
}
