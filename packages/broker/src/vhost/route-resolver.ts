/**
 * Finds where messages with an exchange and routing key go when no cache knows it.
 */

import { ReplyCode } from '@warrenmq/codec'
import { RouteKind, routeKind } from '@warrenmq/routing'
import { ChannelException, ConnectionException } from '../errors.ts'
import type { Message } from '../queue/message.ts'
import { describeResource } from './resource-name.ts'
import type { Route } from './route-cache.ts'
import type { Vhost } from './vhost.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Resolves the route of `message` in `vhost` and adds it to the vhost's cache, unless it leads to a reply queue.
 *
 * @throws ChannelException NOT_FOUND for an unknown exchange, ACCESS_REFUSED for an internal one.
 * @throws ConnectionException FRAME_ERROR for a name that is not UTF-8.
 */
export function resolveRoute(vhost: Vhost, message: Message): Route {
  const bytes = message.bytes.slice(message.routeStart, message.routeEnd)
  const routingKey = decodeName(bytes.subarray(2 + bytes[0]))
  const exchange = vhost.exchange(exchangeName(message))
  if (exchange.settings.internal) {
    const text = `cannot publish to internal ${describeResource('exchange', exchange.name, vhost.name)}`
    throw new ChannelException(ReplyCode.ACCESS_REFUSED, text)
  }
  if (exchange.name === '' && vhost.replies.owns(routingKey)) {
    return vhost.replies.route(routingKey, vhost.topologyVersion)
  }
  const kind = routeKind(exchange)
  const queues = kind === RouteKind.fixed ? vhost.route(exchange, [routingKey], undefined) : []
  const route: Route = { bytes, exchange, routingKey, queues, kind, version: vhost.topologyVersion }
  vhost.routes.add(route)
  return route
}

/** Name of the exchange that `message` is published to. @throws ConnectionException FRAME_ERROR for one that is not UTF-8. */
export function exchangeName({ bytes, routeStart }: Message): string {
  return decodeName(bytes.subarray(routeStart + 1, routeStart + 1 + bytes[routeStart]))
}

function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ConnectionException(ReplyCode.FRAME_ERROR, 'Malformed UTF-8 in shortstr', 0)
  }
}
