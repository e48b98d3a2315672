/**
 * The consumers of a queue that can take a message now, by priority: the highest priority with such a consumer is served, in turn.
 *
 * Hot path (`npm run bench`, scenario K): where all consumers have one priority there is one ring, and `serving` is always that.
 */

import { ConsumerRing } from './consumer-ring.ts'
import type { QueueConsumer } from './queue-consumer.ts'

export class ConsumerRings {
  /** The ring whose turn it is: of the highest priority in which somebody can take a message. Empty when nobody can. */
  serving: ConsumerRing
  /** One for each priority that consumers here have, the highest first; never empty. */
  readonly #rings: ConsumerRing[]

  constructor() {
    this.serving = new ConsumerRing(0)
    this.#rings = [this.serving]
  }

  /** Whether consumers here have different priorities. */
  get ranked(): boolean {
    return this.#rings.length > 1
  }

  /** Lets a consumer take part. It stands in no ring until it is `ready`. */
  join(consumer: QueueConsumer): void {
    const ring = this.#ringOf(consumer.priority)
    ring.memberCount++
    consumer.ring = ring
  }

  /** A consumer takes part no more. */
  leave(consumer: QueueConsumer): void {
    const ring = consumer.ring
    if (ring === undefined) return
    this.busy(consumer)
    consumer.ring = undefined
    ring.memberCount--
    if (ring.memberCount > 0 || this.#rings.length === 1) return
    this.#rings.splice(this.#rings.indexOf(ring), 1)
    if (ring === this.serving) this.#choose()
  }

  /** A consumer that takes part can take a message: it goes to the back of its ring, unless it stands there already. */
  ready(consumer: QueueConsumer): void {
    const ring = consumer.ring as ConsumerRing
    ring.add(consumer)
    if (ring !== this.serving) this.#choose()
  }

  /** A consumer can take no more for now. */
  busy(consumer: QueueConsumer): void {
    if (!consumer.ready) return
    const ring = consumer.ring as ConsumerRing
    ring.remove(consumer)
    if (ring.first === undefined && this.#rings.length > 1) this.#choose()
  }

  #choose(): void {
    this.serving = this.#rings.find((ring) => ring.first !== undefined) ?? this.#rings[0]
  }

  #ringOf(priority: number): ConsumerRing {
    const rings = this.#rings
    let index = 0
    while (index < rings.length && rings[index].priority > priority) index++
    if (index < rings.length && rings[index].priority === priority) return rings[index]
    const ring = new ConsumerRing(priority)
    const [only] = rings
    // The only ring of a queue without consumers stands for no priority yet.
    if (rings.length === 1 && only.memberCount === 0) {
      rings[0] = ring
      this.serving = ring
    } else {
      rings.splice(index, 0, ring)
    }
    return ring
  }
}
