/** Messages that wait for a moment each, the earliest first, and of one moment the oldest: a binary heap. */

/** A message that waits. */
export interface DelayedMessage {
  /** When it is due, in milliseconds since the epoch. */
  readonly dueAt: number
  readonly sequence: number
  readonly position: number
}

export class DelayedHeap {
  readonly #entries: DelayedMessage[] = []

  get length(): number {
    return this.#entries.length
  }

  /** All, in no order. */
  get entries(): readonly DelayedMessage[] {
    return this.#entries
  }

  /** The next one due; `undefined` when none waits. */
  get first(): DelayedMessage | undefined {
    return this.#entries[0]
  }

  push(entry: DelayedMessage): void {
    const entries = this.#entries
    let index = entries.length
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(entry, entries[parent])) break
      entries[index] = entries[parent]
      index = parent
    }
    entries[index] = entry
  }

  /** Removes the message with this sequence number, wherever it is. Returns whether it was there. */
  remove(sequence: number): boolean {
    const found = this.#entries.findIndex((entry) => entry.sequence === sequence)
    if (found < 0) return false
    const [, ...others] = this.#entries.splice(found)
    for (const entry of others) this.push(entry)
    return true
  }

  /** Removes and returns the first. The heap must not be empty. */
  shift(): DelayedMessage {
    const entries = this.#entries
    const first = entries[0]
    const moved = entries.pop() as DelayedMessage
    const length = entries.length
    if (length === 0) return first
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= length) break
      if (child + 1 < length && isBefore(entries[child + 1], entries[child])) child++
      if (!isBefore(entries[child], moved)) break
      entries[index] = entries[child]
      index = child
    }
    entries[index] = moved
    return first
  }
}

function isBefore(a: DelayedMessage, b: DelayedMessage): boolean {
  return a.dueAt === b.dueAt ? a.sequence < b.sequence : a.dueAt < b.dueAt
}
