/**
 * From an exchange and a message to queues, through exchange bindings and alternate exchanges.
 *
 * Hot path (`bench/route.bench.ts`).
 */

import type { MessageContent, RouteTarget } from './binding.ts'
import { DistinctList } from './distinct-list.ts'
import type { ExchangeMatcher } from './exchange-matcher.ts'

/** What ends a route. */
export interface QueueNode extends RouteTarget {
  readonly kind: 'queue'
}

/** What an exchange does with each message before its bindings are matched. */
export interface ExchangeIntake {
  /**
   * Takes note of a message; returns whether it is routed on. One that is not counts as matched, so no alternate exchange gets it.
   *
   * `content` is what was given to {@link route}: who puts an intake into an exchange knows more of it than this interface says.
   */
  accept(content: MessageContent | undefined, routingKeys: readonly string[]): boolean
}

/** An exchange as routing sees it. */
export interface ExchangeNode<Q extends QueueNode> extends RouteTarget {
  readonly kind: 'exchange'
  readonly matcher: ExchangeMatcher<Q | ExchangeNode<Q>>
  /** `undefined` for most exchanges. */
  readonly intake: ExchangeIntake | undefined
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
 * @param content May be left out when {@link routeKind} is `fixed` for `start`.
 */
export function route<Q extends QueueNode>(
  start: ExchangeNode<Q>,
  routingKeys: readonly string[],
  content?: MessageContent,
): Q[] {
  const walk = new RouteWalk<Q>(start)
  // The list grows while this loop runs through it.
  const exchanges = walk.exchanges.items
  for (let i = 0; i < exchanges.length; i++) walk.routeThrough(exchanges[i], routingKeys, content)
  return walk.queues.items
}

/** What the way of a message may depend on. */
export const RouteKind = {
  /** Exchange and routing keys alone decide, until a binding or exchange changes. */
  fixed: 0,
  /** The message's content or chance decides too. */
  varying: 1,
  /** It may come to an exchange with an intake, so that routing it changes something. */
  effective: 2,
} as const
export type RouteKind = (typeof RouteKind)[keyof typeof RouteKind]

/** The kind of route of messages published to `start`, over any binding or alternate exchange. */
export function routeKind<Q extends QueueNode>(start: ExchangeNode<Q>): RouteKind {
  const walk = new RouteWalk<Q>(start)
  const exchanges = walk.exchanges.items
  let kind: RouteKind = RouteKind.fixed
  for (let i = 0; i < exchanges.length; i++) {
    const { matcher, intake } = exchanges[i]
    if (intake !== undefined) return RouteKind.effective
    if (!matcher.byKeyAlone) kind = RouteKind.varying
    for (const destination of matcher.exchanges()) walk.visit(destination)
    const alternate = exchanges[i].alternate()
    if (alternate !== undefined) walk.visit(alternate)
  }
  return kind
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

  routeThrough(exchange: ExchangeNode<Q>, routingKeys: readonly string[], content: MessageContent | undefined): void {
    const { matcher, intake } = exchange
    if (intake !== undefined && !intake.accept(content, routingKeys)) return
    const keyCount = matcher.usesExtraKeys ? routingKeys.length : 1
    this.#matched = false
    for (let i = 0; i < keyCount; i++) matcher.match({ routingKey: routingKeys[i], content }, this.visit)
    if (this.#matched) return
    const alternate = exchange.alternate()
    if (alternate !== undefined) this.visit(alternate)
  }
}
