/**
 * When the deliveries of a channel were handed out, as coarsely as it is asked about: at some moments the last delivery tag is noted, and
 * whatever has a tag up to a note of long ago has been out for at least as long. So a delivery costs nothing.
 */

/** Most notes kept. When there are more, every second one goes; what it told is told by the later one beside it, as of a later time. */
const NOTE_MAX = 128

export class DeliveryWatermarks {
  #times: number[] = []
  #tags: number[] = []

  /** Notes that at `time` `lastTag` was the last delivery tag handed out, and that none below `firstTag` is out any more. */
  note(time: number, lastTag: number, firstTag: number): void {
    let stale = 0
    while (stale < this.#tags.length && this.#tags[stale] < firstTag) stale++
    this.#times.splice(0, stale)
    this.#tags.splice(0, stale)
    if (this.#tags.at(-1) === lastTag || lastTag < firstTag) return
    this.#times.push(time)
    this.#tags.push(lastTag)
    if (this.#tags.length > NOTE_MAX) this.#thinOut()
  }

  /** The last delivery tag known to have been handed out at `time` or before; 0 when none is. */
  lastTagAt(time: number): number {
    let tag = 0
    for (let i = 0; i < this.#times.length && this.#times[i] <= time; i++) tag = this.#tags[i]
    return tag
  }

  /**
   * Between which notes a delivery was handed out: after one, `undefined` when it may have been before the first one kept, and before the
   * other, `undefined` when it was after the last.
   */
  bounds(deliveryTag: number): { readonly after: number | undefined; readonly before: number | undefined } {
    let index = 0
    while (index < this.#tags.length && this.#tags[index] < deliveryTag) index++
    return { after: this.#times[index - 1], before: this.#times[index] }
  }

  /** Notes kept. */
  get count(): number {
    return this.#tags.length
  }

  #thinOut(): void {
    // The oldest stays, as it tells of what is most likely late, and the newest, as nothing later could tell what it does.
    const newest = this.#tags.length - 1
    const keep = (_value: number, index: number) => index % 2 === 0 || index === newest
    this.#times = this.#times.filter(keep)
    this.#tags = this.#tags.filter(keep)
  }
}
