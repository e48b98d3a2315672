/**
 * The memory of the indexes of a broker's queues: beyond a budget full pages go to the spill file, and come back before they are needed.
 *
 * Only pages of full size go, and none near the head of its list, where messages are taken, nor the last one, where they are put. So lists
 * come here when they go from one page to another and never for a single message. The page that was filled last goes first, because its turn
 * comes last. Reading is ahead of who takes messages, as a rule; else it is done at once, 256 KiB for 32,768 messages.
 *
 * While a checkpoint is written nothing is used again: it holds columns, and places in the spill file, that their lists have given up.
 */

import type { Clock } from '../../clock.ts'
import {
  type ColumnName,
  type Columns,
  columnsOf,
  giveColumns,
  IndexPage,
  takeColumns,
} from '../../queue/index-page.ts'
import { MIDDLE_PAGE_LENGTH, PAGE_LENGTH, takeDoubles } from '../../queue/page-memory.ts'
import type { SpillSlots } from './residency.ts'

/** Pages being written at a time. */
const SPILLS_MAX = 4
/** How long none is tried after one has failed, as on a full disk, in milliseconds. */
const SPILL_PAUSE_MS = 1000

export interface IndexMemoryParts {
  /** Bytes of memory beyond which pages leave it. */
  readonly budget: number
  readonly spill: SpillSlots
  readonly clock: Clock
  /** Hears why a page could not be written. */
  onSpillError(error: unknown): void
  /** Hears why a page could not be read. */
  onReadError(error: unknown): void
  /** A position at which there is a message that cannot be read. */
  lostPosition(): number
}

export class IndexMemory {
  /** Bytes of all pages in memory. */
  bytes = 0
  /** Whether a page could not be read back: its messages are where they were, but nobody knows of them. */
  hasLost = false
  readonly #parts: IndexMemoryParts | undefined
  /** Pages of full size that are open. */
  readonly #full = new Set<IndexPage>()
  /** Those that may go, in the order they were filled but for gaps that were closed. */
  readonly #candidates: IndexPage[] = []
  #writing = 0
  #writingBytes = 0
  /** Before this time nothing is written. */
  #spillFrom = Number.NEGATIVE_INFINITY
  /** Checkpoints that are being written. */
  #holds = 0
  /** What is to be done when none is written any more. */
  #held: (() => void)[] = []
  #isClosed = false

  /** Without `parts` everything stays in memory. */
  constructor(parts?: IndexMemoryParts) {
    this.#parts = parts
  }

  /** Until `release` what is captured now stays as it is. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    if (--this.#holds === 0) this.#freeHeld()
  }

  /** Whether a page that was given up must not be filled again. */
  get isHeld(): boolean {
    return this.#holds > 0
  }

  /** An empty page, with positions only. */
  open(length: number): IndexPage {
    const page = new IndexPage(length)
    // Short ones are part of what a queue takes that is there.
    if (length < MIDDLE_PAGE_LENGTH) return page
    this.#grow(page, page.positions.byteLength)
    if (length === PAGE_LENGTH) this.#full.add(page)
    return page
  }

  /** A column of undefined content more for a page. */
  addDoubles(page: IndexPage): Float64Array {
    const column = takeDoubles(page.length)
    if (page.length >= MIDDLE_PAGE_LENGTH) this.#grow(page, column.byteLength)
    return column
  }

  /** A column of undefined content for sizes. */
  addSizes(page: IndexPage): Uint32Array {
    const column = new Uint32Array(page.length)
    if (page.length >= MIDDLE_PAGE_LENGTH) this.#grow(page, column.byteLength)
    return column
  }

  /** A page is full, and its list has gone on to the next one; `isNear` tells whether it is about to be taken from. */
  filled(page: IndexPage, isNear: boolean): void {
    const parts = this.#parts
    page.isNear = isNear
    if (isNear || parts === undefined || page.length < PAGE_LENGTH) return
    this.#addCandidate(page)
    this.#enforce(parts)
  }

