/** Consumers. */

import { AmqpConsumer } from '../../protocols/amqp/consumer.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { LIST_QUERY, type Listing, replyList } from '../lists/reply-list.ts'
import type { ManagementParts } from '../management-parts.ts'
import { type Route, route } from '../route.ts'
import { viewConsumer } from '../views/consumer.ts'

export const consumerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/consumers',
    access: 'management',
    summary: 'The consumers in all vhosts that the user knows of',
    query: LIST_QUERY,
    handle: async (request) =>
      replyList(request, consumersIn(await request.caller.vhosts('known')), consumerListing(request.parts)),
  }),
  route({
    method: 'GET',
    path: '/consumers/:vhost',
    access: 'vhost',
    summary: 'The consumers in a vhost',
    query: LIST_QUERY,
    handle: (request) => replyList(request, consumersIn([request.vhost()]), consumerListing(request.parts)),
  }),
]

function consumersIn(vhosts: readonly Vhost[]): AmqpConsumer[] {
  const consumers: AmqpConsumer[] = []
  for (const { queues } of vhosts) {
    for (const queue of queues.values()) {
      for (const consumer of queue.consumers) if (consumer instanceof AmqpConsumer) consumers.push(consumer)
    }
  }
  return consumers
}

/** RabbitMQ's list is in no order that means anything; this one is by queue. */
function consumerListing(parts: ManagementParts): Listing<AmqpConsumer> {
  return {
    order: ['vhost', 'queue', 'consumer_tag'],
    keys: {
      vhost: ({ channel }) => channel.vhost.name,
      queue: ({ queue }) => queue.name,
      consumer_tag: ({ tag }) => tag,
    },
    view: (consumer) => viewConsumer(consumer, parts),
  }
}
