/**
 * What exchanges route between: messages as routing sees them, bindings, and the things at either end of a binding.
 */

import type { TypedTable } from '@warrenmq/codec'

/** Properties that routing can go by. */
export type RoutingProperty = 'message_id' | 'correlation_id' | 'timestamp'

/** What a message says besides its routing key. Read only by exchanges that go by it, so it may decode when it is asked. */
export interface MessageContent {
  /** Decoded `headers` property. */
  readonly headers: TypedTable | undefined
  /** A property as text, a timestamp as decimal seconds; `undefined` when the message does not have it. */
  property(name: RoutingProperty): string | undefined
}

/** The part of a message that routing looks at. */
export interface RoutingMessage {
  /** Key of the publish, compared as text; case matters. */
  readonly routingKey: string
  /** May be left `undefined` for a message without properties, or when {@link ExchangeMatcher.byKeyAlone} is true everywhere. */
  readonly content: MessageContent | undefined
}

/**
 * One binding of a source exchange, seen from that exchange.
 *
 * Two bindings of an exchange are the same when they agree in destination, routing key and arguments. Arguments are compared as
 * RabbitMQ does: the order of names does not matter, the tag of a value does (`I` 1 is not `l` 1; only `l` and `L` are one type).
 */
export interface Binding<D> {
  readonly destination: D
  readonly routingKey: string
  /** Empty when the binding has none. It is kept: neither it nor a byte array in it may change afterwards. */
  readonly arguments: TypedTable
}

/** What a binding may lead to. */
export interface RouteTarget {
  /** Whether messages end here or are routed on. */
  readonly kind: 'queue' | 'exchange'
  /** Hashing exchanges tell destinations apart by it, so that they choose alike after a restart and on every node. */
  readonly name: string
}
