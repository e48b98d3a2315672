/**
 * Time and randomness as the broker sees them, handed in at creation so that both can be controlled.
 */

import { randomBytes } from 'node:crypto'

/** A timer that was set; `clear` is harmless after it fired. */
export interface Timer {
  clear(): void
}

/** Source of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `callback` once, `delayMs` milliseconds from now. */
  setTimeout(callback: () => void, delayMs: number): Timer
  /** Calls `callback` every `periodMs` milliseconds. */
  setInterval(callback: () => void, periodMs: number): Timer
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return { clear: () => clearTimeout(timer) }
  },
  setInterval(callback, periodMs) {
    const timer = setInterval(callback, periodMs)
    timer.unref()
    return { clear: () => clearInterval(timer) }
  },
}

/** Source of names that nobody can guess: `count` random bytes. */
export type RandomSource = (count: number) => Uint8Array

/** The operating system's generator. */
export const systemRandom: RandomSource = (count) => randomBytes(count)

/** A name as RabbitMQ makes them: the prefix, a hyphen and 22 base64url characters. */
export function createName(prefix: string, random: RandomSource): string {
  return `${prefix}-${Buffer.from(random(16)).toString('base64url')}`
}
