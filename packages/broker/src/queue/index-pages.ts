/**
 * The pages of a list of ready messages, oldest first: each longer than the one before until they have their full size, so that a short list
 * takes little and a long one few.
 */

import type { IndexMemory } from '../log/store/index-memory.ts'
import type { CapturedMessages } from './captured-messages.ts'
import type { IndexPage } from './index-page.ts'
import { FIRST_PAGE_LENGTH, hasSpare, MIDDLE_PAGE_LENGTH, PAGE_GROWTH, PAGE_LENGTH } from './page-memory.ts'

/** Pages of full size behind the head that are kept in memory, or read ahead. */
const NEAR = 2
/** Pages that a list has before the first one of full size: of 64, 512 and 4096 messages. */
const GROWING = 3
/** The largest page that an empty list keeps, in messages: 4 KiB of positions. */
const KEPT_LENGTH = 512

export class IndexPages {
  readonly #memory: IndexMemory
  /** Before `#first` there are none any more. */
  #pages: (IndexPage | undefined)[] = []
  #first = 0
  /** Messages in the page that a list which was emptied had last. */
  #lastLength = 0

  constructor(memory: IndexMemory) {
    this.#memory = memory
  }

  /** Where further columns of a page come from. */
  get memory(): IndexMemory {
    return this.#memory
  }

  /** Of a list that is not empty, as is the other one. */
  get first(): IndexPage {
    return this.#pages[this.#first] as IndexPage
  }

  get last(): IndexPage {
    return this.#pages[this.#pages.length - 1] as IndexPage
  }

  get isEmpty(): boolean {
    return this.#first === this.#pages.length
  }

  /** Pages behind the first one that are kept in memory. */
  get #near(): number {
    return this.first.length < PAGE_LENGTH ? NEAR + GROWING : NEAR
  }

  /** Opens a page behind the last one, which is full, and returns it. */
  open(): IndexPage {
    let length = FIRST_PAGE_LENGTH
    if (!this.isEmpty) {
      const { last } = this
      this.#memory.filled(last, this.#pages.length - 1 - this.#first <= this.#near)
      length = Math.min(PAGE_LENGTH, last.length * PAGE_GROWTH)
    } else if (this.#lastLength >= MIDDLE_PAGE_LENGTH && hasSpare()) {
      length = MIDDLE_PAGE_LENGTH
    }
    const page = this.#memory.open(length)
    this.#pages.push(page)
    return page
  }

  /** Gives the first page up and returns the next one, in memory. There must be one. */
  next(): IndexPage {
    this.#memory.close(this.first)
    this.#pages[this.#first++] = undefined
    if (this.#first > 1024 && this.#first * 2 > this.#pages.length) {
      this.#pages.splice(0, this.#first)
      this.#first = 0
    }
    const page = this.first
    this.#memory.enter(page)
    for (let i = 1; i <= this.#near; i++) {
      const ahead = this.#pages[this.#first + i]
      if (ahead !== undefined && !ahead.isNear) this.#memory.approach(ahead)
    }
    return page
  }

  /** All messages are gone. Returns whether the last page stays, to be filled again. */
  clear(): boolean {
    const { last } = this
    this.#lastLength = last.length
    if (last.length <= KEPT_LENGTH && !this.#memory.isHeld) return true
    this.#memory.close(last)
    this.#pages = []
    this.#first = 0
    return false
  }

  /** Gives all pages away. */
  handOver(): IndexPages {
    const given = new IndexPages(this.#memory)
    given.#pages = this.#pages
    given.#first = this.#first
    this.#pages = []
    this.#first = 0
    return given
  }

  /** Numbers the messages in a row, from the one that is, or was, in the first place of the first page. */
  number(firstSequence: number): void {
    let sequence = firstSequence
    for (let i = this.#first; i < this.#pages.length; i++) {
      const page = this.#pages[i] as IndexPage
      page.firstSequence = sequence
      sequence += page.length
    }
  }

  /** All messages, of a queue or level with this priority. */
  capture(head: number, tail: number, priority: number): CapturedMessages[] {
    const captured: CapturedMessages[] = []
    // Of many queues at once: a generator would make twice the garbage.
    const last = this.#pages.length - 1
    for (let i = this.#first; i <= last; i++) {
      const page = this.#pages[i] as IndexPage
      const end = i === last ? tail : page.length
      captured.push(this.#capturePage(page, i === this.#first ? head : 0, end, priority))
    }
    return captured
  }

  #capturePage(page: IndexPage, start: number, end: number, priority: number): CapturedMessages {
    const { slots, sequences, positions, sizes, expiries } = page
    const isNumbered = slots === undefined ? sequences !== undefined : slots.has('sequences')
    const firstSequence = isNumbered ? undefined : page.firstSequence + start
    const load = slots && (() => this.#memory.readCaptured(slots))
    const lowest = page.firstSequence
    return { positions, start, end, firstSequence, sequences, sizes, expiries, priority, load, page, lowest }
  }
}
