/** Waits between attempts: exponential, with jitter, so that a thousand clients do not come back in the same instant. */

import type { ReconnectOptions } from '../options.ts'

export class BackOff {
  readonly #options: Required<ReconnectOptions>
  readonly #random: () => number
  attempts = 0

  constructor(options: Required<ReconnectOptions>, random: () => number = Math.random) {
    this.#options = options
    this.#random = random
  }

  get isExhausted(): boolean {
    return this.attempts >= this.#options.attemptsMax
  }

  /** Counts an attempt and returns how long to wait before it, in milliseconds: between a half and the whole of what is due. */
  next(): number {
    const { initialDelayMs, maxDelayMs } = this.#options
    const dueMs = Math.min(maxDelayMs, initialDelayMs * 2 ** Math.min(this.attempts++, 31))
    return dueMs * (0.5 + this.#random() / 2)
  }

  reset(): void {
    this.attempts = 0
  }
}
