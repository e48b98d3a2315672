/**
 * One timer that rings at a moment which moves, and is set as seldom as possible: a later moment waits for the timer that runs.
 */

import type { Clock, Timer } from '../clock.ts'

/** Longest delay that timers take, in milliseconds; a longer one is waited for in pieces. */
const DELAY_MAX = 2 ** 31 - 1

export class ExpiryTimer {
  readonly #clock: Clock
  readonly #ring: () => void
  #timer: Timer | undefined
  /** When the timer ends. */
  #endsAt = Infinity

  /** `ring` may be called too early, never too late: it looks for itself and sets the next moment. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Rings at `moment` at the latest, in milliseconds since the epoch; `Infinity` asks for nothing. */
  set(moment: number): void {
    if (moment >= this.#endsAt) return
    this.clear()
    const delay = Math.min(DELAY_MAX, Math.max(0, moment - this.#clock.now()))
    this.#endsAt = moment
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#endsAt = Infinity
      this.#ring()
    }, delay)
  }

  clear(): void {
    this.#timer?.clear()
    this.#timer = undefined
    this.#endsAt = Infinity
  }
}
