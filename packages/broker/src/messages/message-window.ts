/**
 * The messages with the lowest sequence numbers above some number: so many of them, out of any number that comes in no order.
 */

/** Something with a sequence number. */
interface Numbered {
  readonly sequence: number
}

export class MessageWindow<Item extends Numbered> {
  readonly after: number
  readonly #limit: number
  #items: Item[] = []
  /** What is not below it does not belong here. */
  #bound = Infinity

  constructor(after: number, limit: number) {
    this.after = after
    this.#limit = limit
  }

  /** Whether a message with this sequence number may belong here. Ask before making an item. */
  takes(sequence: number): boolean {
    return sequence > this.after && sequence < this.#bound
  }

  /** No message with this sequence number, or one above it, belongs here. */
  get bound(): number {
    return this.#bound
  }

  add(item: Item): void {
    this.#items.push(item)
    // Sorted now and then, so that this takes time in proportion to what comes.
    if (this.#items.length >= this.#limit * 2) this.#cut()
  }

  /** The messages, lowest first. */
  take(): Item[] {
    this.#cut()
    return this.#items
  }

  #cut(): void {
    this.#items.sort((a, b) => a.sequence - b.sequence)
    if (this.#items.length <= this.#limit) return
    this.#items.length = this.#limit
    this.#bound = this.#items[this.#limit - 1].sequence
  }
}
