/**
 * A set of delivery tags as sorted runs: as many as there are gaps, whatever the number of tags.
 */
export class TagRuns {
  /** First and last tag of each run, in order. Neighbouring runs have a gap between them. */
  readonly #first: number[] = []
  readonly #last: number[] = []

  get runCount(): number {
    return this.#first.length
  }

  /** Adds a tag that is not in the set. */
  add(tag: number): void {
    const at = this.#runAfter(tag)
    const joinsBefore = at > 0 && this.#last[at - 1] === tag - 1
    const joinsAfter = at < this.#first.length && this.#first[at] === tag + 1
    if (joinsBefore && joinsAfter) {
      this.#last[at - 1] = this.#last[at]
      this.#first.splice(at, 1)
      this.#last.splice(at, 1)
    } else if (joinsBefore) {
      this.#last[at - 1] = tag
    } else if (joinsAfter) {
      this.#first[at] = tag
    } else {
      this.#first.splice(at, 0, tag)
      this.#last.splice(at, 0, tag)
    }
  }

  /** Takes the first run out if it begins with `tag`. Returns its last tag, or `tag - 1`. */
  takeFrom(tag: number): number {
    if (this.#first[0] !== tag) return tag - 1
    this.#first.shift()
    return this.#last.shift() as number
  }

  /** Index of the first run that begins behind `tag`. Tags are mostly added near the end. */
  #runAfter(tag: number): number {
    let low = 0
    let high = this.#first.length
    if (high > 0 && this.#first[high - 1] < tag) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#first[middle] > tag) high = middle
      else low = middle + 1
    }
    return low
  }
}
