/**
 * What a link has to send, gathered in pages and written once per tick.
 *
 * Hot path (`benchmarks/src/clients`). A writer reserves room in `page`, writes there itself and advances. All that is written while promises
 * and ticks run leaves in one write. A page is used again as soon as the transport has taken it.
 */

import type { Transport } from '../transport/transport.ts'
import { atEndOfTick } from '../waiting/tick.ts'

/** Size of a page, in bytes: the most that one reservation may ask for. */
export const PAGE_SIZE: number = 64 * 1024
/** Bodies from this size on are sent as they lie instead of being copied, in bytes. */
export const COPY_MAX: number = 32 * 1024
/** So much waits in user space that publishing must stop, in bytes. */
const CONGESTED_SIZE = 1024 * 1024

export class Output {
  /** Where to write. Replaced by `reserve`. */
  page: Uint8Array = new Uint8Array(PAGE_SIZE)
  /** Whether anything was sent since this was last set to `false`; heartbeats watch it. */
  active = false

  readonly #transport: Transport
  #offset = 0
  /** Where what has not been handed on begins in the page. */
  #start = 0
  #pieces: Uint8Array[] = []
  #gatheredSize = 0
  #scheduled = false
  #closed = false
  #beforeFlush: (() => void)[] = []
  readonly #flush = () => this.flush()

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Whether so much waits that publishing must stop until the transport has drained. */
  get isCongested(): boolean {
    return this.#transport.waitingSize + this.#gatheredSize > CONGESTED_SIZE
  }

  /** Makes room for `length` bytes in `page`, at most `PAGE_SIZE`, and returns the offset to write them at. */
  reserve(length: number): number {
    if (this.#offset + length > PAGE_SIZE) this.#nextPage()
    return this.#offset
  }

  /** Takes everything up to `offset` into the output. */
  advance(offset: number): void {
    this.#offset = offset
    if (!this.#scheduled) this.#schedule()
  }

  /** Appends bytes of any length, copying them. */
  write(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += PAGE_SIZE) {
      const part = bytes.subarray(start, start + PAGE_SIZE)
      const offset = this.reserve(part.length)
      this.page.set(part, offset)
      this.advance(offset + part.length)
    }
  }

  /** Appends bytes without copying them. They must not change before they are sent. */
  writeReference(bytes: Uint8Array): void {
    this.#cutPage()
    this.#gather(bytes)
    if (!this.#scheduled) this.#schedule()
  }

  /** Forgets what was not sent; nothing is sent from now on. */
  close(): void {
    this.#closed = true
    this.#pieces = []
    this.#gatheredSize = 0
  }

  /** Has `write` called before the next flush, so that what it writes leaves with the rest of the tick. */
  beforeFlush(write: () => void): void {
    this.#beforeFlush.push(write)
    if (!this.#scheduled) this.#schedule()
  }

  /** Hands what was gathered to the transport. */
  flush(): void {
    if (this.#beforeFlush.length > 0) {
      const writers = this.#beforeFlush
      this.#beforeFlush = []
      this.#scheduled = true
      for (const write of writers) write()
    }
    this.#scheduled = false
    this.#handOn()
  }

  #handOn(): void {
    this.#cutPage()
    if (this.#pieces.length === 0 || this.#closed) return
    const pieces = this.#pieces
    this.#pieces = []
    this.#gatheredSize = 0
    this.active = true
    this.#transport.write(pieces)
    // The transport still reads from the page unless it has sent everything: then what is behind is used, and later a new one.
    if (this.#transport.waitingSize === 0) this.#offset = 0
    this.#start = this.#offset
  }

  #schedule(): void {
    this.#scheduled = true
    atEndOfTick(this.#flush)
  }

  /** A full page is handed on at once; as a rule the system takes it, and it is empty again. */
  #nextPage(): void {
    this.#handOn()
    if (this.#offset === 0) return
    this.page = new Uint8Array(PAGE_SIZE)
    this.#offset = 0
    this.#start = 0
  }

  /** Puts what is new in the page among the pieces. */
  #cutPage(): void {
    if (this.#offset === this.#start) return
    this.#gather(this.page.subarray(this.#start, this.#offset))
    this.#start = this.#offset
  }

  #gather(piece: Uint8Array): void {
    if (this.#closed) return
    this.#pieces.push(piece)
    this.#gatheredSize += piece.length
  }
}
