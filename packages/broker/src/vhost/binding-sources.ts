/**
 * Which exchanges of a vhost have bindings to a destination, so that ending one touches only those. The bindings themselves are with the
 * exchanges' matchers.
 */

import type { Binding } from '@warrenmq/routing'
import type { Destination, Exchange } from './exchange.ts'

export class BindingSources {
  readonly #sources = new Map<Destination, Set<Exchange>>()

  bound(source: Exchange, { destination }: Binding<Destination>): void {
    const sources = this.#sources.get(destination)
    if (sources === undefined) this.#sources.set(destination, new Set([source]))
    else sources.add(source)
  }

  /** A binding is gone; there may be others between the two. */
  unbound(source: Exchange, destination: Destination): void {
    const [left] = source.matcher.bindings(destination)
    if (left === undefined) this.#sources.get(destination)?.delete(source)
  }

  /** An exchange is gone, with the bindings that its matcher still has. */
  exchangeGone(exchange: Exchange): void {
    for (const { destination } of exchange.matcher.bindings()) this.#sources.get(destination)?.delete(exchange)
  }

  /** A destination is about to go: the exchanges that have bindings to it. */
  takeAll(destination: Destination): Iterable<Exchange> {
    const sources = this.#sources.get(destination)
    this.#sources.delete(destination)
    return sources ?? []
  }
}
