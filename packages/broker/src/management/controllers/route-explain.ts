/** Why a message would go where it goes. Not in RabbitMQ. */

import { explainRoute } from '@warrenmq/routing'
import { createMessage } from '../../messages/create-message.ts'
import { inspectProperties } from '../../protocols/amqp/message-properties.ts'
import type { Queue } from '../../queue/queue.ts'
import { RoutedMessage } from '../../vhost/routed-message.ts'
import { badRequest } from '../http-error.ts'
import { readProperties } from '../message-properties.ts'
import { ok } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { viewExplainedRoute } from '../views/explained-route.ts'

export const routeExplainRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/exchanges/:vhost/:exchange/explain',
    access: 'vhost',
    summary:
      'Which bindings match a message that would be published to the exchange, and which queues get it; nothing is published',
    body: {
      required: ['routing_key'],
      properties: {
        routing_key: { type: 'string', description: 'Its routing key' },
        headers: { type: 'object', description: 'Its headers, for exchanges that go by them, and for CC and BCC' },
        properties: { type: 'object', description: 'Its properties, headers among them' },
      },
    },
    handle(request) {
      const { routing_key: routingKey, headers, properties = {} } = request.body()
      const exchange = request.vhost().exchange(exchangeNamed(request.param('exchange')))
      const wanted = readProperties(headers === undefined ? properties : { ...properties, headers })
      const message = attempt(() =>
        createMessage({ exchange: exchange.name, routingKey, properties: wanted, body: new Uint8Array(0) }),
      )
      const routingKeys = [routingKey, ...inspectProperties(message, undefined)]
      const explained = explainRoute<Queue>(exchange, routingKeys, new RoutedMessage(message))
      return ok(viewExplainedRoute(routingKeys, explained))
    },
  }),
]

/** The default exchange has a name in paths, where nothing else can stand for it. */
export function exchangeNamed(name: string): string {
  return name === 'amq.default' ? '' : name
}

/** What cannot be made of what the body says is the body's fault. @throws HttpError 400 */
export function attempt<Result>(make: () => Result): Result {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(error.message)
    throw error
  }
}
