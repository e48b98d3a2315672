/** A channel, as RabbitMQ shows it. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Channel } from '../../protocols/amqp/channel.ts'
import type { ManagementParts } from '../management-parts.ts'
import { viewConsumer } from './consumer.ts'
import type { Ranges } from './details.ts'
import { idleSince } from './idle-since.ts'
import { asField, viewDelivering, viewMessageStats, viewPublishing } from './message-stats.ts'
import { viewName } from './names.ts'

/** A channel in a list. */
export function viewChannel(channel: Channel, parts: ManagementParts, ranges: Ranges): JsonObject {
  const { connection, statistics, transaction, confirms } = channel
  const { peer } = connection
  const keepsRates = parts.figures.ratesMode !== 'none'
  const held = transaction?.heldCounts
  return {
    acks_uncommitted: held?.settlements ?? 0,
    confirm: confirms !== undefined,
    connection_details: {
      name: connection.name,
      peer_host: peer.remoteAddress ?? '',
      peer_port: peer.remotePort ?? 0,
    },
    consumer_count: channel.consumers.size,
    global_prefetch_count: channel.globalPrefetchCount,
    ...idleSince(statistics.changedAt, parts),
    ...(keepsRates ? asField(viewMessageStats(statistics, ranges.messageRates)) : {}),
    messages_unacknowledged: channel.unacked.count,
    messages_uncommitted: held?.publishes ?? 0,
    messages_unconfirmed: confirms?.unconfirmed ?? 0,
    name: channel.name,
    node: parts.nodeName,
    number: channel.number,
    pending_raft_commands: 0,
    prefetch_count: channel.prefetchCount,
    state: connection.state === 'flow' ? 'flow' : 'running',
    transactional: transaction !== undefined,
    user: channel.user,
    user_who_performed_action: channel.user,
    vhost: channel.vhost.name,
  }
}

/** A channel by itself, with its consumers, and what it exchanged with whom where that is kept. */
export function viewWholeChannel(channel: Channel, parts: ManagementParts, ranges: Ranges): JsonObject {
  const isDetailed = parts.figures.ratesMode === 'detailed'
  const { exchanges, queues } = channel.statistics
  const vhost = channel.vhost.name
  const publishes = Array.from(isDetailed ? exchanges.values() : [], (counts) => ({
    exchange: viewName(counts.exchange.name, vhost),
    stats: viewPublishing(counts, ranges.messageRates),
  }))
  const deliveries = Array.from(isDetailed ? queues.values() : [], (counts) => ({
    queue: viewName(counts.queue.name, vhost),
    stats: viewDelivering(counts, ranges.messageRates),
  }))
  return {
    ...viewChannel(channel, parts, ranges),
    consumer_details: Array.from(channel.consumers.values(), (consumer) => viewConsumer(consumer, parts)),
    deliveries: deliveries.filter(({ stats }) => Object.keys(stats).length > 0),
    publishes: publishes.filter(({ stats }) => Object.keys(stats).length > 0),
  }
}

/** What tells of a channel inside of something else. */
export function viewChannelDetails(channel: Channel, { nodeName }: ManagementParts): JsonObject {
  const { connection } = channel
  return {
    connection_name: connection.name,
    name: channel.name,
    node: nodeName,
    number: channel.number,
    peer_host: connection.peer.remoteAddress ?? '',
    peer_port: connection.peer.remotePort ?? 0,
    user: channel.user,
  }
}
