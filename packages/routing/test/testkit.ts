/**
 * Words of this package's tests: destinations, tables and bindings without ceremony.
 */

import type { TypedTable, TypedValue } from '@warrenmq/codec'
import type {
  Binding,
  ExchangeIntake,
  ExchangeMatcher,
  ExchangeNode,
  MessageContent,
  QueueNode,
  RouteTarget,
  RoutingMessage,
  RoutingProperty,
} from '../src/index.ts'

/** A queue that is only a name. */
export class TestQueue implements QueueNode {
  readonly kind = 'queue'
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** An exchange that is only a name, a matcher and an alternate. */
export class TestExchange implements ExchangeNode<TestQueue> {
  readonly kind = 'exchange'
  readonly name: string
  readonly matcher: ExchangeMatcher<TestQueue | ExchangeNode<TestQueue>>
  intake: ExchangeIntake | undefined = undefined
  alternateExchange: TestExchange | undefined = undefined

  constructor(name: string, matcher: ExchangeMatcher<TestQueue | ExchangeNode<TestQueue>>) {
    this.name = name
    this.matcher = matcher
  }

  alternate(): TestExchange | undefined {
    return this.alternateExchange
  }
}

/** Builds a decoded table; each entry is `name: [tag, value]`. */
export function table(entries: Record<string, readonly [tag: string, value: unknown]>): TypedTable {
  const result = Object.create(null) as Record<string, TypedValue>
  for (const [name, [tag, value]] of Object.entries(entries)) result[name] = { tag, value } as TypedValue
  return result as TypedTable
}

export const noArguments: TypedTable = table({})

export function binding<D>(destination: D, routingKey: string, args: TypedTable = noArguments): Binding<D> {
  return { destination, routingKey, arguments: args }
}

export function message(routingKey: string, headers?: TypedTable): RoutingMessage {
  return { routingKey, content: content(headers) }
}

export function content(
  headers: TypedTable | undefined,
  properties: Partial<Record<RoutingProperty, string>> = {},
): MessageContent {
  return { headers, property: (name) => properties[name] }
}

/** The destinations that match, each once, in the order of first visit. */
export function matched<D extends RouteTarget>(matcher: ExchangeMatcher<D>, routed: RoutingMessage): D[] {
  const found = new Set<D>()
  matcher.match(routed, (destination) => found.add(destination))
  return [...found]
}

/** Names in sorted order, for comparing sets. */
export function names(targets: Iterable<{ readonly name: string }>): string[] {
  return Array.from(targets, (target) => target.name).sort()
}
