/** Publishes one message with the rights of a user, for whoever has no channel: the management API. */

import { MethodId, ReplyCode } from '@warrenmq/codec'
import { RouteKind } from '@warrenmq/routing'
import { ChannelException } from '../errors.ts'
import { inspectProperties } from '../protocols/amqp/message-properties.ts'
import type { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import { ChannelStatistics } from '../statistics/channel-statistics.ts'
import type { Route } from '../vhost/route-cache.ts'
import { exchangeName, resolveRoute } from '../vhost/route-resolver.ts'
import { RoutedMessage } from '../vhost/routed-message.ts'
import type { Actor } from '../vhost/topology-actions.ts'
import type { Vhost } from '../vhost/vhost.ts'

/** How a message is published. */
export interface PublishOptions {
  /** The user whose name the property `user_id` may hold; `undefined` for any name. */
  readonly userIdAllowed: string | undefined
  /** Largest body, in bytes. */
  readonly messageSizeMax: number
}

/**
 * Publishes a message as `basic.publish` does. Returns whether a queue took it, or an exchange that keeps messages for later. What was
 * recorded of it in the log is not durable yet.
 *
 * @throws ChannelException NOT_FOUND, ACCESS_REFUSED, PRECONDITION_FAILED. RightsPending before anything has happened.
 */
export function publishMessage(actor: Actor, message: Message, options: PublishOptions): boolean {
  const { rights, vhost } = actor
  const name = exchangeName(message)
  rights.assertMayPublish(name)
  assertSize(message, options.messageSizeMax)
  const route = resolveRoute(vhost, message)
  const extraKeys = inspectProperties(message, options.userIdAllowed)
  const routingKeys = [route.routingKey, ...extraKeys]
  if (route.exchange.settings.type === 'topic') {
    for (const key of routingKeys) rights.assertMayUseTopic('write', name, key)
  }
  const found = findQueues(vhost, route, routingKeys, message)
  count(vhost, route, found.queues, found.heldBack)
  let taken = found.queues.length > 0
  for (const queue of found.queues) if (!queue.publish(message)) taken = false
  if (!taken) found.refused()
  return taken || found.heldBack
}

function assertSize({ bodySize }: Message, max: number): void {
  if (bodySize <= max) return
  const text = `message size ${bodySize} is larger than configured max size ${max}`
  throw new ChannelException(ReplyCode.PRECONDITION_FAILED, text, MethodId.basicPublish)
}

function findQueues(vhost: Vhost, { exchange, kind, queues }: Route, routingKeys: readonly string[], message: Message) {
  if (kind === RouteKind.effective) return vhost.routeEffectively(exchange, routingKeys, message)
  const isFixed = kind === RouteKind.fixed && routingKeys.length === 1
  const found = isFixed ? queues : vhost.route(exchange, routingKeys, new RoutedMessage(message))
  return { queues: found, heldBack: false, refused() {} }
}

function count(vhost: Vhost, { exchange }: Route, queues: readonly Queue[], heldBack: boolean): void {
  const statistics = new ChannelStatistics(vhost.statistics)
  const counts = statistics.publishesTo(exchange)
  statistics.published(counts, queues, 1, false)
  if (queues.length === 0 && !heldBack) counts.dropped++
  statistics.close()
}
