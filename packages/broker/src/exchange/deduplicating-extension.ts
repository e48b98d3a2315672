/**
 * An exchange with the argument `x-deduplication`, of any type: a message that has come before goes nowhere and is confirmed.
 */

import type { Deduplication } from '../deduplication/deduplication.ts'
import type { Destination } from '../vhost/exchange.ts'
import type { RoutedMessage } from '../vhost/routed-message.ts'
import type { ExchangeExtension } from './exchange-extension.ts'

export class DeduplicatingExtension implements ExchangeExtension {
  readonly deduplication: Deduplication
  readonly #exchange: Destination
  readonly #next: ExchangeExtension | undefined

  /** @param next What the exchange does besides, to messages that are new. */
  constructor(exchange: Destination, deduplication: Deduplication, next: ExchangeExtension | undefined) {
    this.#exchange = exchange
    this.deduplication = deduplication
    this.#next = next
  }

  accept(content: RoutedMessage, routingKeys: readonly string[]): boolean {
    const key = content.waitedIn === this.#exchange ? undefined : this.deduplication.keyOf(content.headers)
    if (key !== undefined) {
      if (this.deduplication.isDuplicate(key)) {
        content.heldBack = true
        return false
      }
      this.deduplication.remember(key)
      content.onRefused(() => this.deduplication.forget(key))
    }
    return this.#next?.accept(content, routingKeys) ?? true
  }

  bound(destination: Destination): void {
    this.#next?.bound(destination)
  }

  close(): void {
    this.#next?.close()
  }
}
