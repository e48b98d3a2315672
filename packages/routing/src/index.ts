/**
 * AMQP exchange types, bindings, and their resolution to destinations.
 */

export type { Binding, MessageContent, RouteTarget, RoutingMessage, RoutingProperty } from './binding.ts'
export { createMatcher, exchangeTypes, type MatcherOptions } from './create-matcher.ts'
export { DefaultExchangeMatcher } from './default-exchange-matcher.ts'
export { formatErlangTerm } from './erlang-term.ts'
export { RoutingError, type RoutingErrorCode } from './errors.ts'
export type { ExchangeMatcher } from './exchange-matcher.ts'
export { type ExplainedBinding, type ExplainedRoute, type ExplainedStep, explainRoute } from './explain-route.ts'
export { type HeaderKey, headerKey, tableIdentity } from './field-value.ts'
export type { RandomFraction } from './random-matcher.ts'
export { type ExchangeIntake, type ExchangeNode, type QueueNode, RouteKind, route, routeKind } from './route.ts'
