/**
 * Consumers whose credit came back in part, and who wait a moment for more of it.
 *
 * Hot path (`npm run bench`, scenario K). A write to a socket costs as much as tens of messages, so a consumer that was out of credit is
 * served again when half of its credit is back, or after a millisecond, whichever is first. It has messages in hand meanwhile.
 */

import type { AmqpConsumer } from './consumer.ts'

const DELAY_MS = 1

export class CreditDelay {
  #waiting: AmqpConsumer[] = []
  #timer: NodeJS.Timeout | undefined

  /** Serves `consumer` a moment from now, if it is not served before. */
  add(consumer: AmqpConsumer): void {
    this.#waiting.push(consumer)
    this.#timer ??= setTimeout(() => this.#serve(), DELAY_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#waiting = []
  }

  #serve(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#timer = undefined
    for (const consumer of waiting) consumer.queue.consumerReady(consumer)
  }
}
