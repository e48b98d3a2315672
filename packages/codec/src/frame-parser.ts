/**
 * Incremental decoder of AMQP 0-9-1 frames (specification §4.2.3).
 *
 * Hot path (`bench/frames.bench.ts`). Pure: bytes in, frames out. It owns no socket and keeps no session state, and it creates no
 * object per frame.
 *
 * A payload it reports is a range of the bytes it was read from. Copy one that must outlive the call.
 */

import { readUint16, readUint32 } from './bytes.ts'
import { FRAME_OVERHEAD } from './content.ts'
import { CodecError } from './errors.ts'
import { FRAME_END, FrameType } from './generated/constants.ts'

/** Octets of a frame before its payload: type, channel, size. */
const FRAME_HEADER_SIZE = 7
/** Largest buffer that a parser keeps for the next incomplete frame, in bytes. */
const CARRY_KEPT_MAX = 1 << 18
/** Bytes of a refused payload that an error shows. */
const SHOWN_PAYLOAD_SIZE = 64

/** Who receives the frames. */
export interface FrameSink {
  /**
   * One whole frame: `bytes[payloadStart]` up to, without, `bytes[payloadEnd]`, where the frame-end octet stands.
   *
   * Returns the offset to go on at: `payloadEnd + 1`, or further when the sink has itself taken frames that follow (it may look ahead
   * up to `bytesEnd`). A negative number stops: what follows is thrown away.
   */
  frame(
    type: number,
    channel: number,
    bytes: Uint8Array,
    payloadStart: number,
    payloadEnd: number,
    bytesEnd: number,
  ): number
}

/**
 * Hands every whole frame in `bytes[start]` … `bytes[end - 1]` to the sink and returns where the first incomplete frame begins
 * (`end` when there is none, or when the sink stopped).
 *
 * @param frameSizeMax Largest payload that is taken, in bytes; `0` stands for no limit. RabbitMQ compares the payload, not the whole
 * frame, with `frame_max`, and so does this.
 * @throws CodecError `FRAME_TOO_LARGE` before the payload has arrived, `INVALID_FRAME_END`, `UNKNOWN_FRAME_TYPE`; each with
 * `details`.
 */
export function scanFrames(
  bytes: Uint8Array,
  start: number,
  end: number,
  frameSizeMax: number,
  sink: FrameSink,
): number {
  let offset = start
  while (end - offset >= FRAME_HEADER_SIZE) {
    const size = readUint32(bytes, offset + 3)
    if (size > frameSizeMax && frameSizeMax !== 0) throw frameTooLarge(bytes[offset], size, frameSizeMax)
    const payloadStart = offset + FRAME_HEADER_SIZE
    const payloadEnd = payloadStart + size
    if (payloadEnd >= end) break
    if (bytes[payloadEnd] !== FRAME_END) throw invalidFrameEnd(bytes, offset, payloadStart, payloadEnd)
    const type = bytes[offset]
    if (
      type !== FrameType.method &&
      type !== FrameType.header &&
      type !== FrameType.body &&
      type !== FrameType.heartbeat
    ) {
      throw unknownFrameType(bytes, offset, payloadStart, payloadEnd)
    }
    offset = sink.frame(type, readUint16(bytes, offset + 1), bytes, payloadStart, payloadEnd, end)
    if (offset < 0) return end
  }
  return offset
}

/**
 * How many bytes the incomplete frame at the start of `bytes[start]` … `bytes[end - 1]` will have in all, as far as is known: its whole
 * size once the frame header is there, else the size of the frame header.
 */
export function neededFrameSize(bytes: Uint8Array, start: number, end: number): number {
  return end - start < FRAME_HEADER_SIZE ? FRAME_HEADER_SIZE : readUint32(bytes, start + 3) + FRAME_OVERHEAD
}

/** Options of {@link FrameParser}. */
export interface FrameParserOptions {
  /** Largest frame payload in bytes; `0` stands for no limit. @default 131072 */
  readonly frameSizeMax?: number
}

/**
 * Cuts a stream of chunks into frames, carrying an incomplete tail over to the next chunk.
 *
 * It holds at most one incomplete frame, in at most twice the memory of the bytes that really arrived, or 256 KiB.
 */
