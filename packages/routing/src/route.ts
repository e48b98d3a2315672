/**
 * From an exchange and a message to queues, through exchange bindings and alternate exchanges.
 *
 * Hot path (`bench/route.bench.ts`).
 */

import type { TypedTable } from '@warrenmq/codec'
import type { RouteTarget } from './binding.ts'
import { DistinctList } from './distinct-list.ts'
import type { ExchangeMatcher } from './exchange-matcher.ts'

/** What ends a route. */
export interface QueueNode extends RouteTarget {
  readonly kind: 'queue'
}

/** An exchange as routing sees it. */
export interface ExchangeNode<Q extends QueueNode> extends RouteTarget {
  readonly kind: 'exchange'
  readonly matcher: ExchangeMatcher<Q | ExchangeNode<Q>>
  /** The exchange that gets what matches no binding here; `undefined` when none is set, or none of that name exists. */
  alternate(): ExchangeNode<Q> | undefined
}

/**
 * The queues that a message published to `start` reaches, each once, in no particular order; empty when it is unroutable.
 *
 * Each exchange is visited once, so cycles end. An exchange whose own bindings match nothing passes the message to its alternate
 * exchange; a match that leads to an exchange counts, even if that one was visited before or finds nothing itself.
 *
 * @param routingKeys The routing key of the publish, then those from its headers CC and BCC. At least one.
 * @param headers Decoded headers; may be left out when {@link routeNeedsHeaders} is false for `start`.
 */
export function route<Q extends QueueNode>(
  start: ExchangeNode<Q>,
  routingKeys: readonly string[],
  headers?: TypedTable,
): Q[] {
  const walk = new RouteWalk<Q>(start)
  // The list grows while this loop runs through it.
  const exchanges = walk.exchanges.items
  for (let i = 0; i < exchanges.length; i++) walk.routeThrough(exchanges[i], routingKeys, headers)
  return walk.queues.items
}

/**
 * Whether a message published to `start` may come to an exchange that looks at headers, over any binding or alternate exchange.
 *
 * When it is false, exchange and routing keys alone decide where messages go until a binding or exchange changes.
 */
export function routeNeedsHeaders<Q extends QueueNode>(start: ExchangeNode<Q>): boolean {
  const walk = new RouteWalk<Q>(start)
  const exchanges = walk.exchanges.items
  for (let i = 0; i < exchanges.length; i++) {
    const { matcher } = exchanges[i]
    if (matcher.needsHeaders) return true
    for (const destination of matcher.exchanges()) walk.visit(destination)
    const alternate = exchanges[i].alternate()
    if (alternate !== undefined) walk.visit(alternate)
  }
  return false
}

/** What one message has reached so far. */
class RouteWalk<Q extends QueueNode> {
  readonly queues = new DistinctList<Q>()
  readonly exchanges = new DistinctList<ExchangeNode<Q>>()
  #matched = false

  readonly visit = (target: Q | ExchangeNode<Q>): void => {
    this.#matched = true
    if (target.kind === 'exchange') this.exchanges.add(target)
    else this.queues.add(target)
  }

  constructor(start: ExchangeNode<Q>) {
    this.exchanges.add(start)
  }

  routeThrough(exchange: ExchangeNode<Q>, routingKeys: readonly string[], headers: TypedTable | undefined): void {
    const { matcher } = exchange
    const keyCount = matcher.usesRoutingKey ? routingKeys.length : 1
    this.#matched = false
    for (let i = 0; i < keyCount; i++) matcher.match({ routingKey: routingKeys[i], headers }, this.visit)
    if (this.#matched) return
    const alternate = exchange.alternate()
    if (alternate !== undefined) this.visit(alternate)
  }
}
