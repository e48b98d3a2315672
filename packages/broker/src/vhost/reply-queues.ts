/**
 * Direct reply-to: the queues of a vhost that bring replies straight to the channel that asked.
 *
 * Each is a queue like any other, with one consumer, but that only the default exchange finds it, by a name that nobody can guess: who
 * has the name may reply. It comes and goes without a change of the topology, so that the routes of all others stay known.
 */

import { RouteKind } from '@warrenmq/routing'
import type { RandomSource } from '../clock.ts'
import { Queue } from '../queue/queue.ts'
import type { QueueEnvironment } from '../queue/queue-environment.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route-cache.ts'

/** What clients consume from, and name as `reply-to`; the broker puts the name of a reply queue in its place. */
export const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to'
const PREFIX = `${DIRECT_REPLY_TO}.`
/** Random bytes in a name. */
const TOKEN_SIZE = 16
/** Topology version that never is: a route that holds for no message, or for this one only. */
const NEVER = -1

export class ReplyQueues {
  readonly #routes = new Map<string, Route>()
  readonly #environment: QueueEnvironment
  readonly #exchange: () => Exchange

  /** @param exchange The vhost's default exchange. */
  constructor(environment: QueueEnvironment, exchange: () => Exchange) {
    this.#environment = environment
    this.#exchange = exchange
  }

  /** Makes a reply queue with a name of its own. */
  open(random: RandomSource): Queue {
    const name = PREFIX + Buffer.from(random(TOKEN_SIZE)).toString('base64url')
    const table = Object.create(null)
    const settings = { name, durable: false, autoDelete: false, arguments: table, exclusiveOwner: undefined }
    const queue = new Queue(settings, this.#environment)
    this.#routes.set(name, this.#createRoute(name, [queue]))
    return queue
  }

  /** Ends a reply queue: its name leads nowhere from now on. */
  close(queue: Queue): void {
    const route = this.#routes.get(queue.name)
    if (route === undefined) return
    // Publishers remember their last route, and look at the version before they use it.
    route.version = NEVER
    this.#routes.delete(queue.name)
    queue.delete()
  }

  /** Whether the name is one that only a reply queue can have. */
  owns(name: string): boolean {
    return name.startsWith(PREFIX)
  }

  find(name: string): Queue | undefined {
    return this.#routes.get(name)?.queues[0]
  }

  /**
   * The route of a routing key that {@link owns} accepts, from the default exchange. It is in no cache: there may be a key for every
   * request of every client.
   */
  route(routingKey: string, topologyVersion: number): Route {
    const route = this.#routes.get(routingKey)
    if (route === undefined) return this.#createRoute(routingKey, [])
    route.version = topologyVersion
    return route
  }

  #createRoute(routingKey: string, queues: readonly Queue[]): Route {
    const key = Buffer.from(routingKey)
    const bytes = Uint8Array.of(0, key.length, ...key)
    return { bytes, exchange: this.#exchange(), routingKey, queues, kind: RouteKind.fixed, version: NEVER }
  }
}
