/**
 * The contract of an exchange type: keep bindings, and find those that a message matches.
 */

import type { Binding, RouteTarget, RoutingMessage } from './binding.ts'

/**
 * The bindings of one exchange under the matching rule of its type.
 *
 * Everything is synchronous. Nothing here knows names, durability or permissions.
 */
export interface ExchangeMatcher<D extends RouteTarget> {
  /** Name of the exchange type, such as `topic`. */
  readonly type: string
  /** Whether the routing key alone decides what {@link match} finds: not the message's content, nor chance. Such a find can be kept. */
  readonly byKeyAlone: boolean
  /** Whether {@link match} is asked once for every key of a message; if not, only for its routing key, not for those in CC and BCC. */
  readonly usesExtraKeys: boolean
  /** Count of bindings. */
  readonly size: number

  /**
   * Asserts that this type accepts the binding.
   *
   * @throws RoutingError `INVALID_BINDING`, which a broker answers with 406 PRECONDITION_FAILED, or `DEFAULT_EXCHANGE` (403).
   */
  validate(binding: Binding<D>): void

  /**
   * Adds a binding. Returns false, and changes nothing, when the same binding was there.
   *
   * @throws RoutingError as {@link validate}.
   */
  bind(binding: Binding<D>): boolean

  /** Removes a binding that is the same as this one. Returns false when there was none. Accepts what {@link validate} refuses. */
  unbind(binding: Binding<D>): boolean

  /** Removes every binding to a destination, as when it is deleted. Returns how many there were. */
  unbindDestination(destination: D): number

  /**
   * Calls `visit` for every destination that a matching binding leads to, in no particular order.
   *
   * A destination may be visited more than once when several of its bindings match. `visit` must not bind or unbind here.
   */
  match(message: RoutingMessage, visit: (destination: D) => void): void

  /** All bindings, those to one destination together, or only those to the given one. Do not bind or unbind while iterating. */
  bindings(destination?: D): Iterable<Binding<D>>

  /** The exchanges among the destinations, each once. */
  exchanges(): Iterable<D>
}
