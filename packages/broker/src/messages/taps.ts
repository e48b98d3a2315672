/** Who watches the messages that pass an exchange or come to a queue. */

import type { ExchangeExtension } from '../exchange/exchange-extension.ts'
import type { Message } from '../queue/message.ts'
import type { Destination, Exchange } from '../vhost/exchange.ts'
import type { RoutedMessage } from '../vhost/routed-message.ts'

/** Watches messages. It must not throw, nor use the store. */
export interface Tap {
  /** A message passes. It is valid during the call. */
  see(message: Message): void
  /** What was watched is gone. */
  ended(): void
}

/** Those who watch one thing. */
export class Taps {
  readonly #taps = new Set<Tap>()

  get size(): number {
    return this.#taps.size
  }

  add(tap: Tap): void {
    this.#taps.add(tap)
  }

  remove(tap: Tap): void {
    this.#taps.delete(tap)
  }

  see(message: Message): void {
    for (const tap of this.#taps) tap.see(message)
  }

  end(): void {
    for (const tap of [...this.#taps]) tap.ended()
    this.#taps.clear()
  }
}

/** The intake of an exchange that is watched: whatever it did before, after the taps have seen the message. */
export class TappedIntake implements ExchangeExtension {
  readonly taps: Taps = new Taps()
  readonly inner: ExchangeExtension | undefined
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    this.inner = exchange.intake
  }

  accept(content: RoutedMessage, routingKeys: readonly string[]): boolean {
    // One that has waited here was seen when it came.
    if (content.waitedIn !== this.#exchange) this.taps.see(content.message)
    return this.inner?.accept(content, routingKeys) ?? true
  }

  bound(destination: Destination): void {
    this.inner?.bound(destination)
  }

  close(): void {
    this.inner?.close()
    this.taps.end()
  }
}