  /** A page is about to be taken from. */
  approach(page: IndexPage): void {
    page.isNear = true
    this.#removeCandidate(page)
    if (page.slots !== undefined && this.#parts !== undefined) void this.#readAhead(this.#parts, page, page.slots)
  }

  /** A page is taken from, now. */
  enter(page: IndexPage): void {
    page.isNear = true
    const { slots } = page
    if (slots === undefined || this.#parts === undefined) return
    const columns = takeColumns(slots.keys(), page.length)
    try {
      for (const [name, column] of columnsOf(columns))
        this.#parts.spill.readSync(slots.get(name) as number, bytesOf(column))
    } catch (error) {
      this.hasLost = true
      this.#parts.onReadError(error)
      columns.positions.fill(this.#parts.lostPosition())
      columns.sequences?.forEach((_, i, sequences) => {
        sequences[i] = page.firstSequence + i
      })
      columns.expiries?.fill(Infinity)
      columns.sizes?.fill(0)
    }
    this.#install(page, columns)
  }

  /** Nobody needs a page any more. */
  close(page: IndexPage): void {
    page.isClosed = true
    this.#full.delete(page)
    this.#removeCandidate(page)
    if (page.slots !== undefined) {
      this.#free(page.slots)
      page.slots = undefined
      return
    }
    this.bytes -= page.bytes
    // What is being written is given back when that is over.
    if (!page.isBeingWritten) this.#giveColumns(page)
  }

  /** Reads the columns of a captured page that is in the spill file. They are to be given back with `giveColumns`. */
  async readCaptured(slots: ReadonlyMap<ColumnName, number>): Promise<Columns> {
    const columns = takeColumns(slots.keys(), PAGE_LENGTH)
    try {
      await this.#read(this.#parts as IndexMemoryParts, slots, columns)
    } catch (error) {
      giveColumns(columns)
      throw error
    }
    return columns
  }

  /** Gives all pages back. No list may be used afterwards. */
  stop(): void {
    this.#isClosed = true
    for (const page of this.#full) if (page.slots === undefined && !page.isBeingWritten) this.#giveColumns(page)
    this.#full.clear()
    this.#candidates.length = 0
    this.#freeHeld()
  }

  #onceReleased(free: () => void): void {
    if (this.#holds === 0) free()
    else this.#held.push(free)
  }

  #freeHeld(): void {
    const held = this.#held
    this.#held = []
    for (const free of held) free()
  }

  #grow(page: IndexPage, bytes: number): void {
    page.bytes += bytes
    this.bytes += bytes
  }

  #addCandidate(page: IndexPage): void {
    page.candidate = this.#candidates.length
    this.#candidates.push(page)
  }

  #removeCandidate(page: IndexPage): void {
    if (page.candidate < 0) return
    const last = this.#candidates.pop()
    if (last !== undefined && last !== page) {
      last.candidate = page.candidate
      this.#candidates[page.candidate] = last
    }
    page.candidate = -1
  }

  /** Has pages written until what is left fits the budget, or can only follow when a write is over. */
  #enforce(parts: IndexMemoryParts): void {
    while (
      this.bytes - this.#writingBytes > parts.budget &&
      this.#candidates.length > 0 &&
      this.#writing < SPILLS_MAX &&
      parts.clock.now() >= this.#spillFrom
    ) {
      const page = this.#candidates[this.#candidates.length - 1]
      this.#removeCandidate(page)
      void this.#spill(parts, page)
    }
  }

  async #spill(parts: IndexMemoryParts, page: IndexPage): Promise<void> {
    page.isBeingWritten = true
    this.#writing++
    this.#writingBytes += page.bytes
    const slots = new Map<ColumnName, number>()
    let hasFailed = false
    try {
      for (const [name, column] of page.columns()) slots.set(name, await parts.spill.write(bytesOf(column)))
    } catch (error) {
      hasFailed = true
      this.#spillFrom = parts.clock.now() + SPILL_PAUSE_MS
      parts.onSpillError(error)
    }
    page.isBeingWritten = false
    this.#writing--
    this.#writingBytes -= page.bytes
    if (this.#isClosed) return giveColumns(page)
    if (!hasFailed && !page.isNear && !page.isClosed) {
      page.slots = slots
      this.bytes -= page.bytes
      this.#giveColumns(page)
    } else {
      // None of them was ever anybody's.
      for (const slot of slots.values()) parts.spill.free(slot)
      if (page.isClosed) this.#giveColumns(page)
      else if (!page.isNear) this.#addCandidate(page)
    }
    this.#enforce(parts)
  }

  async #readAhead(parts: IndexMemoryParts, page: IndexPage, slots: ReadonlyMap<ColumnName, number>): Promise<void> {
    if (page.isBeingRead) return
    page.isBeingRead = true
    const columns = takeColumns(slots.keys(), page.length)
    let isRead = true
    try {
      await this.#read(parts, slots, columns)
    } catch {
      // It is tried once more when the page is entered.
      isRead = false
    }
    page.isBeingRead = false
    // Somebody may have needed it sooner, or not at all.
    if (isRead && page.slots === slots && !this.#isClosed) this.#install(page, columns)
    else giveColumns(columns)
  }

  /** One column after the other: when one fails nothing may still be reading into the others. */
  async #read(parts: IndexMemoryParts, slots: ReadonlyMap<ColumnName, number>, into: Columns): Promise<void> {
    for (const [name, column] of columnsOf(into)) await parts.spill.read(slots.get(name) as number, bytesOf(column))
  }

  #install(page: IndexPage, columns: Columns): void {
    const { slots } = page
    page.slots = undefined
    Object.assign(page, columns)
    this.bytes += page.bytes
    if (slots !== undefined) this.#free(slots)
  }

  #free(slots: ReadonlyMap<ColumnName, number>): void {
    this.#onceReleased(() => {
      if (this.#isClosed) return
      for (const slot of slots.values()) this.#parts?.spill.free(slot)
    })
  }

  #giveColumns(page: IndexPage): void {
    const { positions, sizes, expiries, sequences } = page
    page.forgetColumns()
    this.#onceReleased(() => giveColumns({ positions, sizes, expiries, sequences }))
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
