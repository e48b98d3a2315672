/** What is counted of a queue, and what follows from its policies. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { AmqpConsumer } from '../../protocols/amqp/consumer.ts'
import type { Queue } from '../../queue/queue.ts'
import { QueueType } from '../../queue/queue-type.ts'
import { QUEUE_LENGTHS_AT } from '../../statistics/histories.ts'
import { queueMemory, unackedBytes } from '../../statistics/queue-memory.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import { viewChannelDetails } from './channel.ts'
import { viewConsumer } from './consumer.ts'
import { type Ranges, viewDetails, viewFigure } from './details.ts'
import { idleSince } from './idle-since.ts'
import { asField, viewDelivering, viewQueueMessageStats } from './message-stats.ts'
import { viewName } from './names.ts'

/** Of a queue in a list. */
export function viewQueueStatistics(queue: Queue, parts: ManagementParts, ranges: Ranges): JsonObject {
  const { statistics, features, activeConsumer, policy } = queue
  const unacknowledgedBytes = unackedBytes(queue)
  const [first] = queue.consumers
  const exclusiveTag = first?.exclusive === true ? first.tag : null
  const hasConsumers = queue.consumers.size > 0
  const utilisation = hasConsumers ? statistics.utilisation : 0
  const isQuorum = queue.type === QueueType.quorum
  const activeTag = features.singleActiveConsumer ? (activeConsumer?.tag ?? null) : null
  const keepsRates = parts.figures.ratesMode !== 'none' && statistics.counted !== undefined
  const stats = { totals: statistics.totals, history: statistics.history }
  return {
    consumer_capacity: utilisation,
    consumer_utilisation: utilisation,
    consumers: queue.consumers.size,
    ...(isQuorum ? {} : { exclusive_consumer_tag: exclusiveTag }),
    head_message_timestamp: queue.headTimestamp ?? null,
    ...idleSince(statistics.changedAt, parts),
    memory: queueMemory(queue),
    message_bytes: queue.readyBytes + unacknowledgedBytes,
    message_bytes_ready: queue.readyBytes,
    message_bytes_unacknowledged: unacknowledgedBytes,
    ...(keepsRates ? asField(viewQueueMessageStats(stats, ranges.messageRates)) : {}),
    ...viewLengths(queue, ranges),
    policy: policy.policy?.name ?? null,
    operator_policy: policy.operatorPolicy?.name ?? null,
    effective_policy_definition: { ...(policy.definition as JsonObject) },
    [isQuorum ? 'single_active_consumer_ctag' : 'single_active_consumer_tag']: activeTag,
    state: 'running',
    ...(isQuorum ? { leader: parts.nodeName, members: [parts.nodeName], online: [parts.nodeName] } : {}),
  }
}

/** Messages waiting and handed out, with their rates. What waits to be ready again counts among all. */
function viewLengths(queue: Queue, { lengths }: Ranges): JsonObject {
  const { readyCount, unackedCount, delayedCount, statistics } = queue
  const { history } = statistics
  const [ready, unacked] = [QUEUE_LENGTHS_AT, QUEUE_LENGTHS_AT + 1]
  return {
    messages: readyCount + unackedCount + delayedCount,
    messages_details: viewDetails(history, [ready, unacked], lengths),
    ...viewFigure('messages_ready', readyCount, history, [ready], lengths),
    ...viewFigure('messages_unacknowledged', unackedCount, history, [unacked], lengths),
  }
}

/** Of a queue by itself: who consumes from it, and what it exchanged with whom where that is kept. */
export function viewQueueNeighbours(vhost: Vhost, queue: Queue, parts: ManagementParts, ranges: Ranges): JsonObject {
  const consumers = [...queue.consumers].filter(isAmqp)
  const isDetailed = parts.figures.ratesMode === 'detailed'
  const incoming = Array.from(isDetailed ? queue.statistics.exchanges : [], ([{ name }, { totals, history }]) => ({
    exchange: viewName(name, vhost.name),
    stats: viewFigure('publish', totals[0], history, [0], ranges.messageRates),
  }))
  return {
    consumer_details: consumers.map((consumer) => viewConsumer(consumer, parts)),
    incoming,
    deliveries: isDetailed ? viewDeliveries(queue, parts, ranges) : [],
  }
}

function viewDeliveries(queue: Queue, parts: ManagementParts, ranges: Ranges): JsonObject[] {
  const deliveries: JsonObject[] = []
  for (const { session } of parts.connections) {
    for (const channel of session?.channels.values() ?? []) {
      const counts = channel.statistics.queues.get(queue)
      if (counts === undefined) continue
      const stats = viewDelivering(counts, ranges.messageRates)
      if (Object.keys(stats).length > 0) {
        deliveries.push({ channel_details: viewChannelDetails(channel, parts), stats })
      }
    }
  }
  return deliveries
}

function isAmqp(consumer: object): consumer is AmqpConsumer {
  return 'channel' in consumer
}
