/** Records put together outside of blocks, for parts of checkpoints. */

import { alignedSize, RECORD_HEADER_SIZE, type RecordType, writeRecordHeader } from './record.ts'

/** Size at which the records are to be taken away, in bytes. */
const FULL_SIZE = 256 * 1024

export class RecordBuffer {
  #bytes = new Uint8Array(FULL_SIZE + 64 * 1024)
  #length = 0

  /** Whether it holds enough for an entry. */
  get isFull(): boolean {
    return this.#length >= FULL_SIZE
  }

  add(
    type: RecordType,
    holder: number,
    detail: number,
    first: number,
    second: number,
    payload: Uint8Array | undefined,
  ): void {
    const size = RECORD_HEADER_SIZE + (payload?.length ?? 0)
    if (this.#length + alignedSize(size) > this.#bytes.length) this.#grow(this.#length + alignedSize(size))
    const view = new DataView(this.#bytes.buffer)
    writeRecordHeader(view, this.#length, type, size, 0, holder, detail, first, second)
    if (payload !== undefined) this.#bytes.set(payload, this.#length + RECORD_HEADER_SIZE)
    this.#length += alignedSize(size)
  }

  /** Gives the records away. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  #grow(capacity: number): void {
    const bytes = new Uint8Array(capacity * 2)
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
  }
}
