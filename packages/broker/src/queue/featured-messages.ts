/**
 * The messages of a queue that has a time to live, a limit or priorities, or was sent a message that expires.
 *
 * It does for such a queue what `ReadyList` and `ReturnedHeap` do for a plain one, and decides who may come in and who must go. Consumers
 * are the queue's.
 *
 * Messages expire and make room at the head only: the next to be delivered. What goes in great number goes in slices on the turn.
 */

import { TurnPhase } from '../scheduler/turn.ts'
import {
  addScattered,
  type CapturedMessages,
  captureScattered,
  type RestoredMessages,
  type ScatteredMessages,
} from './captured-messages.ts'
import type { DelayedMessage } from './delayed-heap.ts'
import { ExpiryTimer } from './expiry-timer.ts'
import { Message } from './message.ts'
import { readExpiration, readPriority } from './message-values.ts'
import type { Queue } from './queue.ts'
import { DeathReason, type QueueEnvironment } from './queue-environment.ts'
import { Overflow } from './queue-features.ts'
import { UNKNOWN_SIZE } from './ready-columns.ts'
import { ReadyLevels } from './ready-levels.ts'
import type { ReadyList } from './ready-list.ts'
import { countsReturns, Redeliveries, type Returns } from './redeliveries.ts'
import type { PositionSource } from './release-list.ts'
import type { ReturnedHeap } from './returned-heap.ts'

/** Most messages dropped before other work gets its turn. */
const DROPS_PER_TURN = 4096
const NO_RETURNS: ReadonlyMap<number, Returns> = new Map()

export class FeaturedMessages {
  /** Bytes in the bodies of ready messages. */
  readyBytes = 0
  readonly #queue: Queue
  readonly #environment: QueueEnvironment
  #levels: ReadyLevels
  /** When messages expire that were handed out, whether they came back or not, by sequence number. */
  readonly #expiries = new Map<number, number>()
  readonly #timer: ExpiryTimer
  /** Made when the first message comes back that has to be counted. */
  #redeliveries: Redeliveries | undefined
  readonly #read = new Message()
  /** Position of the message that is coming in; -1 once it has been dropped. */
  #incoming = -1

  constructor(queue: Queue, environment: QueueEnvironment) {
    this.#queue = queue
    this.#environment = environment
    this.#levels = new ReadyLevels(environment.store.index, queue.features.maxPriority ?? 0)
    this.#timer = new ExpiryTimer(environment.clock, () => this.#sweepSoon())
  }

  /** Takes over what a plain queue holds. What came before keeps waiting without end. */
  adopt(list: ReadyList, returned: ReturnedHeap, nextSequence: number, readyBytes: number): void {
    this.#levels.adopt(list, returned, nextSequence)
    this.readyBytes = readyBytes
  }

  /** Ready messages. */
  get count(): number {
    return this.#levels.length
  }

  /** Messages that came back and wait before they are ready again. */
  get delayedCount(): number {
    return this.#redeliveries?.waitingCount ?? 0
  }

  /** These messages. */
  get delayed(): readonly DelayedMessage[] {
    return this.#redeliveries?.waiting() ?? []
  }

