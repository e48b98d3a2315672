/**
 * AMQP exchange types, bindings, and their resolution to destinations.
 */

export type { Binding, RouteTarget, RoutingMessage } from './binding.ts'
export { createMatcher, exchangeTypes } from './create-matcher.ts'
export { DefaultExchangeMatcher } from './default-exchange-matcher.ts'
export { RoutingError, type RoutingErrorCode } from './errors.ts'
export type { ExchangeMatcher } from './exchange-matcher.ts'
export { type ExchangeNode, type QueueNode, route, routeNeedsHeaders } from './route.ts'
