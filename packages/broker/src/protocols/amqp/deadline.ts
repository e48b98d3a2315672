/** One time limit at a time: of the handshake first, of the close later. */

import type { Clock, Timer } from '../../clock.ts'

export class Deadline {
  readonly #clock: Clock
  readonly #reached: (reason: string) => void
  #timer: Timer | undefined

  /** `reached` is called with the reason that the limit was set with. */
  constructor(clock: Clock, reached: (reason: string) => void) {
    this.#clock = clock
    this.#reached = reached
  }

  /** Sets the limit, instead of the one before. */
  set(delayMs: number, reason: string): void {
    this.clear()
    this.#timer = this.#clock.setTimeout(() => this.#reached(reason), delayMs)
  }

  clear(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }
}
