/**
 * A cursor over a range of bytes. Reading past its end throws, so that nothing outside the range is ever seen.
 */

import { CodecError, type CodecErrorCode } from './errors.ts'
import { strictUtf8Decoder } from './text-coding.ts'

export class ByteReader {
  readonly bytes: Uint8Array
  offset: number
  readonly end: number
  readonly #view: DataView
  readonly #errorCode: CodecErrorCode

  /** @param errorCode Code of the error that is thrown when the bytes do not suffice. */
  constructor(bytes: Uint8Array, start: number, end: number, errorCode: CodecErrorCode = 'MALFORMED_ARGUMENTS') {
    this.bytes = bytes
    this.offset = start
    this.end = Math.min(end, bytes.length)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#errorCode = errorCode
  }

  uint8(): number {
    return this.bytes[this.take(1)]
  }

  int8(): number {
    return this.#view.getInt8(this.take(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.take(2))
  }

  int16(): number {
    return this.#view.getInt16(this.take(2))
  }

  uint32(): number {
    return this.#view.getUint32(this.take(4))
  }

  int32(): number {
    return this.#view.getInt32(this.take(4))
  }

  /** A number when it is exact as one, else a bigint. */
  uint64(): number | bigint {
    return exactNumber(this.#view.getBigUint64(this.take(8)))
  }

  /** A number when it is exact as one, else a bigint. */
  int64(): number | bigint {
    return exactNumber(this.#view.getBigInt64(this.take(8)))
  }

  float32(): number {
    return this.#view.getFloat32(this.take(4))
  }

  float64(): number {
    return this.#view.getFloat64(this.take(8))
  }

  /** A view of the next `length` bytes. */
  view(length: number): Uint8Array {
    const start = this.take(length)
    return this.bytes.subarray(start, start + length)
  }

  /** @throws CodecError INVALID_UTF8. */
  shortString(): string {
    const bytes = this.view(this.uint8())
    if (isAscii(bytes)) return asciiString(bytes)
    try {
      return strictUtf8Decoder.decode(bytes)
    } catch {
      throw new CodecError('INVALID_UTF8', 'short string is not UTF-8')
    }
  }

  /** Moves over `length` bytes and returns where they began. */
  take(length: number): number {
    const start = this.offset
    if (length > this.end - start) {
      throw new CodecError(this.#errorCode, `${length} bytes needed at ${start}, ${this.end - start} left`)
    }
    this.offset = start + length
    return start
  }
}

/** `bytes` as text, or `undefined` when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (bytes.length <= 64 && isAscii(bytes)) return asciiString(bytes)
  try {
    return strictUtf8Decoder.decode(bytes)
  } catch {
    return undefined
  }
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] >= 0x80) return false
  return true
}

function asciiString(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : String.fromCharCode.apply(null, bytes as unknown as number[])
}
