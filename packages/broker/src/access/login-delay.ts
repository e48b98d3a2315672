/**
 * Makes guessing slow: who has failed to log in often, from one address, is answered later and later.
 *
 * Only refusals are delayed, so that users behind the same address who know their passwords notice nothing.
 */

import type { Clock } from '../clock.ts'

/** Failures from an address that are answered at once. */
const FREE_FAILURES = 10
const DELAY_MIN_MS = 100
const DELAY_MAX_MS = 5000
/** Failures are forgotten this long after the last one. */
const MEMORY_MS = 60_000
/** Addresses remembered; the one that failed least recently is forgotten for another. */
const ADDRESSES_MAX = 10_000

interface Failures {
  count: number
  lastAt: number
}

export class LoginDelay {
  readonly #clock: Clock
  /** The one that failed last comes last. */
  readonly #failures = new Map<string, Failures>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a failure, and resolves when it may be answered. */
  async failed(address: string): Promise<void> {
    const now = this.#clock.now()
    const known = this.#failures.get(address)
    const count = known === undefined || now - known.lastAt > MEMORY_MS ? 1 : known.count + 1
    this.#failures.delete(address)
    this.#failures.set(address, { count, lastAt: now })
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > ADDRESSES_MAX && oldest !== undefined) this.#failures.delete(oldest)
    if (count <= FREE_FAILURES) return
    const delayMs = Math.min(DELAY_MIN_MS * 2 ** (count - FREE_FAILURES - 1), DELAY_MAX_MS)
    await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, delayMs))
  }
}
