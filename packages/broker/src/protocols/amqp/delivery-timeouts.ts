/**
 * Closes channels whose clients hold a delivery for too long without acknowledging it (`consumer_timeout`).
 *
 * Channels are looked at now and then, the more often the shorter the shortest timeout is. A delivery is late at the second look after its
 * timeout at the latest, and never before it.
 */

import type { Clock, Timer } from '../../clock.ts'
import type { AmqpConnection } from './connection.ts'

/** Longest time between two looks, in milliseconds: RabbitMQ's. */
const PERIOD_MAX = 60_000
const PERIOD_MIN = 100
/** Looks in the time of the shortest timeout. */
const LOOKS_PER_TIMEOUT = 4

export class DeliveryTimeouts {
  readonly #clock: Clock
  readonly #connections: Iterable<AmqpConnection>
  readonly #onError: (error: unknown) => void
  /** How long a client may hold a delivery, in milliseconds, where neither consumer nor queue say otherwise; Infinity for ever. */
  readonly #timeoutMs: number
  /** The shortest timeout there is. */
  #shortestMs: number
  #timer: Timer
  #dueAt = 0

  /** @param timeoutMs 0 for no timeout. @param onError hears of bugs. */
  constructor(
    clock: Clock,
    connections: Iterable<AmqpConnection>,
    timeoutMs: number,
    onError: (error: unknown) => void,
  ) {
    this.#clock = clock
    this.#connections = connections
    this.#onError = onError
    this.#timeoutMs = limitOf(timeoutMs)
    this.#shortestMs = this.#timeoutMs
    this.#timer = this.#schedule()
  }

  /** There are deliveries with this timeout from now on: looks come often enough for it. */
  expect(timeoutMs: number): void {
    if (limitOf(timeoutMs) >= this.#shortestMs) return
    this.#shortestMs = timeoutMs
    if (this.#dueAt <= this.#clock.now() + this.#periodMs) return
    this.#timer.clear()
    this.#timer = this.#schedule()
  }

  close(): void {
    this.#timer.clear()
  }

  get #periodMs(): number {
    return Math.min(PERIOD_MAX, Math.max(PERIOD_MIN, Math.floor(this.#shortestMs / LOOKS_PER_TIMEOUT)))
  }

  #schedule(): Timer {
    const period = this.#periodMs
    this.#dueAt = this.#clock.now() + period
    return this.#clock.setTimeout(() => {
      try {
        this.#look()
      } catch (error) {
        this.#onError(error)
      }
      this.#timer = this.#schedule()
    }, period)
  }

  #look(): void {
    const now = this.#clock.now()
    // A policy may have changed the timeout of queues that have consumers already.
    let shortest = this.#timeoutMs
    for (const { session } of this.#connections) {
      for (const channel of session?.channels.values() ?? []) shortest = Math.min(shortest, channel.shortestTimeout())
    }
    this.#shortestMs = Math.min(shortest, this.#timeoutMs)
    for (const connection of this.#connections) {
      connection.session?.closeLateChannels(now, this.#timeoutMs, this.#shortestMs)
    }
  }
}

/** A timeout in milliseconds as a limit: 0 is none. */
export function limitOf(timeoutMs: number): number {
  return timeoutMs === 0 ? Infinity : timeoutMs
}
