/**
 * Where the entries of a segment stand in its file: one offset per position, dense.
 *
 * Beside a sealed segment it is kept as a file, big-endian, so that opening needs not read the segment:
 *
 *      0  magic and version   4     "WLX" 1
 *      4  first position      8
 *     12  log id              8
 *     20  end                 4     size of the segment file
 *     24  count               4
 *     28  offsets             4 each   2^32 - 1 for an entry that was lost
 *         checksum            4     CRC-32 of all above
 *
 * It is a copy: one that is missing or bad is made anew from the segment.
 */

import { crc32 } from 'node:zlib'
import type { Position } from '../ordered-log.ts'
import { LOG_ID_BYTES } from './frame.ts'

const MAGIC = 0x574c5801
const FIXED_BYTES = 28
const LOST = 0xffffffff
const FIRST_CAPACITY = 64

/** What an index file says. */
export interface DecodedIndex {
  readonly index: SegmentIndex
  readonly logId: Uint8Array
}

export class SegmentIndex {
  readonly first: Position
  /** Where the next entry would stand. */
  end = 0
  #count = 0
  #offsets = new Uint32Array(FIRST_CAPACITY)

  constructor(first: Position) {
    this.first = first
  }

  /** Number of entries, the lost ones included. */
  get count(): number {
    return this.#count
  }

  /** One below `first` when there is none. */
  get last(): Position {
    return this.first + this.#count - 1
  }

  /** Adds the next entry, which takes `bytes` from `offset` on. */
  push(offset: number, bytes: number): void {
    this.#push(offset)
    this.end = offset + bytes
  }

  /** Adds entries without a place, up to the one before `position`. */
  skipTo(position: Position): void {
    while (this.last + 1 < position) this.#push(LOST)
  }

  /** Forgets the entry at `position` and all behind it, the first of which stood at `end`. */
  cut(position: Position, end: number): void {
    this.#count = position - this.first
    this.end = end
  }

  /** Where an entry stands; `undefined` when it is lost or of another segment. */
  offsetOf(position: Position): number | undefined {
    const slot = position - this.first
    if (slot < 0 || slot >= this.#count) return undefined
    const offset = this.#offsets[slot]
    return offset === LOST ? undefined : offset
  }

  /** Where the entry behind `position` stands, or the end: what lies before belongs to `position`, or is damaged. */
  endOf(position: Position): number {
    for (let slot = position - this.first + 1; slot < this.#count; slot++) {
      if (this.#offsets[slot] !== LOST) return this.#offsets[slot]
    }
    return this.end
  }

  encode(logId: Uint8Array): Buffer {
    const bytes = Buffer.allocUnsafe(FIXED_BYTES + 4 * this.#count + 4)
    bytes.writeUInt32BE(MAGIC, 0)
    bytes.writeUInt32BE(Math.floor(this.first / 2 ** 32), 4)
    bytes.writeUInt32BE(this.first >>> 0, 8)
    bytes.set(logId, 12)
    bytes.writeUInt32BE(this.end, 20)
    bytes.writeUInt32BE(this.#count, 24)
    for (let slot = 0; slot < this.#count; slot++) bytes.writeUInt32BE(this.#offsets[slot], FIXED_BYTES + 4 * slot)
    const checksumAt = bytes.length - 4
    bytes.writeUInt32BE(crc32(bytes.subarray(0, checksumAt)), checksumAt)
    return bytes
  }

  #push(offset: number): void {
    if (this.#count === this.#offsets.length) {
      const larger = new Uint32Array(2 * this.#count)
      larger.set(this.#offsets)
      this.#offsets = larger
    }
    this.#offsets[this.#count++] = offset
  }

  /** Reads an index file; `undefined` when it is not a sound one of the segment `first` whose file has `size` bytes. */
  static decode(bytes: Buffer, first: Position, size: number): DecodedIndex | undefined {
    if (bytes.length < FIXED_BYTES + 4 || bytes.readUInt32BE(0) !== MAGIC) return undefined
    const count = bytes.readUInt32BE(24)
    const checksumAt = FIXED_BYTES + 4 * count
    if (bytes.length !== checksumAt + 4) return undefined
    if (crc32(bytes.subarray(0, checksumAt)) !== bytes.readUInt32BE(checksumAt)) return undefined
    if (bytes.readUInt32BE(4) * 2 ** 32 + bytes.readUInt32BE(8) !== first || bytes.readUInt32BE(20) !== size)
      return undefined
    const index = new SegmentIndex(first)
    index.end = size
    index.#count = count
    index.#offsets = new Uint32Array(Math.max(count, 1))
    for (let slot = 0; slot < count; slot++) index.#offsets[slot] = bytes.readUInt32BE(FIXED_BYTES + 4 * slot)
    return { index, logId: Uint8Array.prototype.slice.call(bytes, 12, 12 + LOG_ID_BYTES) }
  }
}
