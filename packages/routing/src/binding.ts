/**
 * What exchanges route between: messages as routing sees them, bindings, and the things at either end of a binding.
 */

import type { TypedTable } from '@warrenmq/codec'

/** The part of a message that routing looks at. */
export interface RoutingMessage {
  /** Key of the publish, compared as text; case matters. */
  readonly routingKey: string
  /** Decoded `headers` property. May be left `undefined` when {@link ExchangeMatcher.needsHeaders} is false everywhere. */
  readonly headers: TypedTable | undefined
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
}
