/** A consumer, as RabbitMQ shows it. */

import { writeArguments } from '../../definitions/argument-table.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { AmqpConsumer } from '../../protocols/amqp/consumer.ts'
import type { ManagementParts } from '../management-parts.ts'
import { viewChannelDetails } from './channel.ts'
import { viewName } from './names.ts'

export function viewConsumer(consumer: AmqpConsumer, parts: ManagementParts): JsonObject {
  const { queue, channel } = consumer
  const isSingle = queue.features.singleActiveConsumer
  const active = !isSingle || queue.activeConsumer === consumer
  return {
    ack_required: !consumer.noAck,
    active,
    activity_status: !isSingle ? 'up' : active ? 'single_active' : 'waiting',
    arguments: writeArguments(consumer.arguments),
    channel_details: viewChannelDetails(channel, parts),
    consumer_tag: consumer.tag,
    exclusive: consumer.exclusive,
    prefetch_count: consumer.prefetchCount,
    queue: viewName(queue.name, channel.vhost.name),
  }
}
