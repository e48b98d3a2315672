/**
 * The `x-delayed-message` exchange: a message with the header `x-delay` is routed that many milliseconds later, by the bindings of then.
 *
 * Until then it is in the store and in a heap here. One timer runs, for the first that is due; what is due is routed in slices.
 */

import type { Timer } from '../clock.ts'
import type { HolderJournal } from '../log/holder-journal.ts'
import { type CapturedMessages, captureColumns, type RestoredMessages } from '../queue/captured-messages.ts'
import { Message } from '../queue/message.ts'
import { TurnPhase, type TurnTask } from '../scheduler/turn.ts'
import type { Destination } from '../vhost/exchange.ts'
import type { RoutedMessage } from '../vhost/routed-message.ts'
import { copyDelayed, readDelay } from './delay-header.ts'
import { DelayHeap } from './delay-heap.ts'
import { type ExchangeExtension, type ExtensionEnvironment, ownRoutingKeys } from './exchange-extension.ts'
import type { ExchangeHolder } from './exchange-holder.ts'

/** Most messages routed before other work gets its turn. */
const MESSAGES_PER_TURN = 1024
/** Longest timer, in milliseconds: beyond 2^31-1 they fire at once. A later message is looked at again then. */
const TIMER_MAX_MS = 2 ** 30
/** Most messages on one page. */
const PAGE_MAX = 1000

/** A message that waits. */
export interface DelayedMessage {
  /** Unique in its exchange. */
  readonly id: number
  /** When it is due, in milliseconds since the epoch. */
  readonly dueAt: number
  readonly routingKeys: readonly string[]
  /** In bytes. */
  readonly bodySize: number
}

/** Where a page of delayed messages begins: behind the last one of the page before. */
export type DelayedCursor = Pick<DelayedMessage, 'id' | 'dueAt'>

export class DelayedMessages implements ExchangeExtension, TurnTask {
  scheduled = false
  readonly #environment: ExtensionEnvironment
  readonly #exchange: Destination
  /** What the exchange does besides, to messages that need not wait or have. */
  readonly #next: ExchangeExtension | undefined
  readonly #log: HolderJournal | undefined
  #heap = new DelayHeap()
  /** Routing keys of messages that have more than the one in their bytes. */
  readonly #extraKeys = new Map<number, readonly string[]>()
  readonly #copy = new Message()
  #nextId = 1
  #timer: Timer | undefined
  /** When the timer fires. */
  #timerAt = Number.POSITIVE_INFINITY

  /** @param holder Where messages that wait outlast a restart. */
  constructor(
    exchange: Destination,
    environment: ExtensionEnvironment,
    next: ExchangeExtension | undefined,
    holder: ExchangeHolder | undefined,
  ) {
    this.#log = holder?.log
    if (holder !== undefined) holder.delayed = this
    this.#exchange = exchange
    this.#environment = environment
    this.#next = next
  }

  /** Messages that wait. */
  get count(): number {
    return this.#heap.length
  }

