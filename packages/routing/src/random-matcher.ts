/**
 * The exchanges that choose one of their bindings by chance: `x-random`, and `x-local-random` of RabbitMQ 4.
 */

import type { Binding, RouteTarget, RoutingMessage } from './binding.ts'
import type { BindingEntry } from './binding-table.ts'
import { RoutingError } from './errors.ts'
import { IndexedMatcher } from './indexed-matcher.ts'
import { SlotList } from './slot-list.ts'

/** A source of chance: a number from 0 to below 1. */
export type RandomFraction = () => number

/** Every binding is as likely as any other, so a destination that is bound twice gets twice as much. */
export class RandomMatcher<D extends RouteTarget> extends IndexedMatcher<D> {
  readonly type: string = 'x-random'
  readonly byKeyAlone: boolean = false
  readonly usesExtraKeys: boolean = false
  readonly #entries = new SlotList<BindingEntry<D>>()
  readonly #random: RandomFraction

  constructor(random: RandomFraction) {
    super()
    this.#random = random
  }

  match(_message: RoutingMessage, visit: (destination: D) => void): void {
    const entries = this.#entries.items
    if (entries.length > 0) visit(entries[Math.floor(this.#random() * entries.length)].destination)
  }

  protected addToIndex(entry: BindingEntry<D>): void {
    this.#entries.add(entry)
  }

  protected removeFromIndex(entry: BindingEntry<D>): void {
    this.#entries.remove(entry)
  }
}

/** Takes queues alone, with an empty binding key. There is one node, so all of them are local. */
export class LocalRandomMatcher<D extends RouteTarget> extends RandomMatcher<D> {
  override readonly type: string = 'x-local-random'

  override validate({ destination, routingKey }: Binding<D>): void {
    if (routingKey !== '') {
      throw new RoutingError('INVALID_BINDING', `Non empty binding '${routingKey}' key not permitted`)
    }
    if (destination.kind !== 'queue') throw new RoutingError('INVALID_BINDING', 'Destination not found')
  }
}
