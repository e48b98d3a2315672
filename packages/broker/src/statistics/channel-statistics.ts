/**
 * What a channel has published, and taken from queues. It keeps the counts of its exchanges and queues, and adds them up where they belong:
 * to the channel, the queue or exchange, the vhost and the broker.
 */

import type { Queue } from '../queue/queue.ts'
import type { Exchange } from '../vhost/exchange.ts'
import { addTo, DELIVERING, DELIVERING_OFFSET, MESSAGE_STATS, PUBLISHING, QUEUE_DELIVERING_OFFSET } from './counts.ts'
import { DeliveryCounts } from './delivery-counts.ts'
import type { History } from './history.ts'
import { PublishCounts } from './publish-counts.ts'
import type { VhostStatistics } from './vhost-statistics.ts'

/** Queues of a channel from which on those are looked for that are gone. */
const PRUNE_MIN = 16

/** Filled again each time; counting is synchronous. */
const published = new Float64Array(PUBLISHING.length)
const delivered = new Float64Array(DELIVERING.length)

export class ChannelStatistics {
  /** Since it opened, by {@link MESSAGE_STATS}. */
  readonly totals: Float64Array = new Float64Array(MESSAGE_STATS.length)
  /** Of the exchanges that it has published to. */
  readonly exchanges: Map<Exchange, PublishCounts> = new Map()
  /** Of the queues that it has consumed or got from. */
  readonly queues: Map<Queue, DeliveryCounts> = new Map()
  history: History | undefined
  /** When a sample last found that something had happened, in milliseconds since the epoch; 0 for never. */
  changedAt = 0
  readonly #vhost: VhostStatistics
  #pruneAt = PRUNE_MIN

  constructor(vhost: VhostStatistics) {
    this.#vhost = vhost
  }

  /** Counts for an exchange. */
  publishesTo(exchange: Exchange): PublishCounts {
    let counts = this.exchanges.get(exchange)
    if (counts === undefined) {
      if (this.exchanges.size === 0) this.#vhost.broker.publishers++
      counts = new PublishCounts(exchange)
      this.exchanges.set(exchange, counts)
      this.#prune()
    }
    return counts
  }

  /** Counts for a queue. */
  deliveriesFrom(queue: Queue): DeliveryCounts {
    let counts = this.queues.get(queue)
    if (counts === undefined) {
      counts = new DeliveryCounts(queue)
      this.queues.set(queue, counts)
      this.#prune()
    }
    return counts
  }

  /** So many messages were published that went to these queues. */
  published(counts: PublishCounts, queues: readonly Queue[], count: number, confirms: boolean): void {
    const { exchange } = counts
    counts.totals[0] += count
    this.totals[0] += count
    this.#vhost.published(exchange, queues, count, confirms)
  }

  /** Adds what was counted since the last time to all totals. */
  collect(): void {
    for (const counts of this.exchanges.values()) {
      if (!counts.take(published)) continue
      addTo(counts.totals, published)
      addTo(this.totals, published)
      this.#vhost.answered(published)
    }
    for (const counts of this.queues.values()) {
      if (!counts.take(delivered)) continue
      addTo(counts.totals, delivered)
      addTo(this.totals, delivered, DELIVERING_OFFSET)
      addTo(counts.queue.statistics.totals, delivered, QUEUE_DELIVERING_OFFSET)
      this.#vhost.delivered(counts.queue.type, delivered)
    }
  }

  /** The channel is closed. */
  close(): void {
    this.collect()
    if (this.exchanges.size > 0) this.#vhost.broker.publishers--
    this.exchanges.clear()
    this.queues.clear()
  }

  /** Forgets queues and exchanges that are gone, now and then: a channel may see any number of them. */
  #prune(): void {
    if (this.queues.size + this.exchanges.size < this.#pruneAt) return
    this.collect()
    for (const queue of this.queues.keys()) if (queue.deleted) this.queues.delete(queue)
    for (const exchange of this.exchanges.keys()) if (exchange.deleted) this.exchanges.delete(exchange)
    this.#pruneAt = Math.max(PRUNE_MIN, 2 * (this.queues.size + this.exchanges.size))
  }
}
