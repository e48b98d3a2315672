/**
 * Positions of ready messages in publish order: a queue of numbers in pages, 8 bytes a message.
 *
 * Hot path (`npm run bench`, scenarios P and D). Pages are given back as they empty, so that memory follows the backlog down.
 */

import { type CapturedMessages, pageReuse } from './captured-messages.ts'

/** Messages in a page. */
export const PAGE_LENGTH = 4096

export class ReadyList {
  readonly #pages: Float64Array[] = []
  /** Index of the first page in use; pages before it are gone. */
  #firstPage = 0
  #head = 0
  #tail = PAGE_LENGTH
  #spare: Float64Array | undefined
  #length = 0

  get length(): number {
    return this.#length
  }

  push(position: number): void {
    if (this.#tail === PAGE_LENGTH) {
      this.#pages.push(this.#spare ?? new Float64Array(PAGE_LENGTH))
      this.#spare = undefined
      this.#tail = 0
    }
    this.#pages[this.#pages.length - 1][this.#tail++] = position
    this.#length++
  }

  /** Removes and returns the oldest position. The list must not be empty. */
  shift(): number {
    const page = this.#pages[this.#firstPage]
    const position = page[this.#head++]
    this.#length--
    if (this.#head === PAGE_LENGTH || this.#length === 0) this.#dropPage(page)
    return position
  }

  /** The oldest position. The list must not be empty. */
  get first(): number {
    return this.#pages[this.#firstPage][this.#head]
  }

  /** All messages, of which the first has the sequence number `firstSequence`. */
  capture(firstSequence: number): CapturedMessages[] {
    const captured: CapturedMessages[] = []
    let start = this.#head
    let sequence = firstSequence
    for (let i = this.#firstPage; i < this.#pages.length && this.#length > 0; i++, start = 0) {
      const end = i === this.#pages.length - 1 ? this.#tail : PAGE_LENGTH
      captured.push({
        positions: this.#pages[i],
        start,
        end,
        firstSequence: sequence,
        sequences: undefined,
        sizes: undefined,
        expiries: undefined,
        priority: 0,
      })
      sequence += end - start
    }
    return captured
  }

  /** Positions, oldest first. */
  *[Symbol.iterator](): Generator<number> {
    let remaining = this.#length
    let offset = this.#head
    for (let i = this.#firstPage; remaining > 0; i++) {
      for (; offset < PAGE_LENGTH && remaining > 0; offset++, remaining--) yield this.#pages[i][offset]
      offset = 0
    }
  }

  /** Gives everything away, as pages: the first begins at `head`, the last ends before `tail`. */
  handOver(): {
    readonly pages: Float64Array[]
    readonly head: number
    readonly tail: number
    readonly length: number
  } {
    const given = {
      pages: this.#pages.splice(0).slice(this.#firstPage),
      head: this.#head,
      tail: this.#tail,
      length: this.#length,
    }
    this.#firstPage = 0
    this.#head = 0
    this.#tail = PAGE_LENGTH
    this.#length = 0
    return given
  }

  /** Gives up the first page, which is empty. When the list is empty the next push opens a page. */
  #dropPage(page: Float64Array): void {
    this.#spare = pageReuse.checkpoints === 0 ? page : undefined
    this.#head = 0
    this.#pages[this.#firstPage++] = EMPTY
    if (this.#length === 0) {
      this.#pages.length = 0
      this.#firstPage = 0
      this.#tail = PAGE_LENGTH
    } else if (this.#firstPage > 1024 && this.#firstPage * 2 > this.#pages.length) {
      this.#pages.splice(0, this.#firstPage)
      this.#firstPage = 0
    }
  }
}

const EMPTY = new Float64Array(0)
