/**
 * What a write puts behind its entries: an end mark, and zeros up to the end of the page.
 *
 * A page of an old file that is written as a whole need not be read first. The next write begins in the page that this one ends, which is in
 * the cache then.
 */

import type { Position } from '../ordered-log.ts'
import { END_MARK_BYTES, writeEndMark } from './end-mark.ts'

const PAGE_BYTES = 4096

export class WriteEnd {
  readonly #bytes = Buffer.alloc(END_MARK_BYTES + PAGE_BYTES)
  readonly #zeros = Buffer.alloc(END_MARK_BYTES)
  readonly #logId: Uint8Array

  constructor(logId: Uint8Array) {
    this.#logId = logId
  }

  /**
   * The bytes for a write whose entries end at `end` in a file of `size` bytes, and are followed by `next`. They are overwritten by the next
   * call.
   *
   * Where the file has no room for a mark it has none for an entry either, and zeros say so.
   */
  of(end: number, size: number, next: Position): Buffer {
    const room = size - end
    if (room < END_MARK_BYTES) return this.#zeros.subarray(0, room)
    writeEndMark(this.#bytes, next, this.#logId)
    const beyond = (end + END_MARK_BYTES) % PAGE_BYTES
    const zeros = beyond === 0 ? 0 : PAGE_BYTES - beyond
    return this.#bytes.subarray(0, Math.min(END_MARK_BYTES + zeros, room))
  }
}
