/**
 * The bindings of one exchange by identity: knows whether a binding is there, and which lead to a destination.
 *
 * Finding the bindings that match a message is left to the exchange types.
 */

import type { TypedTable } from '@warrenmq/codec'
import type { Binding, RouteTarget } from './binding.ts'
import { tableIdentity } from './field-value.ts'
import type { Slotted } from './slot-list.ts'

/** A binding that is in a {@link BindingTable}; exchange types put this one object into their indexes. */
export class BindingEntry<D> implements Binding<D>, Slotted {
  readonly destination: D
  readonly routingKey: string
  readonly arguments: TypedTable
  slot = 0

  constructor(binding: Binding<D>) {
    this.destination = binding.destination
    this.routingKey = binding.routingKey
    this.arguments = binding.arguments
  }
}

/** Set of bindings, grouped by destination. */
export class BindingTable<D extends RouteTarget> {
  readonly #byDestination = new Map<D, Map<string, BindingEntry<D>>>()
  readonly #exchanges = new Set<D>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds the binding and returns its entry, or `undefined` when the same one is there. */
  add(binding: Binding<D>): BindingEntry<D> | undefined {
    const { destination } = binding
    const identity = identityOf(binding)
    let entries = this.#byDestination.get(destination)
    if (entries === undefined) {
      entries = new Map()
      this.#byDestination.set(destination, entries)
      if (destination.kind === 'exchange') this.#exchanges.add(destination)
    } else if (entries.has(identity)) {
      return undefined
    }
    const entry = new BindingEntry(binding)
    entries.set(identity, entry)
    this.#size++
    return entry
  }

  /** Removes the same binding and returns its entry, or `undefined` when there is none. */
  remove(binding: Binding<D>): BindingEntry<D> | undefined {
    const entries = this.#byDestination.get(binding.destination)
    if (entries === undefined) return undefined
    const identity = identityOf(binding)
    const entry = entries.get(identity)
    if (entry === undefined) return undefined
    entries.delete(identity)
    this.#size--
    if (entries.size === 0) this.#forget(binding.destination)
    return entry
  }

  /** Removes all bindings to a destination and returns their entries. */
  removeDestination(destination: D): BindingEntry<D>[] {
    const entries = this.#byDestination.get(destination)
    if (entries === undefined) return []
    this.#size -= entries.size
    this.#forget(destination)
    return [...entries.values()]
  }

  *all(): IterableIterator<Binding<D>> {
    for (const entries of this.#byDestination.values()) yield* entries.values()
  }

  of(destination: D): Iterable<Binding<D>> {
    return this.#byDestination.get(destination)?.values() ?? []
  }

  /** The destinations that are exchanges. */
  exchanges(): Iterable<D> {
    return this.#exchanges.values()
  }

  #forget(destination: D): void {
    this.#byDestination.delete(destination)
    this.#exchanges.delete(destination)
  }
}

/** Arguments come first with their length, so that no routing key can look like a part of them. */
function identityOf(binding: Binding<unknown>): string {
  const args = tableIdentity(binding.arguments)
  return `${args.length}:${args}${binding.routingKey}`
}
