/** Metrics of queues. */

import type { Queue } from '../queue/queue.ts'
import { queueMemory, unackedBytes } from '../statistics/queue-memory.ts'
import type { Exchange } from '../vhost/exchange.ts'
import { type AnyMetricGroup, counter, gauge, metricGroup } from './metric-group.ts'
import type { PrometheusParts } from './prometheus-parts.ts'

interface PlacedQueue {
  readonly vhost: string
  readonly queue: Queue
}

function* queuesOf({ vhosts }: PrometheusParts, wanted: ReadonlySet<string> | undefined): Generator<PlacedQueue> {
  for (const vhost of vhosts.values()) {
    if (wanted !== undefined && !wanted.has(vhost.name)) continue
    for (const queue of vhost.queues.values()) yield { vhost: vhost.name, queue }
  }
}

const labels = ({ vhost, queue }: PlacedQueue) => ({ vhost, queue: queue.name })

/** What a queue's consumers could take, as samples found it; RabbitMQ has no value where there is no consumer. */
function utilisation({ queue }: PlacedQueue): number {
  return queue.consumers.size > 0 ? queue.statistics.utilisation : Number.NaN
}

export const QUEUE_COARSE_METRICS: AnyMetricGroup = metricGroup<PlacedQueue>({
  family: 'queue_coarse_metrics',
  items: queuesOf,
  labels,
  metrics: [
    gauge('queue_messages_ready', ({ queue }) => queue.readyCount),
    gauge('queue_messages_unacked', ({ queue }) => queue.unackedCount),
    gauge('queue_messages', ({ queue }) => queue.readyCount + queue.unackedCount + queue.delayedCount),
  ],
})

export const QUEUE_CONSUMER_COUNT: AnyMetricGroup = metricGroup<PlacedQueue>({
  family: 'queue_consumer_count',
  items: queuesOf,
  labels,
  metrics: [gauge('queue_consumers', ({ queue }) => queue.consumers.size)],
})

export const QUEUE_METRICS: AnyMetricGroup = metricGroup<PlacedQueue>({
  family: 'queue_metrics',
  items: queuesOf,
  labels,
  metrics: [
    gauge('queue_consumers', ({ queue }) => queue.consumers.size),
    gauge('queue_consumer_capacity', utilisation),
    gauge('queue_consumer_utilisation', utilisation),
    gauge('queue_process_memory_bytes', ({ queue }) => queueMemory(queue)),
    gauge('queue_messages_bytes', ({ queue }) => queue.readyBytes + unackedBytes(queue)),
    gauge('queue_messages_ready_bytes', ({ queue }) => queue.readyBytes),
    gauge('queue_messages_unacked_bytes', ({ queue }) => unackedBytes(queue)),
    gauge('queue_head_message_timestamp', ({ queue }) => queue.headTimestamp ?? Number.NaN),
  ],
})

interface PublishedPair {
  readonly vhost: string
  readonly queue: Queue
  readonly exchange: Exchange | undefined
  readonly count: number
}

/** What was published to each queue, and through which exchange where that is kept (`management.rates_mode = detailed`). */
export const PUBLISHED_METRICS: AnyMetricGroup = metricGroup<PublishedPair>({
  family: 'channel_queue_exchange_metrics',
  *items(parts, wanted) {
    for (const { vhost, queue } of queuesOf(parts, wanted)) {
      const { counted, exchanges } = queue.statistics
      if (counted === undefined) continue
      if (!parts.statistics.keepsPairs) yield { vhost, queue, exchange: undefined, count: counted[0] }
      for (const [exchange, { totals }] of exchanges) yield { vhost, queue, exchange, count: totals[0] }
    }
  },
  labels: ({ vhost, queue, exchange }) => ({
    queue_vhost: vhost,
    queue: queue.name,
    ...(exchange === undefined ? {} : { exchange_vhost: vhost, exchange: exchange.name }),
  }),
  metrics: [counter('queue_messages_published', ({ count }) => count)],
})
