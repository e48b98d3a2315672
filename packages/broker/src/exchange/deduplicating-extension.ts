/**
 * An exchange with the argument `x-deduplication`, of any type: a message that has come before goes nowhere and is confirmed.
 */

import type { Deduplication } from '../deduplication/deduplication.ts'
import type { HolderJournal } from '../log/holder-journal.ts'
import type { Destination } from '../vhost/exchange.ts'
import type { RoutedMessage } from '../vhost/routed-message.ts'
import type { ExchangeExtension } from './exchange-extension.ts'
import type { ExchangeHolder } from './exchange-holder.ts'

export class DeduplicatingExtension implements ExchangeExtension {
  readonly deduplication: Deduplication
  readonly #exchange: Destination
  readonly #next: ExchangeExtension | undefined
  readonly #log: HolderJournal | undefined

  /**
   * @param next What the exchange does besides, to messages that are new.
   * @param holder Where what it remembers outlasts a restart.
   */
  constructor(
    exchange: Destination,
    deduplication: Deduplication,
    next: ExchangeExtension | undefined,
    holder: ExchangeHolder | undefined,
  ) {
    this.#log = holder?.log
    if (holder !== undefined) holder.deduplication = deduplication
    this.#exchange = exchange
    this.deduplication = deduplication
    this.#next = next
  }

  accept(content: RoutedMessage, routingKeys: readonly string[]): boolean {
    const key = content.waitedIn === this.#exchange ? undefined : this.deduplication.keyOf(content.headers)
    if (key !== undefined) {
      if (this.deduplication.isDuplicate(key)) {
        this.#log?.awaitOriginal(content.message)
        content.heldBack = true
        return false
      }
      const expires = this.deduplication.remember(key)
      this.#log?.identity(key, expires)
      content.onRefused(() => {
        this.deduplication.forget(key)
        this.#log?.identityForgotten(key)
      })
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
