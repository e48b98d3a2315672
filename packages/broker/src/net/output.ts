/**
 * What a connection has to send, gathered in a page of the working memory and written once per turn.
 *
 * Hot path (`npm run bench`). A writer reserves room, writes into the working memory itself and advances. A page belongs to a connection
 * only from its first byte in a turn to its flush: output goes to the socket as it lies, and the page follows when the socket is done with
 * it, as a rule at once. Short output for a socket that is behind is copied out.
 *
 * Memory is bounded: while more than `outputBytesHigh` bytes wait in user space the output is *congested* and deliveries must stop; at
 * four times that it is *overflowing*, and the client is not read until it has taken its replies.
 */

import type { Socket } from 'node:net'
import {
  outputPages,
  PAGE_SIZE,
  type SlotPool,
  SMALL_PAGE_SIZE,
  smallOutputPages,
  workingMemory,
} from '../memory/working-memory.ts'
import { type Turn, TurnPhase, type TurnTask } from '../scheduler/turn.ts'
import { HeldOutput } from './held-output.ts'

/** Output up to this size is copied out of its page when the socket is not done with what it got before, in bytes. */
const COPY_MAX = 16 * 1024
/** With fewer free pages, all output is copied out. */
const SCARCE_PAGES = 8
/** How much more than the limit for deliveries may wait in all. */
const OVERFLOW_FACTOR = 4

/** Who hears of the output's state. */
export interface OutputOwner {
  /** So much waits that deliveries must stop. */
  outputCongested(): void
  /** So much waits that nothing may be added. */
  outputOverflowing(): void
  /** What waited has been sent; `overflowed` when it was overflowing. */
  outputDrained(overflowed: boolean): void
}

export class Output implements TurnTask {
  scheduled = false
  /** Whether so much waits that deliveries must stop. */
  congested = false
  /** Whether so much waits that nothing may be added. */
  overflowing = false
  /** Whether anything was written since this was last set to `false`; heartbeats watch it. */
  active = false
  /** Writes to the socket. */
  writeCount = 0

  readonly #socket: Socket
  readonly #turn: Turn
  readonly #owner: OutputOwner
  readonly #bytesHigh: number
  #page = -1
  /** Whether the page is a small one. */
  #small = false
  #offset = 0
  #end = 0
  #closed = false
  /** The page and offset of the mark; -1 once that page is gone. */
  #markPage = -1
  #markOffset = 0
  /** What waits for {@link release}. */
  #held: HeldOutput | undefined = undefined

  constructor(socket: Socket, turn: Turn, owner: OutputOwner, bytesHigh: number) {
    this.#socket = socket
    this.#turn = turn
    this.#owner = owner
    this.#bytesHigh = bytesHigh
    socket.on('drain', () => this.#drained())
  }

  /**
   * Makes room for `length` bytes, at most `PAGE_SIZE`, and returns the offset in the working memory to write them at.
   * `advance` takes what was really written into the output.
   */
  reserve(length: number): number {
    if (this.#offset + length > this.#end) this.#openPage(length)
    return this.#offset
  }

  /** Takes everything up to `offset` into the output. */
  advance(offset: number): void {
    this.#offset = offset
  }

  /** Appends bytes of any length, copying them. */
  write(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += PAGE_SIZE) {
      const part = bytes.subarray(start, start + PAGE_SIZE)
      const offset = this.reserve(part.length)
      workingMemory.set(part, offset)
      this.advance(offset + part.length)
    }
  }

  /** Appends bytes without copying them. They must never change afterwards. */
  writeReference(bytes: Uint8Array): void {
    this.flush()
    this.#send(bytes, undefined)
  }

  /** Holds the writes that follow back until `uncork`, so that they leave as one. */
  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.flush()
    this.#socket.uncork()
  }

  /** Notes where the output is, for {@link hold}. */
  mark(): void {
    this.#markPage = this.#page
    this.#markOffset = this.#offset
  }