  accept(content: RoutedMessage, routingKeys: readonly string[]): boolean {
    const delay = readDelay(content.headers?.['x-delay'])
    if (delay === 0) return this.#next?.accept(content, routingKeys) ?? true
    content.heldBack = true
    copyDelayed(content.message, delay, this.#copy)
    const id = this.#nextId++
    const { store, clock } = this.#environment
    const dueAt = clock.now() + delay
    const isStored = content.message.position >= 0
    this.#heap.push(dueAt, id, this.#keep(id, dueAt))
    // Keeping moves what lies in the store.
    if (isStored) store.read(content.message.position, content.message)
    if (routingKeys.length > 1) {
      this.#extraKeys.set(id, routingKeys)
      if (store.isLogged(this.#copy.position)) this.#log?.routingKeys(id, routingKeys)
    }
    content.message.batch = Math.max(content.message.batch, this.#copy.batch)
    this.#setTimer()
    return false
  }

  bound(destination: Destination): void {
    this.#next?.bound(destination)
  }

  /** Routes what is due. */
  runTurn(): void {
    const { clock, turn } = this.#environment
    const now = clock.now()
    let budget = MESSAGES_PER_TURN
    while (this.#heap.firstDue <= now) {
      if (budget-- === 0) {
        turn.add(TurnPhase.deliver, this)
        return
      }
      const { firstId: id, firstDue: dueAt } = this.#heap
      const position = this.#heap.shift()
      if (this.#environment.store.read(position, this.#copy)) {
        this.#environment.publish(this.#exchange, position, this.#takeKeys(id), true)
        this.#end(position, id)
      } else {
        this.#keepUnreadable(position, id, dueAt)
      }
    }
    this.#setTimer()
  }

  /** The messages that are due first, behind `after`; at most `count`, and at most 1000. */
  list(count: number, after: DelayedCursor = { dueAt: Number.NEGATIVE_INFINITY, id: 0 }): DelayedMessage[] {
    const page: { dueAt: number; id: number; position: number }[] = []
    const max = Math.min(count, PAGE_MAX)
    this.#heap.forEach((dueAt, id, position) => {
      const entry = { dueAt, id, position }
      if (compare(entry, after) <= 0 || max <= 0) return
      if (page.length === max && compare(entry, page[max - 1]) > 0) return
      let index = page.length
      while (index > 0 && compare(entry, page[index - 1]) < 0) index--
      page.splice(index, 0, entry)
      if (page.length > max) page.pop()
    })
    return page.map(({ dueAt, id, position }) => {
      const message = this.#read(position)
      return { id, dueAt, routingKeys: this.#extraKeys.get(id) ?? ownRoutingKeys(message), bodySize: message.bodySize }
    })
  }

  /** Drops a message that waits. Returns whether it was there. */
  cancel(id: number): boolean {
    const position = this.#heap.remove(id)
    if (position < 0) return false
    this.#extraKeys.delete(id)
    this.#end(position, id)
    this.#setTimer()
    return true
  }

  /** The id that the next message gets. */
  get nextId(): number {
    return this.#nextId
  }

  /** Routing keys of messages that have more than their own. */
  get extraKeys(): ReadonlyMap<number, readonly string[]> {
    return this.#extraKeys
  }

  /** All messages that wait, for a checkpoint. */
  capture(): CapturedMessages[] {
    const ids = new Float64Array(this.count)
    const positions = new Float64Array(this.count)
    const dues = new Float64Array(this.count)
    let index = 0
    this.#heap.forEach((dueAt, id, position) => {
      dues[index] = dueAt
      ids[index] = id
      positions[index++] = position
    })
    return [captureColumns(ids, positions, dues, 0)]
  }

  /** Takes over what waited before the broker was started anew. */
  restore({ sequences, positions, expiries, routingKeys, nextSequence }: RestoredMessages): void {
    for (let i = 0; i < positions.length; i++) this.#heap.push(expiries[i], sequences[i], positions[i])
    for (const [id, keys] of routingKeys) this.#extraKeys.set(id, keys)
    this.#nextId = Math.max(this.#nextId, nextSequence)
    this.#setTimer()
  }

  close(): void {
    this.#timer?.clear()
    this.#environment.releases.add(this.#heap)
    this.#heap = new DelayHeap()
    this.#extraKeys.clear()
    this.#log?.releaseUnreadable(this.#environment.store)
    this.#next?.close()
  }

  /** The disk is damaged where a message is. It is not recorded as gone: perhaps it can be read after the next start. */
  #keepUnreadable(position: number, id: number, dueAt: number): void {
    const { store } = this.#environment
    if (this.#log === undefined) store.release(position)
    else this.#log.keepUnreadable(store, position, id, dueAt)
  }

  /** Keeps `#copy`, which is due at a time, and records it if it must outlast a restart. Returns its position. */
  #keep(id: number, dueAt: number): number {
    const copy = this.#copy
    copy.batch = 0
    return this.#log?.wants(copy) ? this.#log.enqueue(copy, id, dueAt, 0) : this.#environment.store.keep(copy)
  }

  /** A message waits no longer. */
  #end(position: number, id: number): void {
    if (this.#environment.store.release(position)) this.#log?.settled(id)
  }

  /** Routing keys of the message that `#copy` points at. */
  #takeKeys(id: number): readonly string[] {
    const keys = this.#extraKeys.get(id)
    if (keys === undefined) return ownRoutingKeys(this.#copy)
    this.#extraKeys.delete(id)
    return keys
  }

  #read(position: number): Message {
    this.#environment.store.read(position, this.#copy)
    return this.#copy
  }

  /** Has the timer fire when the first message is due. One that is set for an earlier time is left, and looks again. */
  #setTimer(): void {
    const due = this.#heap.firstDue
    if (due === Number.POSITIVE_INFINITY || due >= this.#timerAt) return
    this.#timer?.clear()
    const { clock, turn } = this.#environment
    const wait = Math.min(Math.max(due - clock.now(), 0), TIMER_MAX_MS)
    this.#timerAt = clock.now() + wait
    this.#timer = clock.setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY
      turn.add(TurnPhase.deliver, this)
    }, wait)
  }
}

function compare(a: DelayedCursor, b: DelayedCursor): number {
  return a.dueAt - b.dueAt || a.id - b.id
}
