/**
 * The `direct` exchange: the routing key equals the binding key.
 *
 * Hot path (`bench/match.bench.ts`).
 */

import type { RouteTarget, RoutingMessage } from './binding.ts'
import type { BindingEntry } from './binding-table.ts'
import { IndexedMatcher } from './indexed-matcher.ts'
import { SlotList } from './slot-list.ts'

export class DirectMatcher<D extends RouteTarget> extends IndexedMatcher<D> {
  readonly type: string = 'direct'
  readonly byKeyAlone: boolean = true
  readonly usesExtraKeys: boolean = true
  readonly #byKey = new Map<string, SlotList<BindingEntry<D>>>()

  match(message: RoutingMessage, visit: (destination: D) => void): void {
    const entries = this.#byKey.get(message.routingKey)?.items
    if (entries === undefined) return
    for (let i = 0; i < entries.length; i++) visit(entries[i].destination)
  }

  protected addToIndex(entry: BindingEntry<D>): void {
    const entries = this.#byKey.get(entry.routingKey)
    if (entries === undefined) this.#byKey.set(entry.routingKey, new SlotList(entry))
    else entries.add(entry)
  }

  protected removeFromIndex(entry: BindingEntry<D>): void {
    const entries = this.#byKey.get(entry.routingKey) as SlotList<BindingEntry<D>>
    entries.remove(entry)
    if (entries.items.length === 0) this.#byKey.delete(entry.routingKey)
  }
}
