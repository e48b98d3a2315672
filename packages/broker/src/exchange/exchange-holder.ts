/**
 * What of a durable exchange must outlast a restart besides itself: messages that wait in it, and identities that it remembers.
 */

import type { Deduplication } from '../deduplication/deduplication.ts'
import type { HolderJournal } from '../log/holder-journal.ts'
import type { CapturedMessages, RestoredMessages } from '../queue/captured-messages.ts'
import type { DelayedMessages } from './delayed-messages.ts'

const NO_KEYS: ReadonlyMap<number, readonly string[]> = new Map()

export class ExchangeHolder {
  readonly log: HolderJournal
  /** Set by those that have something to keep. */
  delayed: DelayedMessages | undefined = undefined
  deduplication: Deduplication | undefined = undefined
  readonly typicalSize = 0
  readonly returns: ReadonlyMap<number, { readonly acquired: number; readonly failed: number }> = new Map()

  constructor(log: HolderJournal) {
    this.log = log
  }

  get logId(): number {
    return this.log.id
  }

  get nextSequence(): number {
    return this.delayed?.nextId ?? 0
  }

  get routingKeys(): ReadonlyMap<number, readonly string[]> {
    return this.delayed?.extraKeys ?? NO_KEYS
  }

  capture(): CapturedMessages[] {
    return this.delayed?.capture() ?? []
  }

  /** Nobody has a message of an exchange in hand. */
  expiryOfHandedOut(): number {
    return Infinity
  }

  priorityAt(): number {
    return 0
  }

  identities(): Iterable<readonly [identity: string, expires: number]> {
    return this.deduplication?.entries() ?? []
  }

  restore(messages: RestoredMessages): void {
    this.delayed?.restore(messages)
    for (const [identity, expires] of messages.identities) this.deduplication?.restore(identity, expires)
  }
}
