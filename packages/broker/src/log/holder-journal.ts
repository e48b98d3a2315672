/**
 * What a queue or exchange with a number in the log records: its messages as they come, and how they end, gathered into runs.
 *
 * A message that may have been delivered before the broker stopped comes again as redelivered. So that no delivery has to be recorded, and
 * none waits for the disk, the holder records ahead that messages up to a sequence number *may* be delivered; nothing beyond that is
 * delivered from a backlog. What goes straight to a consumer says so in its own record.
 */

import { PropertyFlag, readOctetProperty } from '@warrenmq/codec'
import type { CapturedMessages } from '../queue/captured-messages.ts'
import type { Message } from '../queue/message.ts'
import { DELIVERED, type Journal, type JournalSource } from './journal.ts'
import type { MessageStore } from './message-store.ts'
import { UnreadableMessages } from './unreadable-messages.ts'

const PERSISTENT = 2
/** Messages that the first permission to deliver reaches ahead; each further one twice as far, up to the maximum. */
const AHEAD_MIN = 64
const AHEAD_MAX = 65_536
/** Messages that are permitted one by one to whoever asks for each; from then on so many at a time. */
const SINGLES_MAX = 16
const POLLED_AHEAD = 16

export class HolderJournal implements JournalSource {
  journaled = false
  readonly id: number
  /** Messages up to this sequence number may have been delivered before the broker started. */
  deliveredBefore = -1
  /** Transient messages that are in the log all the same, because another queue records them: no checkpoint holds them for this one. */
  readonly #passing = new Set<number>()
  #unreadable: UnreadableMessages | undefined
  readonly #journal: Journal
  /** Whether messages are recorded whatever their delivery mode. */
  readonly #everything: boolean
  /** Messages that are gone, gathered: a run that grows, and the others. */
  #first = -1
  #last = -1
  #others: number[] = []
  /** Identities that were remembered, until when, or forgotten, gathered. */
  readonly #identities: (readonly [identity: string, expires: number | undefined])[] = []
  /** What may be delivered: durably so, and asked for. */
  #allowed = -1
  #requested = -1
  #ahead = AHEAD_MIN
  /** Permissions for a single message that were recorded. */
  #singles = 0
  /** The highest sequence number that was delivered. */
  #delivered = -1

  constructor(id: number, journal: Journal, everything: boolean) {
    this.id = id
    this.#journal = journal
    this.#everything = everything
  }

  /** Whether the message must survive a restart. */
  wants(message: Message): boolean {
    return this.#everything || isPersistent(message)
  }

  /** Records a message and returns its position. */
  enqueue(message: Message, sequence: number, expiry: number, detail: number): number {
    // Its own record tells; that permits nothing for others.
    if ((detail & DELIVERED) !== 0) this.#delivered = sequence
    return this.#journal.enqueue(message, this.id, sequence, expiry, detail)
  }

  /** A message that need not survive shares its bytes with another queue's, which must. */
  passes(sequence: number): void {
    this.#passing.add(sequence)
  }

  /** Whether the message with this sequence number must not be there after a restart. */
  isPassing(sequence: number): boolean {
    return this.#passing.size > 0 && this.#passing.has(sequence)
  }

