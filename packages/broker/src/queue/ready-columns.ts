/**
 * Ready messages of a queue with features, oldest first: what {@link ReadyList} is for a plain one, with more known of each message.
 *
 * A column is made for a page when the first value in it differs from what an absent column stands for, so that a queue pays for what it
 * uses: 8 bytes a message for the position, 4 for the size, 8 for an expiry, 8 for a sequence number.
 */

import type { IndexMemory } from '../log/store/index-memory.ts'
import type { CapturedMessages } from './captured-messages.ts'
import type { IndexPage } from './index-page.ts'
import { IndexPages } from './index-pages.ts'
import type { ReadyList } from './ready-list.ts'

/** Size of a message that must be read to be known. */
export const UNKNOWN_SIZE = 0xffff_ffff

export class ReadyColumns {
  #pages: IndexPages
  /** The first page and the last one, and where in them the list begins and ends. */
  #headPage: IndexPage | undefined = undefined
  #tailPage: IndexPage | undefined = undefined
  #head = 0
  #tail = 0
  /** Messages from head to tail, those included that were removed. */
  #length = 0
  /** Sequence numbers of messages that were removed and are in the columns still. The head is none of them. */
  #removed: Set<number> | undefined = undefined
  #removedCount = 0

  constructor(memory: IndexMemory) {
    this.#pages = new IndexPages(memory)
  }

  /** Takes the messages of a plain list over, the first of which has the number `firstSequence`. Keeps its pages as they are. */
  adopt(list: ReadyList, firstSequence: number): void {
    const { pages, head, tail, length } = list.handOver(firstSequence)
    if (length === 0) return
    this.#pages = pages
    this.#headPage = pages.first
    this.#tailPage = pages.last
    this.#head = head
    this.#tail = tail
    this.#length = length
  }

  get length(): number {
    return this.#length - this.#removedCount
  }

  /** Of the head, as are the other three. The list must not be empty. */
  get position(): number {
    return this.#headOfList.positions[this.#head]
  }

  get sequence(): number {
    const { sequences, firstSequence } = this.#headOfList
    return sequences === undefined ? firstSequence + this.#head : sequences[this.#head]
  }

  /** In milliseconds since the epoch; `Infinity` for never. */
  get expiry(): number {
    const { expiries } = this.#headOfList
    return expiries === undefined ? Infinity : expiries[this.#head]
  }

  /** Bytes of its body, or {@link UNKNOWN_SIZE}. */
  get size(): number {
    const { sizes } = this.#headOfList
    return sizes === undefined ? UNKNOWN_SIZE : sizes[this.#head]
  }

  push(position: number, sequence: number, expiry: number, size: number): void {
    const page =
      this.#tailPage === undefined || this.#tail === this.#tailPage.length ? this.#openPage(sequence) : this.#tailPage
    const index = this.#tail++
    page.positions[index] = position
    if (page.sequences !== undefined) page.sequences[index] = sequence
    else if (index === 0) page.firstSequence = sequence
    else if (sequence !== page.firstSequence + index) this.#addSequences(page, index)[index] = sequence
    if (page.sizes === undefined) this.#addSizes(page, index)[index] = size
    else page.sizes[index] = size
    if (page.expiries !== undefined) page.expiries[index] = expiry
    else if (expiry !== Infinity) this.#addExpiries(page, index)[index] = expiry
    this.#length++
  }

  /** All messages, of a queue or level with this priority. */
  capture(priority: number): CapturedMessages[] {
    if (this.#length === 0) return []
    const captured = this.#pages.capture(this.#head, this.#tail, priority)
    if (this.#removedCount === 0) return captured
    const removed = new Set(this.#removed)
    return captured.map((each) => ({ ...each, removed }))
  }

  /** Removes the head and returns its position. The list must not be empty. */
  shift(): number {
    const position = this.#shift()
    if (this.#removedCount > 0) this.#skipRemoved()
    return position
  }

  /**
   * Removes a message that has been in the list, wherever it is. Returns whether it is there still.
   *
   * Its place in the columns stays until its turn comes: the page may be on disk.
   */
  remove(sequence: number): boolean {
    if (this.#length === 0 || sequence < this.sequence || this.#removed?.has(sequence)) return false
    if (sequence === this.sequence) {
      this.shift()
      return true
    }
    this.#removed ??= new Set()
    this.#removed.add(sequence)
    this.#removedCount++
    return true
  }

  #shift(): number {
    const page = this.#headOfList
    const position = page.positions[this.#head++]
    if (--this.#length === 0 || this.#head === page.length) this.#leavePage()
    return position
  }

  #skipRemoved(): void {
    while (this.#length > 0 && this.#removed?.delete(this.sequence)) {
      this.#removedCount--
      this.#shift()
    }
  }

  get #headOfList(): IndexPage {
    return this.#headPage as IndexPage
  }

  #openPage(sequence: number): IndexPage {
    const page = this.#pages.open()
    page.firstSequence = sequence
    if (this.#length === 0) {
      this.#headPage = page
      this.#head = 0
    }
    this.#tailPage = page
    this.#tail = 0
    return page
  }

  /** From here on the messages of a page do not follow each other. */
  #addSequences(page: IndexPage, count: number): Float64Array {
    const sequences = this.#pages.memory.addDoubles(page)
    for (let i = 0; i < count; i++) sequences[i] = page.firstSequence + i
    page.sequences = sequences
    return sequences
  }

  #addSizes(page: IndexPage, count: number): Uint32Array {
    page.sizes = this.#pages.memory.addSizes(page).fill(UNKNOWN_SIZE, 0, count)
    return page.sizes
  }

  #addExpiries(page: IndexPage, count: number): Float64Array {
    page.expiries = this.#pages.memory.addDoubles(page).fill(Infinity, 0, count)
    return page.expiries
  }

  /** The first page has been emptied. */
  #leavePage(): void {
    this.#head = 0
    if (this.#length > 0) {
      this.#headPage = this.#pages.next()
      return
    }
    this.#tail = 0
    if (this.#pages.clear()) return
    this.#headPage = undefined
    this.#tailPage = undefined
  }
}
