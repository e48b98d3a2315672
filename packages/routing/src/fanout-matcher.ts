/**
 * The `fanout` exchange: every binding matches, whatever its key.
 *
 * Hot path (`bench/match.bench.ts`).
 */

import type { RouteTarget, RoutingMessage } from './binding.ts'
import type { BindingEntry } from './binding-table.ts'
import { IndexedMatcher } from './indexed-matcher.ts'
import { SlotList } from './slot-list.ts'

export class FanoutMatcher<D extends RouteTarget> extends IndexedMatcher<D> {
  readonly type: string = 'fanout'
  readonly byKeyAlone: boolean = true
  readonly usesExtraKeys: boolean = false
  readonly #entries = new SlotList<BindingEntry<D>>()

  match(_message: RoutingMessage, visit: (destination: D) => void): void {
    const entries = this.#entries.items
    for (let i = 0; i < entries.length; i++) visit(entries[i].destination)
  }

  protected addToIndex(entry: BindingEntry<D>): void {
    this.#entries.add(entry)
  }

  protected removeFromIndex(entry: BindingEntry<D>): void {
    this.#entries.remove(entry)
  }
}
