/**
 * The identities of the last messages, exact: a map to find them by, and a ring that knows which is the oldest.
 *
 *     ring  | key, expires | key, expires | …        slot = number of the entry mod size
 *     map   key → number of its entry
 *
 * About 100 bytes an entry, and the text of its key. Both are plain columns in order of arrival, so that they can be written down as they are.
 */

export class DeduplicationWindow {
  readonly #size: number
  readonly #ttlMs: number
  readonly #entries = new Map<string, number>()
  #keys: string[] = []
  #expires: number[] = []
  /** Numbers of the oldest entry in the ring and of the next. */
  #first = 0
  #next = 0

  /**
   * @param size Most entries.
   * @param ttlMs How long an entry stays, in milliseconds; `Infinity` for as long as there is room.
   */
  constructor(size: number, ttlMs: number) {
    this.#size = size
    this.#ttlMs = ttlMs
  }

  /** Identities that are known, some of which may have expired. */
  get count(): number {
    return this.#entries.size
  }

  has(key: string, now: number): boolean {
    this.#dropExpired(now)
    return this.#entries.has(key)
  }

  /** Adds an identity that is not there, and returns until when it stays; the oldest makes room. Seeing one again does not make it younger. */
  add(key: string, now: number): number {
    const expires = now + this.#ttlMs
    this.restore(key, expires, now)
    return expires
  }

  /** Adds an identity that is known until `expires`. */
  restore(key: string, expires: number, now: number): void {
    this.#dropExpired(now)
    if (this.#next - this.#first === this.#size) this.#dropFirst()
    const slot = this.#next % this.#size
    this.#keys[slot] = key
    this.#expires[slot] = expires
    this.#entries.set(key, this.#next++)
  }

  /** What is known, oldest first, and until when. */
  *all(): Generator<readonly [key: string, expires: number]> {
    for (let number = this.#first; number < this.#next; number++) {
      const slot = number % this.#size
      if (this.#entries.get(this.#keys[slot]) === number) yield [this.#keys[slot], this.#expires[slot]]
    }
  }

  /** Takes an identity out again, as if it had not come. Its place in the ring stays taken until its turn. */
  forget(key: string): void {
    this.#entries.delete(key)
  }

  #dropExpired(now: number): void {
    while (this.#first < this.#next && this.#expires[this.#first % this.#size] <= now) this.#dropFirst()
  }

  #dropFirst(): void {
    const slot = this.#first % this.#size
    const key = this.#keys[slot]
    // It may have been forgotten and added anew since.
    if (this.#entries.get(key) === this.#first) this.#entries.delete(key)
    this.#keys[slot] = ''
    this.#first++
  }
}