  /**
   * Keeps back what was written since the mark, and all that follows, until it is released. Several holds may be on at a time: each
   * `release` ends the oldest. Returns whether there was anything to keep back; if not, nothing changed.
   */
  hold(): boolean {
    if (this.#page < 0) return false
    // Where the page is another one than at the mark, what stood before the mark was written, or is kept back with the rest.
    const from = this.#page === this.#markPage ? this.#markOffset : this.#page
    if (from === this.#offset) return false
    const bytes = this.#copyOf(from, this.#offset)
    this.#offset = from
    this.flush()
    this.#held ??= new HeldOutput()
    this.#held.open()
    this.#send(bytes, undefined)
    return true
  }

  /** Keeps back what is written from now on, as {@link hold} does. */
  holdFromHere(): void {
    this.flush()
    this.#held ??= new HeldOutput()
    this.#held.open()
  }

  /** Lets what the oldest hold kept back go, up to the next one. */
  release(): void {
    const held = this.#held
    if (held === undefined) return
    const segment = held.shift()
    if (held.isEmpty) this.#held = undefined
    this.#socket.cork()
    for (const bytes of segment) this.#write(bytes, undefined)
    this.#socket.uncork()
    if (!this.#socket.writableNeedDrain) this.#drained()
  }

  /** Forgets what is kept back, and ends all holds. */
  discardHeld(): void {
    if (this.#held === undefined) return
    this.#held = undefined
    // What the page has was to follow.
    if (this.#page >= 0) this.#offset = this.#page
    if (!this.#socket.writableNeedDrain) this.#drained()
  }

  /** Writes what was gathered to the socket. */
  flush(): void {
    const page = this.#page
    if (page < 0) return
    holders.delete(this)
    this.#page = -1
    this.#markPage = -1
    this.#end = 0
    const length = this.#offset - page
    this.#offset = 0
    const pool = this.#small ? smallOutputPages : outputPages
    if (length === 0 || this.#closed) {
      pool.release(page)
    } else if (this.#mustCopy(length, pool)) {
      const bytes = this.#copyOf(page, page + length)
      pool.release(page)
      this.#send(bytes, undefined)
    } else {
      this.#lend(page, length, pool)
    }
  }

  /** Whether the page must be free at once. A socket that is behind gets few pages, for what fills them. */
  #mustCopy(length: number, pool: SlotPool): boolean {
    if (this.#held !== undefined || pool.freeCount < SCARCE_PAGES) return true
    return length <= COPY_MAX && this.#socket.writableLength > 0
  }

  /** Writes a page as it lies. As a rule the system takes it at once; else the page is free when it has. */
  #lend(page: number, length: number, pool: SlotPool): void {
    let lent = true
    const release = () => {
      if (lent) pool.release(page)
      lent = false
    }
    this.#send(workingMemory.subarray(page, page + length), release)
    if (this.#socket.writableLength === 0) release()
  }

  runTurn(): void {
    this.flush()
  }

  /** Ends the output: what was gathered and not flushed is forgotten. */
  close(): void {
    this.#closed = true
    this.flush()
  }

  /** Makes room for `length` more bytes: in a small page at first, in a large one when that does not do. */
  #openPage(length: number): void {
    if (this.#small && this.#page >= 0 && this.#moveToLargePage(length)) return
    this.flush()
    this.#small = length <= SMALL_PAGE_SIZE
    const pool = this.#small ? smallOutputPages : outputPages
    let page = pool.take()
    if (page < 0) {
      // Every page belongs to a connection of this turn or to a busy socket: let the turn's connections write now.
      for (const output of [...holders]) output.flush()
      page = pool.take()
      if (page < 0) throw new Error('no output page is free after flushing')
    }
    this.#setPage(page)
    this.#offset = page
    holders.add(this)
    this.#turn.add(TurnPhase.write, this)
  }

  /** Goes on in a large page, taking along what the small one holds. Returns `false` when that does not help. */
  #moveToLargePage(room: number): boolean {
    const length = this.#offset - this.#page
    if (length + room > PAGE_SIZE || outputPages.freeCount < SCARCE_PAGES) return false
    const page = outputPages.take()
    workingMemory.copyWithin(page, this.#page, this.#offset)
    smallOutputPages.release(this.#page)
    this.#small = false
    this.#setPage(page)
    this.#offset = page + length
    return true
  }

  #setPage(page: number): void {
    this.#page = page
    this.#end = page + (this.#small ? SMALL_PAGE_SIZE : PAGE_SIZE)
  }

  #copyOf(start: number, end: number): Uint8Array {
    const bytes = Buffer.allocUnsafe(end - start)
    bytes.set(new Uint8Array(workingMemory.buffer, workingMemory.byteOffset + start, end - start))
    return bytes
  }

  #send(bytes: Uint8Array, done: (() => void) | undefined): void {
    this.active = true
    if (this.#held === undefined) {
      this.#write(bytes, done)
      return
    }
    // Nothing held lies in a page, so nothing is to be done afterwards.
    this.#held.push(bytes)
    const waiting = this.#socket.writableLength + this.#held.size
    if (waiting > this.#bytesHigh) this.#checkLevels(waiting)
  }

  #write(bytes: Uint8Array, done: (() => void) | undefined): void {
    if (this.#closed || this.#socket.destroyed) {
      done?.()
      return
    }
    this.writeCount++
    this.#socket.write(bytes, done)
    if (this.#socket.writableLength > this.#bytesHigh) this.#checkLevels(this.#socket.writableLength)
  }

  #checkLevels(waiting: number): void {
    if (!this.congested) {
      this.congested = true
      this.#owner.outputCongested()
    }
    if (!this.overflowing && waiting > this.#bytesHigh * OVERFLOW_FACTOR) {
      this.overflowing = true
      this.#owner.outputOverflowing()
    }
  }

  #drained(): void {
    if (!this.congested || (this.#held !== undefined && this.#held.size > this.#bytesHigh)) return
    const overflowed = this.overflowing
    this.congested = false
    this.overflowing = false
    this.#owner.outputDrained(overflowed)
  }
}

/** Outputs that have a page now. */
const holders = new Set<Output>()
