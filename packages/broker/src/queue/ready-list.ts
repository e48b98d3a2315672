/**
 * Positions of ready messages in publish order: a queue of numbers in pages, 8 bytes a message.
 *
 * Hot path (`npm run bench`, scenarios P and D). Pages are given back as they empty, so that memory follows the backlog down; what else is
 * done about them is done between one page and the next.
 */

import type { IndexMemory } from '../log/store/index-memory.ts'
import type { CapturedMessages } from './captured-messages.ts'
import { IndexPages } from './index-pages.ts'

const NONE = new Float64Array(0)

export class ReadyList {
  readonly #pages: IndexPages
  /** Positions of the first page and of the last one, and where in them the list begins and ends. */
  #headPositions: Float64Array = NONE
  #tailPositions: Float64Array = NONE
  #head = 0
  #tail = 0
  #length = 0

  constructor(memory: IndexMemory) {
    this.#pages = new IndexPages(memory)
  }

  get length(): number {
    return this.#length
  }

  push(position: number): void {
    if (this.#tail === this.#tailPositions.length) this.#openPage()
    this.#tailPositions[this.#tail++] = position
    this.#length++
  }

  /** Removes and returns the oldest position. The list must not be empty. */
  shift(): number {
    const position = this.#headPositions[this.#head++]
    if (--this.#length === 0 || this.#head === this.#headPositions.length) this.#leavePage()
    return position
  }

  /** The oldest position. The list must not be empty. */
  get first(): number {
    return this.#headPositions[this.#head]
  }

  /** All messages, of which the first has the sequence number `firstSequence`. */
  capture(firstSequence: number): CapturedMessages[] {
    if (this.#length === 0) return []
    this.#number(firstSequence)
    return this.#pages.capture(this.#head, this.#tail, 0)
  }

  /** Gives everything away: pages in which messages begin at `head` of the first and end before `tail` of the last. */
  handOver(firstSequence: number): {
    readonly pages: IndexPages
    readonly head: number
    readonly tail: number
    readonly length: number
  } {
    this.#number(firstSequence)
    const given = { pages: this.#pages.handOver(), head: this.#head, tail: this.#tail, length: this.#length }
    this.#startOver()
    return given
  }

  /** Notes in the pages which sequence numbers their messages have. */
  #number(firstSequence: number): void {
    this.#pages.number(firstSequence - this.#head)
  }

  #openPage(): void {
    const { positions } = this.#pages.open()
    if (this.#length === 0) {
      this.#headPositions = positions
      this.#head = 0
    }
    this.#tailPositions = positions
    this.#tail = 0
  }

  /** The first page has been emptied. */
  #leavePage(): void {
    if (this.#length > 0) {
      this.#headPositions = this.#pages.next().positions
      this.#head = 0
    } else if (this.#pages.clear()) {
      this.#head = 0
      this.#tail = 0
    } else {
      this.#startOver()
    }
  }

  #startOver(): void {
    this.#headPositions = NONE
    this.#tailPositions = NONE
    this.#head = 0
    this.#tail = 0
    this.#length = 0
  }
}