export class FrameParser {
  /** Largest payload taken, in bytes; may be changed between chunks, as `connection.tune-ok` does. `0` stands for no limit. */
  frameSizeMax: number
  #carry: Uint8Array = new Uint8Array(0)
  #carryLength = 0

  constructor(options: FrameParserOptions = {}) {
    this.frameSizeMax = options.frameSizeMax ?? 131072
  }

  /** Bytes of an incomplete frame that wait for the rest. */
  get pendingLength(): number {
    return this.#carryLength
  }

  /**
   * Hands the frames that `chunk` completes to `sink`, in order.
   *
   * @throws CodecError as {@link scanFrames}; the parser must not be used after it.
   */
  push(chunk: Uint8Array, sink: FrameSink): void {
    let start = 0
    while (this.#carryLength > 0 && start < chunk.length) {
      start = this.#completeCarry(chunk, start, sink)
      if (start < 0) return
    }
    const rest = scanFrames(chunk, start, chunk.length, this.frameSizeMax, sink)
    if (rest < chunk.length) this.#keep(chunk, rest, chunk.length)
  }

  /** Moves bytes into the carried frame, and hands it over once it is whole. Returns the offset reached, or -1 when stopped. */
  #completeCarry(chunk: Uint8Array, start: number, sink: FrameSink): number {
    const needed = neededFrameSize(this.#carry, 0, this.#carryLength)
    const end = Math.min(chunk.length, start + needed - this.#carryLength)
    this.#keep(chunk, start, end)
    let stopped = false
    const length = this.#carryLength
    const consumed = scanFrames(this.#carry, 0, length, this.frameSizeMax, {
      frame(type, channel, bytes, payloadStart, payloadEnd, bytesEnd) {
        const next = sink.frame(type, channel, bytes, payloadStart, payloadEnd, bytesEnd)
        stopped = next < 0
        return next
      },
    })
    if (stopped || consumed > 0) this.#release()
    return stopped ? -1 : end
  }

  #release(): void {
    this.#carryLength = 0
    if (this.#carry.length > CARRY_KEPT_MAX) this.#carry = new Uint8Array(0)
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#carryLength + end - start
    if (length > this.#carry.length) {
      // Doubling keeps the cost of a large frame in proportion to its size.
      const grown = new Uint8Array(Math.max(length, this.#carry.length * 2))
      grown.set(this.#carry.subarray(0, this.#carryLength))
      this.#carry = grown
    }
    this.#carry.set(chunk.subarray(start, end), this.#carryLength)
    this.#carryLength = length
  }
}

function frameTooLarge(frameType: number, size: number, limit: number): CodecError {
  return new CodecError('FRAME_TOO_LARGE', `frame payload of ${size} bytes is larger than ${limit}`, {
    frameType,
    size,
    limit,
  })
}

function invalidFrameEnd(bytes: Uint8Array, offset: number, payloadStart: number, payloadEnd: number): CodecError {
  const frameType = bytes[offset]
  return new CodecError('INVALID_FRAME_END', `frame ends with octet ${bytes[payloadEnd]} instead of ${FRAME_END}`, {
    frameType,
    size: payloadEnd - payloadStart,
    frameEnd: bytes[payloadEnd],
    payload: shownPayload(bytes, payloadStart, payloadEnd),
  })
}

function unknownFrameType(bytes: Uint8Array, offset: number, payloadStart: number, payloadEnd: number): CodecError {
  const frameType = bytes[offset]
  return new CodecError('UNKNOWN_FRAME_TYPE', `unknown frame type ${frameType}`, {
    frameType,
    size: payloadEnd - payloadStart,
    payload: shownPayload(bytes, payloadStart, payloadEnd),
  })
}

function shownPayload(bytes: Uint8Array, payloadStart: number, payloadEnd: number): Uint8Array {
  // The `slice` of a Buffer would be a view.
  return new Uint8Array(bytes.subarray(payloadStart, Math.min(payloadEnd, payloadStart + SHOWN_PAYLOAD_SIZE)))
}
