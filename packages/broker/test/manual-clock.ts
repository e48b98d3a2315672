/** A clock that stands still until it is told to go on. */

import type { Clock, Timer } from '../src/clock.ts'

interface Pending {
  dueAt: number
  readonly callback: () => void
  readonly periodMs: number | undefined
}

export class ManualClock implements Clock {
  #now = 1_700_000_000_000
  readonly #pending = new Set<Pending>()

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    return this.#add({ dueAt: this.#now + delayMs, callback, periodMs: undefined })
  }

  setInterval(callback: () => void, periodMs: number): Timer {
    return this.#add({ dueAt: this.#now + periodMs, callback, periodMs })
  }

  /** Lets time pass; what is due meanwhile is called in its order, at its time. */
  advance(durationMs: number): void {
    const end = this.#now + durationMs
    for (;;) {
      const [next] = [...this.#pending].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.dueAt)
      if (next.periodMs === undefined) this.#pending.delete(next)
      else next.dueAt += next.periodMs
      next.callback()
    }
    this.#now = end
  }

  #add(pending: Pending): Timer {
    this.#pending.add(pending)
    return { clear: () => this.#pending.delete(pending) }
  }
}
