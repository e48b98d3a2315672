/**
 * The consumers of a queue with one priority that can take a message now, in the order of their turn.
 *
 * Hot path (`npm run bench`, scenario K). A doubly linked ring through the consumers themselves: taking the next, sending it to the
 * back, and dropping one that has no credit left are each a few assignments.
 */

import type { QueueConsumer } from './queue-consumer.ts'

export class ConsumerRing {
  /** Whose turn it is; `undefined` when nobody can take a message. */
  first: QueueConsumer | undefined = undefined
  /** Consumers that belong here, whether they can take a message or not. Kept by {@link ConsumerRings}. */
  memberCount = 0
  /** `x-priority` of its consumers. */
  readonly priority: number
  #last: QueueConsumer | undefined = undefined

  constructor(priority: number) {
    this.priority = priority
  }

  /** Puts a consumer at the back, unless it is here already. */
  add(consumer: QueueConsumer): void {
    if (consumer.ready) return
    consumer.ready = true
    consumer.previous = this.#last
    consumer.next = undefined
    if (this.#last === undefined) this.first = consumer
    else this.#last.next = consumer
    this.#last = consumer
  }

  /** Takes a consumer out, if it is here. */
  remove(consumer: QueueConsumer): void {
    if (!consumer.ready) return
    consumer.ready = false
    const { previous, next } = consumer
    if (previous === undefined) this.first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    consumer.previous = undefined
    consumer.next = undefined
  }

  /** Sends the first to the back. */
  rotate(): void {
    const consumer = this.first as QueueConsumer
    const second = consumer.next
    if (second === undefined) return
    second.previous = undefined
    this.first = second
    const last = this.#last as QueueConsumer
    last.next = consumer
    consumer.previous = last
    consumer.next = undefined
    this.#last = consumer
  }
}
