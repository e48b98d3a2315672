/**
 * The default exchange, whose name is empty: every queue is bound to it by its own name, and nothing else ever is.
 *
 * Hot path (`bench/match.bench.ts`).
 */

import type { Binding, RouteTarget, RoutingMessage } from './binding.ts'
import { RoutingError } from './errors.ts'
import type { ExchangeMatcher } from './exchange-matcher.ts'

/** A `direct` exchange over the queues themselves; it stores no binding, so declaring a queue costs nothing here. */
export class DefaultExchangeMatcher<D extends RouteTarget> implements ExchangeMatcher<D> {
  readonly type: string = 'direct'
  readonly byKeyAlone: boolean = true
  readonly usesExtraKeys: boolean = true
  readonly #lookup: (name: string) => D | undefined

  /** @param lookup The queue of that name. */
  constructor(lookup: (name: string) => D | undefined) {
    this.#lookup = lookup
  }

  /** Always 0: the implied bindings are not counted. */
  get size(): number {
    return 0
  }

  match(message: RoutingMessage, visit: (destination: D) => void): void {
    const destination = this.#lookup(message.routingKey)
    if (destination !== undefined) visit(destination)
  }

  /** @throws RoutingError `DEFAULT_EXCHANGE`, always. */
  validate(_binding: Binding<D>): void {
    throw new RoutingError('DEFAULT_EXCHANGE', 'operation not permitted on the default exchange')
  }

  /** @throws RoutingError `DEFAULT_EXCHANGE`, always. */
  bind(binding: Binding<D>): boolean {
    this.validate(binding)
    return false
  }

  /** @throws RoutingError `DEFAULT_EXCHANGE`, always. */
  unbind(binding: Binding<D>): boolean {
    this.validate(binding)
    return false
  }

  unbindDestination(_destination: D): number {
    return 0
  }

  bindings(_destination?: D): Iterable<Binding<D>> {
    return []
  }

  exchanges(): Iterable<D> {
    return []
  }
}
