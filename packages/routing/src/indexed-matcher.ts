/**
 * What all exchange types with stored bindings share: the table of bindings, kept in step with the index that a type searches.
 */

import type { Binding, RouteTarget, RoutingMessage } from './binding.ts'
import { type BindingEntry, BindingTable } from './binding-table.ts'
import type { ExchangeMatcher } from './exchange-matcher.ts'

/** Base of the exchange types; a type adds its index and the search in it. */
export abstract class IndexedMatcher<D extends RouteTarget> implements ExchangeMatcher<D> {
  abstract readonly type: string
  abstract readonly byKeyAlone: boolean
  abstract readonly usesExtraKeys: boolean
  readonly #table = new BindingTable<D>()

  get size(): number {
    return this.#table.size
  }

  validate(_binding: Binding<D>): void {}

  bind(binding: Binding<D>): boolean {
    this.validate(binding)
    const entry = this.#table.add(binding)
    if (entry === undefined) return false
    this.addToIndex(entry)
    return true
  }

  unbind(binding: Binding<D>): boolean {
    const entry = this.#table.remove(binding)
    if (entry === undefined) return false
    this.removeFromIndex(entry)
    return true
  }

  unbindDestination(destination: D): number {
    const entries = this.#table.removeDestination(destination)
    for (const entry of entries) this.removeFromIndex(entry)
    return entries.length
  }

  bindings(destination?: D): Iterable<Binding<D>> {
    return destination === undefined ? this.#table.all() : this.#table.of(destination)
  }

  exchanges(): Iterable<D> {
    return this.#table.exchanges()
  }

  abstract match(message: RoutingMessage, visit: (destination: D) => void): void

  protected abstract addToIndex(entry: BindingEntry<D>): void
  protected abstract removeFromIndex(entry: BindingEntry<D>): void
}
