/** Metrics of channels. `channel` is its name: `<peer> -> <server> (<number>)`. */

import type { Channel } from '../protocols/amqp/channel.ts'
import type { DeliveryCounts } from '../statistics/delivery-counts.ts'
import type { PublishCounts } from '../statistics/publish-counts.ts'
import { type AnyMetricGroup, counter, gauge, type Metric, metricGroup } from './metric-group.ts'
import type { PrometheusParts } from './prometheus-parts.ts'

function* channelsOf({ connections }: PrometheusParts): Generator<Channel> {
  for (const { session } of connections) yield* session?.channels.values() ?? []
}

export const CHANNEL_METRICS: AnyMetricGroup = metricGroup<Channel>({
  family: 'channel_metrics',
  items: channelsOf,
  labels: ({ name }) => ({ channel: name }),
  metrics: [
    gauge('channel_consumers', ({ consumers }) => consumers.size),
    gauge('channel_messages_unacked', ({ unacked }) => unacked.count),
    gauge('channel_messages_unconfirmed', ({ confirms }) => confirms?.unconfirmed ?? 0),
    gauge('channel_messages_uncommitted', ({ transaction }) => transaction?.heldCounts.publishes ?? 0),
    gauge('channel_acks_uncommitted', ({ transaction }) => transaction?.heldCounts.settlements ?? 0),
    gauge('consumer_prefetch', ({ prefetchCount }) => prefetchCount),
    gauge('channel_prefetch', ({ globalPrefetchCount }) => globalPrefetchCount),
  ],
})

interface ChannelExchange {
  readonly channel: Channel
  readonly counts: PublishCounts
}

/** Counters of the last sample. */
function published(name: string, index: number): Metric<ChannelExchange> {
  return counter(name, ({ counts }) => counts.totals[index])
}

export const CHANNEL_EXCHANGE_METRICS: AnyMetricGroup = metricGroup<ChannelExchange>({
  family: 'channel_exchange_metrics',
  *items(parts) {
    for (const channel of channelsOf(parts)) {
      for (const counts of channel.statistics.exchanges.values()) yield { channel, counts }
    }
  },
  labels: ({ channel, counts }) => ({
    channel: channel.name,
    vhost: channel.vhost.name,
    exchange: counts.exchange.name,
  }),
  metrics: [
    published('channel_messages_published', 0),
    published('channel_messages_confirmed', 1),
    published('channel_messages_unroutable_returned', 2),
    published('channel_messages_unroutable_dropped', 3),
  ],
})

interface ChannelQueue {
  readonly channel: Channel
  readonly counts: DeliveryCounts
}

function delivered(name: string, index: number): Metric<ChannelQueue> {
  return counter(name, ({ counts }) => counts.totals[index])
}

/** RabbitMQ's names: `_ack` is what is to be acknowledged. */
export const CHANNEL_QUEUE_METRICS: AnyMetricGroup = metricGroup<ChannelQueue>({
  family: 'channel_queue_metrics',
  *items(parts) {
    for (const channel of channelsOf(parts)) {
      for (const counts of channel.statistics.queues.values()) yield { channel, counts }
    }
  },
  labels: ({ channel, counts }) => ({ channel: channel.name, vhost: channel.vhost.name, queue: counts.queue.name }),
  metrics: [
    delivered('channel_get_ack', 2),
    delivered('channel_get', 3),
    delivered('channel_messages_delivered_ack', 0),
    delivered('channel_messages_delivered', 1),
    delivered('channel_messages_redelivered', 5),
    delivered('channel_messages_acked', 6),
    delivered('channel_get_empty', 4),
  ],
})
