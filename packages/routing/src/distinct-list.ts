/**
 * A list that takes each item once.
 */

/** Up to this many items, comparing with all of them takes less time than hashing one. */
const SCAN_MAX = 16

/** Distinct items in the order they came. */
export class DistinctList<T> {
  /** The items; a loop by index may run while items are added. Read only. */
  readonly items: T[] = []
  #set: Set<T> | undefined = undefined

  /** Adds the item unless it is there. */
  add(item: T): void {
    if (this.#set !== undefined) {
      if (this.#set.has(item)) return
      this.#set.add(item)
    } else {
      if (this.items.includes(item)) return
      if (this.items.length === SCAN_MAX) this.#set = new Set([...this.items, item])
    }
    this.items.push(item)
  }
}
