/**
 * Ready messages of a queue with features, oldest first: what {@link ReadyList} is for a plain one, with more known of each message.
 *
 * Columns of numbers in pages. A column is made for a page when the first value in it differs from what an absent column stands for, so
 * that a queue pays for what it uses: 8 bytes a message for the position, 4 for the size, 8 for an expiry, 8 for a sequence number.
 */

import { type CapturedMessages, pageReuse } from './captured-messages.ts'
import { PAGE_LENGTH, type ReadyList } from './ready-list.ts'

/** Size of a message that must be read to be known. */
export const UNKNOWN_SIZE = 0xffff_ffff

interface Page {
  readonly positions: Float64Array
  /** Body sizes; absent: all unknown. */
  sizes: Uint32Array | undefined
  /** When they expire; absent: never. */
  expiries: Float64Array | undefined
  /** Absent where sequence numbers follow from the place. */
  sequences: Float64Array | undefined
}

export class ReadyColumns {
  #contiguous: boolean
  #pages: Page[] = []
  #firstPage = 0
  #head = 0
  #tail = PAGE_LENGTH
  #length = 0
  #headSequence = 0

  /** `contiguous` expects that each sequence number pushed is one above the last one's, while there is a last one. */
  constructor(contiguous: boolean) {
    this.#contiguous = contiguous
  }

  /** Takes the messages of a plain list over, the last of which has the number before `nextSequence`. Keeps its pages as they are. */
  adopt(list: ReadyList, nextSequence: number): void {
    const { pages, head, tail, length } = list.handOver()
    this.#pages = pages.map((positions) => ({
      positions,
      sizes: undefined,
      expiries: undefined,
      sequences: undefined,
    }))
    this.#firstPage = 0
    this.#head = head
    this.#tail = tail
    this.#length = length
    this.#headSequence = nextSequence - length
  }

  get length(): number {
    return this.#length
  }

  /** Of the head, as are the other three. The list must not be empty. */
  get position(): number {
    return this.#pages[this.#firstPage].positions[this.#head]
  }

  get sequence(): number {
    const { sequences } = this.#pages[this.#firstPage]
    return sequences === undefined ? this.#headSequence : sequences[this.#head]
  }

  /** In milliseconds since the epoch; `Infinity` for never. */
  get expiry(): number {
    const { expiries } = this.#pages[this.#firstPage]
    return expiries === undefined ? Infinity : expiries[this.#head]
  }

  /** Bytes of its body, or {@link UNKNOWN_SIZE}. */
  get size(): number {
    const { sizes } = this.#pages[this.#firstPage]
    return sizes === undefined ? UNKNOWN_SIZE : sizes[this.#head]
  }

  push(position: number, sequence: number, expiry: number, size: number): void {
    if (this.#contiguous && this.#length > 0 && sequence !== this.#headSequence + this.#length) this.#numberEach()
    if (this.#tail === PAGE_LENGTH) {
      this.#pages.push(takePage(this.#contiguous))
      this.#tail = 0
    }
    const page = this.#pages[this.#pages.length - 1]
    const index = this.#tail++
    page.positions[index] = position
    page.sizes ??= new Uint32Array(PAGE_LENGTH).fill(UNKNOWN_SIZE)
    page.sizes[index] = size
    if (expiry !== Infinity) page.expiries ??= new Float64Array(PAGE_LENGTH).fill(Infinity)
    if (page.expiries !== undefined) page.expiries[index] = expiry
    if (!this.#contiguous) {
      page.sequences ??= new Float64Array(PAGE_LENGTH)
      page.sequences[index] = sequence
    } else if (this.#length === 0) {
      this.#headSequence = sequence
    }
    this.#length++
  }

  /** All messages, of a queue or level with this priority. */
  capture(priority: number): CapturedMessages[] {
    const captured: CapturedMessages[] = []
    let start = this.#head
    let sequence = this.#headSequence
    for (let i = this.#firstPage; i < this.#pages.length && this.#length > 0; i++, start = 0) {
      const end = i === this.#pages.length - 1 ? this.#tail : PAGE_LENGTH
      const { positions, sequences, sizes, expiries } = this.#pages[i]
      const firstSequence = sequences === undefined ? sequence : undefined
      captured.push({ positions, start, end, firstSequence, sequences, sizes, expiries, priority })
      sequence += end - start
    }
    return captured
  }

  /** Removes the head and returns its position. The list must not be empty. */
  shift(): number {
    const position = this.position
    this.#head++
    this.#headSequence++
    this.#length--
    if (this.#length === 0) {
      this.#startOver()
    } else if (this.#head === PAGE_LENGTH) {
      this.#head = 0
      this.#dropPage()
    }
    return position
  }

  /** A sequence number is left out: from now on each message has its own. */
  #numberEach(): void {
    this.#contiguous = false
    let sequence = this.#headSequence
    let index = this.#head
    for (let i = this.#firstPage; i < this.#pages.length; i++, index = 0) {
      const sequences = new Float64Array(PAGE_LENGTH)
      for (; index < PAGE_LENGTH; index++) sequences[index] = sequence++
      this.#pages[i].sequences = sequences
    }
  }

  /** Gives the last page back: a queue that is emptied again and again takes the same one each time. */
  #startOver(): void {
    keepSpare(this.#pages[this.#pages.length - 1])
    this.#pages = []
    this.#firstPage = 0
    this.#head = 0
    this.#tail = PAGE_LENGTH
  }

  #dropPage(): void {
    keepSpare(this.#pages[this.#firstPage])
    this.#pages[this.#firstPage++] = GONE
    if (this.#firstPage > 1024 && this.#firstPage * 2 > this.#pages.length) {
      this.#pages.splice(0, this.#firstPage)
      this.#firstPage = 0
    }
  }
}

/** Pages that wait for their next use, of all queues; each takes up to 112 KiB. */
const SPARE_PAGE_MAX = 16
const spares: Page[] = []

function keepSpare(page: Page): void {
  if (pageReuse.checkpoints === 0 && spares.length < SPARE_PAGE_MAX) spares.push(page)
}

/** An empty page. What a spare one still holds does not count: every value is written before it is read. */
function takePage(contiguous: boolean): Page {
  const spare = spares.pop()
  if (spare === undefined) {
    return { positions: new Float64Array(PAGE_LENGTH), sizes: undefined, expiries: undefined, sequences: undefined }
  }
  if (contiguous) spare.sequences = undefined
  return spare
}

const GONE: Page = {
  positions: new Float64Array(0),
  sizes: undefined,
  expiries: undefined,
  sequences: undefined,
}
