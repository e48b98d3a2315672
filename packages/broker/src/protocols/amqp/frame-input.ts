/**
 * Bytes of a socket to frames, parsed in the working memory.
 *
 * Hot path (`npm run bench`). What was carried over is put in front of the chunk, so that a message that two chunks share lies in one
 * piece and takes the same short way as any other. Memory between chunks grows with what has really arrived.
 */

import { FRAME_OVERHEAD, type FrameSink } from '@warrenmq/codec'
import { neededFrameSize, scanFrames } from '@warrenmq/codec/internal'
import { allocateBytes, concatBytes } from '../../memory/allocate.ts'
import { INPUT_SIZE, READ_START, workingMemory } from '../../memory/working-memory.ts'

const CARRY_MIN = 512
/** A larger carry is given up when nothing is in it, in bytes. */
const CARRY_KEPT_MAX = 16 * 1024

export class FrameInput {
  /** Largest frame payload taken, in bytes; the connection's tuning changes it. */
  frameSizeMax: number
  readonly #sink: FrameSink
  #carry: Uint8Array = new Uint8Array(0)
  #carryLength = 0
  #closed = false
  /** Where the frames begin that must wait; -1 when nothing does. */
  #heldAt = -1
  #held = false

  constructor(sink: FrameSink, frameSizeMax: number) {
    this.#sink = sink
    this.frameSizeMax = frameSizeMax
  }

  /** Bytes that wait: for the rest of their frame, or for `release`. */
  get waitingLength(): number {
    return this.#carryLength
  }

  /** Hands the frames that `chunk` completes to the sink. @throws CodecError as `scanFrames` of the codec. */
  push(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.length; start += INPUT_SIZE) {
      this.#parse(chunk.length <= INPUT_SIZE ? chunk : chunk.subarray(start, start + INPUT_SIZE))
    }
  }

  /** Keeps what comes behind the frame being handled, which ends at `offset` of the bytes it lies in, until `release`. */
  hold(offset: number): void {
    this.#held = true
    this.#heldAt = offset
  }

  /** Goes on with what was held. @throws as `push`. */
  release(): void {
    this.#held = false
    const waiting = this.#carry.slice(0, this.#carryLength)
    this.#carryLength = 0
    this.push(waiting)
  }

  /** Takes nothing more, and forgets what it holds. */
  close(): void {
    this.#closed = true
    this.#carryLength = 0
    this.#carry = new Uint8Array(0)
  }

  #parse(chunk: Uint8Array): void {
    if (this.#closed) return
    const carried = this.#carryLength
    const total = carried + chunk.length
    if (this.#held || (carried > 0 && this.#mustWait(total))) {
      this.#keep(chunk, 0, chunk.length)
      return
    }
    let bytes = workingMemory
    let start = 0
    if (carried <= READ_START && chunk.buffer === workingMemory.buffer && chunk.byteOffset === READ_START) {
      // It was read into place: only what was carried over has to move.
      start = READ_START - carried
      if (carried > 0) workingMemory.set(this.#carry.subarray(0, carried), start)
    } else if (total <= INPUT_SIZE) {
      // The chunk first: it may lie where what was carried over goes.
      workingMemory.set(chunk, carried)
      if (carried > 0) workingMemory.set(this.#carry.subarray(0, carried), 0)
    } else {
      bytes = concatBytes(this.#carry.subarray(0, carried), chunk)
    }
    this.#carryLength = 0
    this.#scan(bytes, start, start + total)
  }

  #scan(bytes: Uint8Array, start: number, end: number): void {
    const scanned = scanFrames(bytes, start, end, this.frameSizeMax, this.#sink)
    const rest = this.#held ? this.#heldAt : scanned
    if (rest < end && !this.#closed) this.#keep(bytes, rest, end)
    else if (this.#carry.length > CARRY_KEPT_MAX) this.#carry = new Uint8Array(0)
  }

  /** Whether the carried frame is still incomplete with `total` bytes. One that is too large is refused at once, not waited for. */
  #mustWait(total: number): boolean {
    const needed = neededFrameSize(this.#carry, 0, this.#carryLength)
    return total < needed && needed - FRAME_OVERHEAD <= this.frameSizeMax
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#carryLength + end - start
    if (length > this.#carry.length) {
      const grown = allocateBytes(Math.max(length, Math.min(this.#carry.length * 2, INPUT_SIZE), CARRY_MIN))
      grown.set(this.#carry.subarray(0, this.#carryLength))
      this.#carry = grown
    }
    this.#carry.set(bytes.subarray(start, end), this.#carryLength)
    this.#carryLength = length
  }
}
