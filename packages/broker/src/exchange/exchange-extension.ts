/**
 * What an exchange does besides matching: keep messages back, or remember them.
 */

import type { ExchangeIntake } from '@warrenmq/routing'
import type { Clock } from '../clock.ts'
import type { Journal } from '../log/journal.ts'
import type { MessageStore } from '../log/message-store.ts'
import type { Message } from '../queue/message.ts'
import type { ReleaseList } from '../queue/release-list.ts'
import type { Turn } from '../scheduler/turn.ts'
import type { Destination } from '../vhost/exchange.ts'
import type { RoutedMessage } from '../vhost/routed-message.ts'

/** What extensions need of the vhost. */
export interface ExtensionEnvironment {
  readonly store: MessageStore
  readonly journal: Journal
  readonly turn: Turn
  readonly clock: Clock
  /** Takes over what an exchange drops in great number. */
  readonly releases: ReleaseList
  /**
   * Brings a stored message from `destination` on to its queues. The reference to `position` stays the caller's.
   *
   * @param routingKeys The message's own key, and those of CC and BCC.
   * @param waited Whether it has waited in that exchange.
   */
  publish(destination: Destination, position: number, routingKeys: readonly string[], waited: boolean): void
}

export interface ExchangeExtension extends ExchangeIntake {
  /** Every route to an exchange with an extension is `effective`, so that the content is always there. */
  accept(content: RoutedMessage, routingKeys: readonly string[]): boolean
  /** A binding of the exchange was made. */
  bound(destination: Destination): void
  /** The exchange is gone; what it holds is dropped. */
  close(): void
}

/**
 * Takes a reference to `kept` while `routed` is on its way, and points `routed` anew if it lies in the store, where keeping moves things.
 */
export function keepWhileRouting(store: MessageStore, kept: Message, routed: Message): number {
  const isStored = routed.position >= 0
  const position = store.keep(kept)
  if (isStored) store.read(routed.position, routed)
  return position
}

/** The routing keys of a stored message whose keys were not kept: the one in its own bytes. */
export function ownRoutingKeys(message: Message): readonly string[] {
  const { bytes, routeStart, routeEnd } = message
  const keyStart = routeStart + 1 + bytes[routeStart] + 1
  return [new TextDecoder().decode(bytes.subarray(keyStart, routeEnd))]
}
