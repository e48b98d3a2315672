/**
 * Why a message goes where it goes: the same walk as `route`, told exchange by exchange. For people and tools, not for the hot path.
 */

import type { Binding, MessageContent, RouteTarget, RoutingMessage } from './binding.ts'
import { createMatcher } from './create-matcher.ts'
import type { ExchangeNode, QueueNode } from './route.ts'

/** What one exchange on the way does with a message. */
export interface ExplainedStep<Q extends QueueNode> {
  readonly exchange: ExchangeNode<Q>
  /** The bindings that match, those to one destination together. */
  readonly matches: readonly ExplainedBinding<Q>[]
  /** Whether another message with the same key and content may go elsewhere, as the exchange chooses by chance. */
  readonly byChance: boolean
  /** Whether the exchange does more with a message than route it on, such as keep it back for a while. */
  readonly hasIntake: boolean
  /** The alternate exchange that gets the message, because no binding matches. */
  readonly alternate: ExchangeNode<Q> | undefined
}

/** A binding that matches, and by which of the routing keys. */
export interface ExplainedBinding<Q extends QueueNode> {
  readonly binding: Binding<Q | ExchangeNode<Q>>
  readonly routingKey: string
}

/** The way of a message. */
export interface ExplainedRoute<Q extends QueueNode> {
  /** In the order in which the exchanges are reached; the first is the one published to. */
  readonly steps: readonly ExplainedStep<Q>[]
  /** The queues reached, each once; empty when the message is unroutable. */
  readonly queues: readonly Q[]
}

/** Types that choose by chance. */
const CHANCE_TYPES: ReadonlySet<string> = new Set(['x-random', 'x-local-random'])
/** Types whose bindings each match or do not, whatever others there are. */
const INDEPENDENT_TYPES: ReadonlySet<string> = new Set(['direct', 'fanout', 'headers', 'topic'])

/**
 * The way of a message published to `start`, as {@link route} would send it now. It changes nothing: exchanges that would keep a message or
 * remember it are passed through, and marked.
 *
 * @param routingKeys The routing key of the publish, then those from its headers CC and BCC. At least one.
 */
export function explainRoute<Q extends QueueNode>(
  start: ExchangeNode<Q>,
  routingKeys: readonly string[],
  content?: MessageContent,
): ExplainedRoute<Q> {
  const queues = new Set<Q>()
  const exchanges = new Set([start])
  const steps: ExplainedStep<Q>[] = []
  // A set may grow while a loop runs through it.
  for (const exchange of exchanges) {
    const step = explainStep(exchange, routingKeys, content)
    steps.push(step)
    for (const { binding } of step.matches) {
      if (binding.destination.kind === 'exchange') exchanges.add(binding.destination)
      else queues.add(binding.destination)
    }
    if (step.alternate !== undefined) exchanges.add(step.alternate)
  }
  return { steps, queues: [...queues] }
}

function explainStep<Q extends QueueNode>(
  exchange: ExchangeNode<Q>,
  routingKeys: readonly string[],
  content: MessageContent | undefined,
): ExplainedStep<Q> {
  const { matcher, intake } = exchange
  const matches: ExplainedBinding<Q>[] = []
  for (const routingKey of matcher.usesExtraKeys ? routingKeys : routingKeys.slice(0, 1)) {
    const message = { routingKey, content }
    const destinations = new Set<Q | ExchangeNode<Q>>()
    matcher.match(message, (destination) => destinations.add(destination))
    for (const destination of destinations) {
      for (const binding of matchingBindings(exchange, destination, message)) matches.push({ binding, routingKey })
    }
  }
  return {
    exchange,
    matches,
    byChance: CHANCE_TYPES.has(matcher.type),
    hasIntake: intake !== undefined,
    alternate: matches.length === 0 ? exchange.alternate() : undefined,
  }
}

/** The bindings to a destination that was found for a message, or the one that stands for all where they count together. */
function matchingBindings<Q extends QueueNode>(
  { matcher }: ExchangeNode<Q>,
  destination: Q | ExchangeNode<Q>,
  message: RoutingMessage,
): Binding<Q | ExchangeNode<Q>>[] {
  const bindings = [...matcher.bindings(destination)]
  // The default exchange's bindings are implied.
  if (bindings.length === 0) return [{ destination, routingKey: message.routingKey, arguments: {} }]
  if (!INDEPENDENT_TYPES.has(matcher.type)) return bindings.slice(0, 1)
  return bindings.filter((binding) => matchesAlone(matcher.type, binding, message))
}

function matchesAlone<D extends RouteTarget>(type: string, binding: Binding<D>, message: RoutingMessage): boolean {
  const alone = createMatcher<D>(type)
  let matches = false
  alone?.bind(binding)
  alone?.match(message, () => {
    matches = true
  })
  return matches
}
