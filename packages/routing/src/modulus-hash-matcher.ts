/**
 * The `x-modulus-hash` exchange of RabbitMQ's sharding plugin: the hash of the routing key modulo the number of bindings chooses one.
 *
 * A change of the bindings may move any message; `x-consistent-hash` moves few.
 */

import type { Binding, RouteTarget, RoutingMessage } from './binding.ts'
import type { BindingEntry } from './binding-table.ts'
import { hashText } from './hash.ts'
import { IndexedMatcher } from './indexed-matcher.ts'

export class ModulusHashMatcher<D extends RouteTarget> extends IndexedMatcher<D> {
  readonly type: string = 'x-modulus-hash'
  readonly byKeyAlone: boolean = true
  readonly usesExtraKeys: boolean = false
  /** Destinations of all bindings in an order that does not depend on when they were made; `undefined` when it has to be made anew. */
  #destinations: readonly D[] | undefined

  match(message: RoutingMessage, visit: (destination: D) => void): void {
    this.#destinations ??= Array.from(this.bindings()).sort(compareBindings).map(destinationOf)
    const count = this.#destinations.length
    if (count > 0) visit(this.#destinations[hashText(message.routingKey) % count])
  }

  protected addToIndex(_entry: BindingEntry<D>): void {
    this.#destinations = undefined
  }

  protected removeFromIndex(_entry: BindingEntry<D>): void {
    this.#destinations = undefined
  }
}

function destinationOf<D>(binding: Binding<D>): D {
  return binding.destination
}

function compareBindings(a: Binding<RouteTarget>, b: Binding<RouteTarget>): number {
  return (
    compareText(a.destination.kind, b.destination.kind) ||
    compareText(a.destination.name, b.destination.name) ||
    compareText(a.routingKey, b.routingKey)
  )
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