  /** A message cannot be read: it is kept for the next start, with the reference to it, unless it need not survive one. */
  keepUnreadable(store: MessageStore, position: number, sequence: number, expiry: number): void {
    this.#unreadable ??= new UnreadableMessages()
    const isKept = store.isLogged(position) && !this.isPassing(sequence)
    if (!isKept || !this.#unreadable.add(sequence, position, expiry)) store.release(position)
  }

  /** Messages that cannot be read, for a checkpoint; `undefined` as long as there were none. */
  captureUnreadable(): CapturedMessages | undefined {
    return this.#unreadable?.capture()
  }

  /** What cannot be read is gone, like all that the holder had. */
  settleUnreadable(store: MessageStore): void {
    this.#unreadable?.takeAll((position, sequence) => {
      this.settled(sequence)
      store.release(position)
    })
  }

  /** The holder ends: nothing is recorded of what cannot be read. */
  releaseUnreadable(store: MessageStore): void {
    this.#unreadable?.takeAll((position) => store.release(position))
  }

  /** A message is gone. */
  settled(sequence: number): void {
    if (this.#passing.size > 0) this.#passing.delete(sequence)
    if (sequence === this.#last + 1 && this.#first >= 0) {
      this.#last = sequence
      return
    }
    if (this.#first < 0) {
      this.#first = sequence
      this.#last = sequence
      this.#journal.gather(this)
    } else {
      this.#others.push(sequence)
    }
  }

  /** All messages from one sequence number to another are gone. */
  settledRange(first: number, last: number): void {
    if (last < first) return
    for (const sequence of this.#passing) if (sequence >= first && sequence <= last) this.#passing.delete(sequence)
    this.#journal.settled(this.id, first, last)
  }

  /** All messages up to a sequence number are gone, but for some. */
  settledAllBut(kept: readonly number[], last: number): void {
    const passing = kept.filter((sequence) => this.#passing.has(sequence))
    this.#passing.clear()
    for (const sequence of passing) this.#passing.add(sequence)
    let first = 0
    for (const sequence of Float64Array.from(kept).sort()) {
      if (sequence > first) this.#journal.settled(this.id, first, sequence - 1)
      first = sequence + 1
    }
    if (first <= last) this.#journal.settled(this.id, first, last)
  }

  /**
   * Whether the message with this sequence number may be delivered from the backlog; else `then` is called once it may.
   */
  mayDeliver(sequence: number, then: () => void): boolean {
    // The last permission reached half of `#ahead`; the next one is asked for when half of that is used.
    if (sequence > this.#requested - (this.#ahead >> 2)) {
      this.#request(sequence + this.#ahead, then)
      this.#ahead = Math.min(AHEAD_MAX, this.#ahead * 2)
    }
    if (sequence > this.#allowed) return false
    if (sequence > this.#delivered) this.#delivered = sequence
    return true
  }

  /** A message is handed to somebody whose answer waits for the journal. */
  handOut(sequence: number): void {
    if (sequence > this.#requested)
      this.#request(++this.#singles <= SINGLES_MAX ? sequence : sequence + POLLED_AHEAD - 1)
    if (sequence > this.#delivered) this.#delivered = sequence
  }

  /**
   * Up to which sequence number a message may have been delivered; `exact` when nothing will be delivered any more.
   */
  deliveredUpTo(exact: boolean): number {
    return exact ? this.#delivered : Math.max(this.#requested, this.#delivered)
  }

  returned(sequence: number, acquired: number, failed: number): void {
    this.#journal.returned(this.id, sequence, acquired, failed)
  }

  /**
   * An identity is remembered. That is recorded behind the message, which may yet come: a crash in between must not leave an identity without
   * its message, for what the publisher sends again would count as a duplicate.
   */
  identity(identity: string, expires: number): void {
    this.#identities.push([identity, expires])
    this.#journal.gather(this)
  }

  identityForgotten(identity: string): void {
    this.#identities.push([identity, undefined])
    this.#journal.gather(this)
  }

  /** The confirm of `duplicate` waits for whatever is recorded: the message that it repeats may be on its way to the disk still. */
  awaitOriginal(duplicate: Message): void {
    duplicate.batch = Math.max(duplicate.batch, this.#journal.recordedBatch)
  }

  routingKeys(sequence: number, keys: readonly string[]): void {
    this.#journal.routingKeys(this.id, sequence, keys)
  }

  /** Takes over what is known of deliveries before the start. */
  restore(deliveredBefore: number): void {
    this.deliveredBefore = deliveredBefore
    this.#allowed = deliveredBefore
    this.#requested = deliveredBefore
    this.#delivered = deliveredBefore
  }

  recordGathered(): void {
    if (this.#identities.length > 0) this.#recordIdentities()
    if (this.#first < 0) return
    const first = this.#first
    const last = this.#last
    this.#first = -1
    this.#last = -1
    if (this.#others.length === 0) this.#journal.settled(this.id, first, last)
    else this.#recordOthers(first, last)
  }

  #recordIdentities(): void {
    for (const [identity, expires] of this.#identities.splice(0)) {
      if (expires === undefined) this.#journal.identityForgotten(this.id, identity)
      else this.#journal.identity(this.id, identity, expires)
    }
  }

  #recordOthers(first: number, last: number): void {
    const others = Float64Array.from(this.#others).sort()
    this.#others = []
    let from = first
    let to = last
    let open = false
    for (const sequence of others) {
      if (open && sequence === to + 1) {
        to = sequence
        continue
      }
      this.#journal.settled(this.id, from, to)
      from = sequence
      to = sequence
      open = true
    }
    this.#journal.settled(this.id, from, to)
  }

  #request(last: number, then: () => void = () => {}): void {
    this.#requested = last
    this.#journal.handedOut(this.id, last)
    this.#journal.afterCommit(() => {
      // When the disk is full a redelivered flag may be missed after a crash; deliveries go on.
      if (last > this.#allowed) this.#allowed = last
      then()
    })
  }
}

/** Whether the publisher asked for the message to survive a restart. */
function isPersistent({ propertyFlags, bytes, headerPayloadStart, headerPayloadEnd }: Message): boolean {
  if ((propertyFlags & PropertyFlag.deliveryMode) === 0) return false
  return readOctetProperty(bytes, headerPayloadStart, headerPayloadEnd, PropertyFlag.deliveryMode) === PERSISTENT
}
