/** A clock that stands still until it is told to go on. */

import type { Clock, Timer } from '../src/clock.ts'

interface Pending {
  dueAt: number
  readonly callback: () => void
  readonly periodMs: number | undefined
}

/** Longest time that Node's timers take; beyond it they fire at once. */
const NODE_TIMER_MAX_MS = 2 ** 31 - 1
/** Of an interval, so many periods are called at most when much time passes: the last ones. */
const PERIODS_MAX = 1000

export class ManualClock implements Clock {
  #now = 1_700_000_000_000
  readonly #pending = new Set<Pending>()

  now(): number {
    return this.#now
  }

  /** Timers that are set. */
  get timerCount(): number {
    return this.#pending.size
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const wait = delayMs > NODE_TIMER_MAX_MS ? 1 : delayMs
    return this.#add({ dueAt: this.#now + wait, callback, periodMs: undefined })
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
      else next.dueAt = Math.max(next.dueAt + next.periodMs, end - PERIODS_MAX * next.periodMs)
      next.callback()
    }
    this.#now = end
  }

  #add(pending: Pending): Timer {
    this.#pending.add(pending)
    return { clear: () => this.#pending.delete(pending) }
  }
}
