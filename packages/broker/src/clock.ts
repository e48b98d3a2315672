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
  /** Milliseconds since the epoch. May stand still until the event loop turns. */
  now(): number
  /** Calls `callback` once, `delayMs` milliseconds from now. */
  setTimeout(callback: () => void, delayMs: number): Timer
  /** Calls `callback` every `periodMs` milliseconds. */
  setInterval(callback: () => void, periodMs: number): Timer
}

/** Milliseconds since the epoch when this turn of the event loop first asked; 0 when it has not. */
let turnNow = 0
const endTurn = (): void => {
  turnNow = 0
}

/**
 * The machine's clock. Its timers do not keep the process alive.
 *
 * It is read once in a turn of the event loop: a look at it costs 50 to 100 ns, a quarter of what a message with a time to live does.
 */
export const systemClock: Clock = {
  now() {
    if (turnNow === 0) {
      turnNow = Date.now()
      setImmediate(endTurn)
    }
    return turnNow
  },
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

/** Bytes that {@link createFractions} takes from the source at a time. */
const FRACTION_BYTES = 1024

/** A source of numbers from 0 to below 1, of 32 bits each. */
export function createFractions(random: RandomSource): () => number {
  let bytes: DataView = new DataView(new ArrayBuffer(0))
  let offset = 0
  return () => {
    if (offset >= bytes.byteLength) {
      const fresh = random(FRACTION_BYTES)
      bytes = new DataView(fresh.buffer, fresh.byteOffset, fresh.byteLength)
      offset = 0
    }
    offset += 4
    return bytes.getUint32(offset - 4) / 2 ** 32
  }
}

/** A name as RabbitMQ makes them: the prefix, a hyphen and 22 base64url characters. */
export function createName(prefix: string, random: RandomSource): string {
  return `${prefix}-${Buffer.from(random(16)).toString('base64url')}`
}
