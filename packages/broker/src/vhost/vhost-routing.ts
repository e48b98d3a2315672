/**
 * How messages find their queues in a vhost where exchange and routing key do not decide alone, and those that come on from a queue or
 * exchange where they waited.
 */

import { route } from '@warrenmq/routing'
import type { MessageStore } from '../log/message-store.ts'
import { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import type { Destination, Exchange } from './exchange.ts'
import { RoutedMessage } from './routed-message.ts'

/** Where a message went. */
export interface EffectiveRoute {
  readonly queues: readonly Queue[]
  /** Whether an exchange on the way keeps the message for later, or has had it before. */
  readonly heldBack: boolean
  /** To be called when one of the queues refuses the message. */
  refused(): void
}

/** The route of a message to an exchange whose route is `effective`. */
export function routeEffectively(exchange: Exchange, routingKeys: readonly string[], message: Message): EffectiveRoute {
  const content = new RoutedMessage(message)
  return {
    queues: route<Queue>(exchange, routingKeys, content),
    heldBack: content.heldBack,
    refused: () => content.refused(),
  }
}

export class StoredPublisher {
  readonly #store: MessageStore
  readonly #stored = new Message()

  constructor(store: MessageStore) {
    this.#store = store
  }

  /** Brings a stored message on from a queue or exchange; the reference to `position` stays the caller's. */
  publish(destination: Destination, position: number, routingKeys: readonly string[], waited: boolean): void {
    const store = this.#store
    store.read(position, this.#stored)
    const queues =
      destination.kind === 'queue'
        ? [destination]
        : route<Queue>(destination, routingKeys, new RoutedMessage(this.#stored, waited ? destination : undefined))
    for (const queue of queues) {
      // Read anew for each: what routing and queues do with a message may use the store.
      store.read(position, this.#stored)
      queue.publish(this.#stored)
    }
  }
}
