/**
 * Output that must not reach the client before something has happened, in segments: each waits for an event of its own, and the events
 * come in the order of the segments.
 */
export class HeldOutput {
  /** Bytes held. */
  size = 0
  /** The oldest first. What is written goes to the last. */
  readonly #segments: Uint8Array[][] = []

  /** Begins a segment. */
  open(): void {
    this.#segments.push([])
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0
  }

  push(bytes: Uint8Array): void {
    this.#segments[this.#segments.length - 1].push(bytes)
    this.size += bytes.length
  }

  /** Takes the oldest segment out. */
  shift(): Uint8Array[] {
    const segment = this.#segments.shift() ?? []
    for (const bytes of segment) this.size -= bytes.length
    return segment
  }
}
