/** Time that goes on when a test says so. */

import type { Clock, Timer } from '../../../src/clock.ts'

interface Waiting {
  readonly at: number
  readonly callback: () => void
}

export class ManualClock implements Clock {
  /** Longest delay asked for, in milliseconds. */
  longestDelayMs = 0
  #now = 1_000_000
  readonly #waiting = new Set<Waiting>()

  now(): number {
    return this.#now
  }

  /** Timers that have not fired. */
  get timerCount(): number {
    return this.#waiting.size
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    this.longestDelayMs = Math.max(this.longestDelayMs, delayMs)
    const waiting = { at: this.#now + delayMs, callback }
    this.#waiting.add(waiting)
    return { clear: () => void this.#waiting.delete(waiting) }
  }

  setInterval(callback: () => void, periodMs: number): Timer {
    let timer: Timer
    const again = () => {
      timer = this.setTimeout(again, periodMs)
      callback()
    }
    timer = this.setTimeout(again, periodMs)
    return { clear: () => timer.clear() }
  }

  /** Lets time pass, calling what is due in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const due = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#waiting.delete(due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
    }
    this.#now = end
  }
}