  /** Whether the queue is full and refuses `message`, which is dead-lettered then if that is its way. */
  refuses(message: Message): boolean {
    const { overflow, deadLetterExchange } = this.#queue.features
    if (overflow === Overflow.dropHead || !this.#isOver(this.count + 1, this.readyBytes + message.bodySize))
      return false
    if (overflow === Overflow.rejectPublishDlx && deadLetterExchange !== undefined) {
      this.#queue.deaths.count(DeathReason.maxlen)
      this.#environment.deadLetter(this.#queue, this.#environment.store.keep(message), -1, DeathReason.maxlen)
    }
    return true
  }

  /** When a message that arrives now expires, in milliseconds since the epoch; `Infinity` for never. */
  expiryOf(message: Message): number {
    const ttl = Math.min(this.#queue.features.messageTtlMs ?? Infinity, readExpiration(message))
    return ttl === Infinity ? Infinity : this.#environment.clock.now() + ttl
  }

  /** The priority it counts with here. */
  priorityOf(message: Message): number {
    return this.#queue.features.maxPriority === undefined ? 0 : readPriority(message)
  }

  /** Of the next message, as are the other two. There must be one. */
  get nextSequence(): number {
    return this.#levels.sequence
  }

  get nextPosition(): number {
    return this.#levels.position
  }

  /** Whether it was handed out before and came back. */
  get nextCameBack(): boolean {
    return this.#levels.redelivered
  }

  /** Its messages as they are now: ready, and waiting to be ready again. */
  capture(): CapturedMessages[] {
    const expiryOf = (sequence: number) => this.expiryOfHandedOut(sequence)
    const waiting: ScatteredMessages = new Map()
    for (const { sequence, position } of this.#redeliveries?.waiting() ?? []) {
      addScattered(waiting, this.priorityAt(position), sequence, position)
    }
    return [...this.#levels.capture(expiryOf), ...captureScattered(waiting, expiryOf)]
  }

  /** The priority that a message has here which is not ready. */
  priorityAt(position: number): number {
    if (this.#queue.features.maxPriority === undefined) return 0
    if (!this.#environment.store.read(position, this.#read)) return 0
    return Math.min(this.priorityOf(this.#read), this.#queue.features.maxPriority)
  }

  /** When a message expires that was handed out. */
  expiryOfHandedOut(sequence: number): number {
    return this.#expiries.get(sequence) ?? Infinity
  }

  /** How often messages came back. */
  get returns(): ReadonlyMap<number, Returns> {
    return this.#redeliveries?.returns ?? NO_RETURNS
  }

  /** Takes over what the queue held before the broker was started anew. Those that waited to be ready again are. */
  restore({ sequences, positions, sizes, expiries, priorities, returns }: RestoredMessages): void {
    for (let i = 0; i < positions.length; i++) {
      const priority = Math.min(priorities[i], this.#queue.features.maxPriority ?? 0)
      this.#levels.push(positions[i], sequences[i], expiries[i], sizes[i], priority)
      this.readyBytes += sizes[i]
    }
    if (returns.size > 0 && countsReturns(this.#queue.features)) this.#countReturns().restore(returns)
    this.#sweepSoon()
  }

  /**
   * Whether a message waits that no consumer takes at once. Where it would expire in that moment and leave no dead letter, it is not even
   * counted: no policy of before, under which others wait longer, makes it stay behind them.
   */
  keeps(): boolean {
    const { messageTtlMs, deadLetterExchange } = this.#queue.features
    return messageTtlMs !== 0 || deadLetterExchange !== undefined
  }

  /** A message goes to a consumer without having waited. */
  handedOut(sequence: number, expiry: number): void {
    if (expiry !== Infinity) this.#expiries.set(sequence, expiry)
  }

  /** Takes a message in. That, or time, may cost another one its place, or this one. */
  push(message: Message, sequence: number, expiry: number): void {
    const priority = this.priorityOf(message)
    const position = this.#queue.keep(message, sequence, expiry, priority)
    this.#levels.push(position, sequence, expiry, message.bodySize, priority)
    this.readyBytes += message.bodySize
    this.#incoming = position
    this.sweep()
    // Who takes the message next must not rely on a position that may have been given back.
    if (this.#incoming < 0) message.position = -1
    this.#incoming = -1
  }

  /** Drops what is over the limits and what has expired, as far as a slice reaches, and sees to the rest later. */
  sweep(): void {
    let budget = DROPS_PER_TURN
    if (this.#queue.features.overflow === Overflow.dropHead) {
      while (this.count > 0 && this.#isOver(this.count, this.readyBytes) && budget-- > 0) this.#drop(DeathReason.maxlen)
    }
    budget -= this.dropExpired(Math.max(0, budget))
    if (budget <= 0) this.#sweepSoon()
    else this.#timer.set(this.#headExpiry())
  }

  /** Drops at most `limit` messages that have expired, from the head on, and returns how many. */
  dropExpired(limit: number = DROPS_PER_TURN): number {
    let expiry = this.#headExpiry()
    if (expiry === Infinity) return 0
    const now = this.#environment.clock.now()
    let dropped = 0
    for (; expiry <= now && dropped < limit; expiry = this.#headExpiry()) {
      this.#drop(DeathReason.expired)
      dropped++
    }
    return dropped
  }

  /** Whether there is a next message, and it has not expired. */
  hasNext(): boolean {
    if (this.count === 0) return false
    const expiry = this.#headExpiry()
    if (expiry === Infinity) return true
    if (this.dropExpired() === DROPS_PER_TURN) this.#sweepSoon()
    return this.count > 0 && this.#headExpiry() > this.#environment.clock.now()
  }

  /** Takes the next message out, points `into` at it and returns whether it can be read. It may come back unless `forGood`. */
  take(into: Message, forGood: boolean): boolean {
    const levels = this.#levels
    const { sequence, redelivered, size } = levels
    // That of one that came back is known by its sequence number.
    const expiry = redelivered ? Infinity : levels.expiry
    if (!forGood && !redelivered) this.handedOut(sequence, expiry)
    const isReadable = this.#environment.store.read(levels.shift(), into)
    // What was counted for it, which may have been an estimate.
    this.readyBytes -= size === UNKNOWN_SIZE ? into.bodySize : size
    this.#timer.set(this.#headExpiry())
    // Also of one that came back before the broker was started anew.
    this.#redeliveries?.stamp(into, sequence)
    if (forGood && isReadable) this.forget(sequence)
    // Whoever took it keeps it, with its expiry.
    else if (!isReadable && !redelivered) this.handedOut(sequence, expiry)
    return isReadable
  }

  /** A message handed out comes back to its place, now or after a wait, unless it came back too often. */
  giveBack(position: number, sequence: number, failed: boolean): void {
    if (countsReturns(this.#queue.features)) this.#countReturns()
    const fate = this.#redeliveries?.giveBack(position, sequence, failed) ?? 'ready'
    if (fate === 'ready') {
      this.#comeBack(position, sequence)
    } else if (fate === 'dies') {
      this.forget(sequence)
      this.#bury(position, sequence, DeathReason.deliveryLimit)
    }
  }

  #countReturns(): Redeliveries {
    this.#redeliveries ??= new Redeliveries(this.#queue, this.#environment, (...back) => this.#comeBack(...back))
    return this.#redeliveries
  }

  #comeBack(position: number, sequence: number): void {
    const message = this.#read
    this.#environment.store.read(position, message)
    const priority = this.priorityOf(message)
    this.#levels.giveBack(position, sequence, priority)
    this.readyBytes += message.bodySize
    // Not at once: those that come back with it are to be in their places first.
    this.#sweepSoon()
  }

  /** A message handed out does not come back. */
  forget(sequence: number): void {
    this.#expiries.delete(sequence)
    this.#redeliveries?.forget(sequence)
  }

  /**
   * Takes a message out, wherever it waits. Returns whether it does.
   *
   * @param size Bytes that it counts for.
   */
  remove(sequence: number, priority: number, size: number): boolean {
    if (this.#levels.remove(sequence, priority)) {
      this.readyBytes -= size
      this.#timer.set(this.#headExpiry())
    } else if (this.#redeliveries?.removeWaiting(sequence) !== true) {
      return false
    }
    this.forget(sequence)
    return true
  }

  /** Whether so many messages more, of so many bytes together, are not refused. */
  hasRoom(count: number, bytes: number): boolean {
    return (
      this.#queue.features.overflow === Overflow.dropHead || !this.#isOver(this.count + count, this.readyBytes + bytes)
    )
  }

  /** Gives all messages away that wait. */
  takeDelayed(): PositionSource | undefined {
    return this.#redeliveries?.takeWaiting((sequence) => this.forget(sequence))
  }

  /** Gives all ready messages away. */
  takeAll(): PositionSource {
    const levels = this.#levels
    this.#levels = new ReadyLevels(this.#environment.store.index, this.#queue.features.maxPriority ?? 0)
    this.readyBytes = 0
    this.#timer.clear()
    const forget = (sequence: number) => this.forget(sequence)
    return {
      get length() {
        return levels.length
      },
      shift() {
        if (levels.redelivered) forget(levels.sequence)
        return levels.shift()
      },
    }
  }

  /** The queue is gone. */
  close(): void {
    this.#timer.clear()
    this.#redeliveries?.close()
    this.#expiries.clear()
  }

  #headExpiry(): number {
    if (this.count === 0) return Infinity
    if (this.#levels.redelivered) return this.#expiries.get(this.#levels.sequence) ?? Infinity
    return this.#levels.expiry
  }

  #isOver(count: number, bytes: number): boolean {
    const { maxLength, maxLengthBytes } = this.#queue.features
    return (maxLength !== undefined && count > maxLength) || (maxLengthBytes !== undefined && bytes > maxLengthBytes)
  }

  /** Takes the next message out for good. */
  #drop(reason: DeathReason): void {
    const { store } = this.#environment
    const { sequence, size, redelivered } = this.#levels
    const position = this.#levels.shift()
    if (redelivered) this.forget(sequence)
    if (size === UNKNOWN_SIZE) {
      store.read(position, this.#read)
      this.readyBytes -= this.#read.bodySize
    } else {
      this.readyBytes -= size
    }
    if (position === this.#incoming) this.#incoming = -1
    this.#bury(position, sequence, reason)
  }

  /** Gives a message up that is in no list any more. */
  #bury(position: number, sequence: number, reason: DeathReason): void {
    this.#queue.deaths.count(reason)
    if (this.#queue.features.deadLetterExchange === undefined) this.#queue.end(position, sequence)
    else this.#environment.deadLetter(this.#queue, position, sequence, reason)
  }

  #sweepSoon(): void {
    this.#environment.turn.add(TurnPhase.deliver, this.#queue)
  }
}
