/** Ends a queue that was not used for a while: had no consumer, was not declared again, and nobody asked it for a message. */

import { ExpiryTimer } from './expiry-timer.ts'
import type { Queue } from './queue.ts'
import type { QueueEnvironment } from './queue-environment.ts'

export class UnusedTimer {
  readonly #queue: Queue
  readonly #environment: QueueEnvironment
  readonly #expiresMs: number
  readonly #timer: ExpiryTimer
  #usedAt = 0

  constructor(queue: Queue, environment: QueueEnvironment, expiresMs: number) {
    this.#queue = queue
    this.#environment = environment
    this.#expiresMs = expiresMs
    this.#timer = new ExpiryTimer(environment.clock, () => this.#look())
    this.used()
  }

  /** The queue was used just now. */
  used(): void {
    this.#usedAt = this.#environment.clock.now()
    this.#timer.set(this.#usedAt + this.#expiresMs)
  }

  close(): void {
    this.#timer.clear()
  }

  #look(): void {
    // The last consumer's leave counts as use and sets the timer again.
    if (this.#queue.consumers.size > 0) return
    const end = this.#usedAt + this.#expiresMs
    if (this.#environment.clock.now() < end) this.#timer.set(end)
    else this.#environment.queueExpired(this.#queue)
  }
}
