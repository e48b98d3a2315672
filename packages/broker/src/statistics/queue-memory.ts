/** What a queue takes of memory, as far as that can be told without looking at every message: estimates. */

import { AmqpConsumer } from '../protocols/amqp/consumer.ts'
import type { Queue } from '../queue/queue.ts'

/** A queue without messages: objects, timers, consumers' rings. */
const BASE_BYTES = 2000
/** A consumer, and its prepared frames. */
const CONSUMER_BYTES = 1000
/** A message that waits: its position. */
const PLAIN_BYTES = 8
/** The same with what a feature needs to know of it: expiry, sequence number, size. */
const FEATURED_BYTES = 32
/** A message in somebody's hands: a row of five columns. */
const UNACKED_BYTES = 40
/** Messages in consumers' hands that are looked at. */
const LOOKED_AT_MAX = 16
/** Messages of other queues that are passed over for that. */
const PASSED_MAX = 64

/** Bytes of the queue itself, its list of messages, and its samples. The messages are the store's. */
export function queueMemory(queue: Queue): number {
  const perMessage = queue.isFeatured ? FEATURED_BYTES : PLAIN_BYTES
  return (
    BASE_BYTES +
    queue.consumers.size * CONSUMER_BYTES +
    queue.readyCount * perMessage +
    queue.unackedCount * UNACKED_BYTES +
    (queue.statistics.history?.bytes ?? 0)
  )
}

/** Bytes of the bodies in consumers' hands: exact for a few messages, else as if all were as large as those looked at. */
export function unackedBytes(queue: Queue): number {
  if (queue.unackedCount === 0) return 0
  let looked = 0
  let bytes = 0
  for (const consumer of queue.consumers) {
    if (!(consumer instanceof AmqpConsumer)) continue
    let passed = 0
    for (const message of consumer.channel.unacked) {
      if (message.queue === queue) {
        bytes += queue.bodySizeAt(message.position)
        if (++looked === LOOKED_AT_MAX) return Math.round((bytes / looked) * queue.unackedCount)
      } else if (++passed === PASSED_MAX) break
    }
  }
  return looked === 0 ? queue.typicalSize * queue.unackedCount : Math.round((bytes / looked) * queue.unackedCount)
}
