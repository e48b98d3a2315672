/** Where messages can be sent that are in a queue already. */

import { explainRoute, RouteKind, routeKind } from '@warrenmq/routing'
import { readRoute } from '../dead-letter/dead-letter.ts'
import type { MessageStore } from '../log/message-store.ts'
import type { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import type { Exchange } from '../vhost/exchange.ts'
import { RoutedMessage } from '../vhost/routed-message.ts'
import type { Vhost } from '../vhost/vhost.ts'
import { withRoute } from './create-message.ts'

/** Where a message goes. */
export interface PlannedRoute {
  readonly queues: readonly Queue[]
  /** Whether an exchange on the way does more than route, so that the way is found when the message goes. */
  readonly isLate: boolean
}

/** Where messages go. */
export interface MessageTarget {
  /** The way of a message, without sending it; `undefined` when there is none. */
  plan(message: Message): PlannedRoute | undefined
  /** Sends a message, whose content is valid until it returns, on a way that was planned. Returns whether somebody took it. */
  send(message: Message, planned: PlannedRoute): boolean
}

/** A queue, found anew for each message. Messages stay as they are. */
export function queueTarget(store: MessageStore, find: (message: Message) => Queue | undefined): MessageTarget {
  return {
    plan(message) {
      const queue = find(message)
      return queue && { queues: [queue], isLate: false }
    },
    send: (message, { queues }) => publishTo(store, message, queues),
  }
}

/** An exchange. @param routingKey Instead of each message's own. */
export function exchangeTarget(
  store: MessageStore,
  vhost: Vhost,
  exchange: Exchange,
  routingKey: string | undefined,
): MessageTarget {
  const keyOf = (message: Message) => routingKey ?? readRoute(message).routingKey
  return {
    plan(message) {
      const keys = [keyOf(message)]
      const content = new RoutedMessage(message)
      if (routeKind(exchange) !== RouteKind.effective) {
        const queues = vhost.route(exchange, keys, content)
        return queues.length === 0 ? undefined : { queues, isLate: false }
      }
      const { queues, steps } = explainRoute<Queue>(exchange, keys, content)
      const isTaken = queues.length > 0 || steps.some(({ hasIntake }) => hasIntake)
      return isTaken ? { queues, isLate: true } : undefined
    },
    send(message, { queues, isLate }) {
      const key = keyOf(message)
      const addressed = withRoute(message, exchange.name, key)
      if (!isLate) return publishTo(store, addressed, queues)
      const found = vhost.routeEffectively(exchange, [key], addressed)
      const taken = publishTo(store, addressed, found.queues)
      if (!taken && found.queues.length > 0) found.refused()
      return taken || found.heldBack
    },
  }
}

/** Gives a message to queues. Returns whether one took it. */
export function publishTo(store: MessageStore, message: Message, queues: readonly Queue[]): boolean {
  const { position } = message
  let taken = false
  for (const queue of queues) {
    // Read anew for each: what a queue does with a message may use the store.
    if (position >= 0) store.read(position, message)
    if (!queue.deleted && queue.publish(message)) taken = true
  }
  return taken
}
