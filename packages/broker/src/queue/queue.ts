/**
 * A queue, classic or quorum: ready messages in order, those in consumers' hands counted, consumers served by priority and in turn.
 *
 * Hot path (`npm run bench`). It knows nothing of protocols, files or sockets. What waits is in the store; the queue holds positions.
 *
 * Every message gets a sequence number on arrival. The ready list is contiguous in it, so that its head's number follows from its
 * length; messages that came back carry theirs, and are all older than the list's head.
 */

import { PropertyFlag, readHeaders, readTimestamp, type TypedTable } from '@warrenmq/codec'
import { Deduplication } from '../deduplication/deduplication.ts'
import { HolderJournal } from '../log/holder-journal.ts'
import { DELIVERED } from '../log/journal.ts'
import type { MessageStore } from '../log/message-store.ts'
import { BLOCK_SIZE } from '../memory/working-memory.ts'
import { type Tap, Taps } from '../messages/taps.ts'
import { type EffectivePolicy, NO_POLICY } from '../policy/policy.ts'
import { TurnPhase, type TurnTask } from '../scheduler/turn.ts'
import { type DeathCounts, deathStrategy } from '../statistics/death-counts.ts'
import { QueueStatistics } from '../statistics/queue-statistics.ts'
import type { CapturedMessages, RestoredMessages } from './captured-messages.ts'
import { ConsumerRings } from './consumer-rings.ts'
import type { DelayedMessage } from './delayed-heap.ts'
import { FeaturedMessages } from './featured-messages.ts'
import { Message } from './message.ts'
import type { QueueConsumer } from './queue-consumer.ts'
import { DeathReason, type QueueEnvironment } from './queue-environment.ts'
import { type QueueFeatures, resolveQueueFeatures } from './queue-features.ts'
import { type QueueType, queueTypeOf, REPLICATION } from './queue-type.ts'
import { ReadyList } from './ready-list.ts'
import { countsReturns, type Returns } from './redeliveries.ts'
import { ReturnedHeap } from './returned-heap.ts'
import { UnusedTimer } from './unused-timer.ts'

/** Most messages delivered from the backlog before other work gets its turn. */
const DELIVERIES_PER_TURN = 4096
/** Most messages whose end a purge records one by one; of more it records whose end it is not. */
const NAMED_ENDS_MAX = 4096
const NO_ARGUMENTS: TypedTable = Object.freeze(Object.create(null))
const NO_KEYS: ReadonlyMap<number, readonly string[]> = new Map()
const NO_RETURNS: ReadonlyMap<number, Returns> = new Map()

/** Who an exclusive queue belongs to. */
export interface QueueOwner {
  /** The queue is gone before its owner. */
  forgetQueue(queue: Queue): void
}

/** What a queue was declared with. */
export interface QueueSettings {
  readonly name: string
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly arguments: TypedTable
  /** The connection that alone may use it. */
  readonly exclusiveOwner: QueueOwner | undefined
}

/** A message taken by {@link Queue.take}. */
export interface TakenMessage {
  readonly message: Message
  readonly sequence: number
  readonly redelivered: boolean
}

export class Queue implements TurnTask {
  readonly kind = 'queue'
  readonly name: string
  readonly settings: QueueSettings
  readonly type: QueueType
  readonly consumers: Set<QueueConsumer> = new Set()
  /** Messages in consumers' hands. */
  unackedCount = 0
  deleted = false
  /** Where a single consumer is served at a time, the one that is. */
  activeConsumer: QueueConsumer | undefined = undefined
  /** Whether a consumer ever was here; an auto-delete queue goes when the last one leaves. */
  hadConsumer = false
  scheduled = false
  readonly statistics: QueueStatistics = new QueueStatistics()
  /** Where messages are counted that die. */
  deaths: DeathCounts
  /** What the vhost's policies set for it; `features` holds what comes of that. */
  policy: EffectivePolicy = NO_POLICY
  /** What it knows of messages that came, when it drops duplicates. */
  readonly deduplication: Deduplication | undefined
  #features: QueueFeatures

  readonly #environment: QueueEnvironment
  readonly #store: MessageStore
  readonly #rings = new ConsumerRings()
  #ready: ReadyList
  #returned = new ReturnedHeap()
  readonly #stored = new Message()
  #nextSequence = 0
  /** Bytes in the bodies of what waits in `#ready` and `#returned`. */
  #readyBytes = 0
  /** Holds the messages instead of `#ready` and `#returned` once a feature, or a message that expires, asks for more than order. */
  #featured: FeaturedMessages | undefined = undefined
  /** 1 when there is `#featured`, else 0: one test with a message's flags tells the plain way. */
  #featuredBit = 0
  #unused: UnusedTimer | undefined = undefined
  /** Who watches what comes; only with `#featured`. */
  #taps: Taps | undefined = undefined
  /** Records what must survive a restart; absent for a queue that does not. */
  #log: HolderJournal | undefined = undefined
  /** The block of the store that is being delivered from, as its slot. */
  #enteredSlot = -1
  readonly #deliverSoon = (): void => this.deliverSoon()

  constructor(settings: QueueSettings, environment: QueueEnvironment) {
    this.name = settings.name
    this.settings = settings
    this.type = queueTypeOf(settings.arguments)
    this.#environment = environment
    this.#store = environment.store
    this.#ready = new ReadyList(this.#store.index)
    this.deduplication = Deduplication.create(settings.arguments, environment.clock)
    this.#features = resolveQueueFeatures(settings.arguments)
    this.deaths = environment.deaths.of(this.type, deathStrategy(this.#features))
    this.configure(this.#features)
    if (this.deduplication !== undefined && this.#featured === undefined) this.#becomeFeatured()
  }

  /** What becomes of it when its node is lost, in words. */
  get replication(): string {
    return REPLICATION[this.type]
  }

  /** What a confirm of a persistent message means here: that it is in memory, or that it was synced to disk. */
  get durability(): 'memory' | 'synced' {
    return this.#log === undefined ? 'memory' : 'synced'
  }

  /** Its number in the log; 0 when it does not survive a restart. */
  get logId(): number {
    return this.#log?.id ?? 0
  }

  /** What records its messages, if anything does. */
  get log(): HolderJournal | undefined {
    return this.#log
  }

  /** Has its messages recorded in the log, under this number, which is above 0. To be called before the first message comes. */
  recordAs(logId: number): void {
    this.#log = new HolderJournal(logId, this.#environment.journal, this.type === 'quorum')
  }

  /** Its effective settings. */
  get features(): QueueFeatures {
    return this.#features
  }

  /** Sets other features, which hold at once, for messages already here too. */
  configure(features: QueueFeatures): void {
    this.#features = features
    this.deaths = this.#environment.deaths.of(this.type, deathStrategy(features))
    if (this.#featured === undefined && asksForMore(features)) this.#becomeFeatured()
    if (this.#featured !== undefined) this.#environment.turn.add(TurnPhase.deliver, this)
    this.#unused?.close()
    const { expiresMs } = features
    this.#unused = expiresMs === undefined ? undefined : new UnusedTimer(this, this.#environment, expiresMs)
  }

  /** Messages waiting for a consumer. */
  get readyCount(): number {
    return this.#featured === undefined ? this.#ready.length + this.#returned.length : this.#featured.count
  }

  /** Messages that came back and wait before they are ready again (delayed retry): neither ready nor in anybody's hands. */
  get delayedCount(): number {
    return this.#featured?.delayedCount ?? 0
  }

  /** These messages, in no order. */
  get delayed(): readonly DelayedMessage[] {
    return this.#featured?.delayed ?? []
  }

  /** Bytes in the bodies of the messages waiting for a consumer. */
  get readyBytes(): number {
    return this.#featured === undefined ? Math.max(0, this.#readyBytes) : this.#featured.readyBytes
  }

  /** Whether it knows more of each message than where it is. */
  get isFeatured(): boolean {
    return this.#featured !== undefined
  }

  /** The `timestamp` of the message that comes next, in seconds; `undefined` when there is none, or it has none. */
  get headTimestamp(): number | undefined {
    const head = this.#stored
    if (this.readyCount === 0 || !this.#store.read(this.#oldestPosition(), head)) return undefined
    if ((head.propertyFlags & PropertyFlag.timestamp) === 0) return undefined
    const seconds = readTimestamp(head.bytes, head.headerPayloadStart, head.headerPayloadEnd)
    return seconds === undefined ? undefined : Number(seconds)
  }

  /** Size of the body of one of its messages, in bytes; 0 when it cannot be read. */
  bodySizeAt(position: number): number {
    return this.#store.read(position, this.#stored) ? this.#stored.bodySize : 0
  }

  /** Whether a message that comes would go to a consumer at once. */
  get canDeliver(): boolean {
    return this.#rings.serving.first !== undefined
  }

  /** The queue was declared again, or somebody asked for a message: it does not end for want of use yet. */
  used(): void {
    this.#unused?.used()
  }

  /**
   * Takes a message in: straight on to the consumer whose turn it is, or to the end of the ready list. Returns whether it did, and
   * `false` for a message that it refused.
   */
  publish(message: Message): boolean {
    if (((message.propertyFlags & PropertyFlag.expiration) | this.#featuredBit) !== 0) {
      return this.#publishFeatured(message, this.#featured ?? this.#becomeFeatured())
    }
    const sequence = this.#nextSequence++
    const consumer = this.#rings.serving.first
    if (consumer !== undefined && this.#ready.length === 0 && this.#returned.length === 0) {
      if (!consumer.noAck) this.keep(message, sequence, Infinity, DELIVERED)
      this.#handOut(consumer, message, sequence, false)
      return true
    }
    this.#readyBytes += message.bodySize
    this.#ready.push(this.keep(message, sequence, Infinity, 0))
    return true
  }

  /** Takes a reference to a message that comes in, and records it if it must survive a restart. Returns its position. */
  keep(message: Message, sequence: number, expiry: number, detail: number): number {
    const log = this.#log
    if (log?.wants(message)) return log.enqueue(message, sequence, expiry, detail)
    const position = this.#store.keep(message)
    if (log !== undefined && this.#store.isLogged(position)) log.passes(sequence)
    return position
  }

  /** A message is gone for good: gives its reference back, and records that. */
  end(position: number, sequence: number): void {
    if (this.#store.release(position)) this.#log?.settled(sequence)
  }

  /** Hands the oldest ready messages to the consumers that can take them. */
  runTurn(): void {
    if (this.deleted) return
    const featured = this.#featured
    if (featured !== undefined) featured.sweep()
    let budget = DELIVERIES_PER_TURN
    for (let consumer = this.#rings.serving.first; consumer !== undefined; consumer = this.#rings.serving.first) {
      if (featured === undefined ? this.#isEmpty() : !featured.hasNext()) return
      if (this.#store.isScattered && !this.#isAtHand()) return
      if (this.#log !== undefined && !this.#log.mayDeliver(this.#oldestSequence(), this.#deliverSoon)) return
      if (budget-- === 0) {
        this.deliverSoon()
        return
      }
      this.#deliverOldest(consumer)
    }
  }

  /** Sees to it that ready messages meet consumers at the end of the turn. */
  deliverSoon(): void {
    if (this.#rings.serving.first !== undefined && this.readyCount > 0)
      this.#environment.turn.add(TurnPhase.deliver, this)
  }

  /**
   * Takes the oldest ready message out for somebody who asked for one, or returns `undefined`.
   *
   * The taker owes `settle`, `reject` or `giveBack`. The message is valid until the store is used again.
   */
  take(): TakenMessage | undefined {
    this.used()
    const featured = this.#featured
    while (featured === undefined ? !this.#isEmpty() : featured.hasNext()) {
      const sequence = this.#oldestSequence()
      this.#log?.handOut(sequence)
      const redelivered = this.#wasDelivered(sequence)
      if (featured === undefined ? this.#readOldest() : featured.take(this.#stored, false)) {
        this.unackedCount++
        return { message: this.#stored, sequence, redelivered }
      }
      this.keepUnreadable(this.#stored.position, sequence)
    }
    return undefined
  }

  /** A message handed out is done with. */
  settle(position: number, sequence: number): void {
    this.unackedCount--
    if (this.#featured !== undefined) this.#featured.forget(sequence)
    this.end(position, sequence)
  }

  /** A message handed out is refused for good: it is dead-lettered, or dropped. */
  reject(position: number, sequence: number): void {
    this.deaths.count(DeathReason.rejected)
    if (this.deleted || this.#features.deadLetterExchange === undefined) {
      this.settle(position, sequence)
      return
    }
    this.unackedCount--
    this.#featured?.forget(sequence)
    this.#environment.deadLetter(this, position, sequence, DeathReason.rejected)
  }

  /** A message handed out comes back to its place. @param failed Whether its delivery failed, instead of having been returned. */
  giveBack(position: number, sequence: number, failed: boolean): void {
    if (this.deleted) {
      this.settle(position, sequence)
      return
    }
    this.unackedCount--
    if (this.#featured !== undefined) {
      this.#featured.giveBack(position, sequence, failed)
      return
    }
    this.#store.read(position, this.#stored)
    this.#readyBytes += this.#stored.bodySize
    this.#returned.push(sequence, position)
    this.deliverSoon()
  }

  /** Drops all ready messages, and those that wait to be ready again, and returns how many there were. */
  purge(): number {
    const { releases } = this.#environment
    const count = this.readyCount + this.delayedCount
    if (this.#log !== undefined) this.#recordPurge(this.#log)
    this.#log?.settleUnreadable(this.#store)
    if (this.#featured !== undefined) {
      const delayed = this.#featured.takeDelayed()
      if (delayed !== undefined) releases.add(delayed)
      releases.add(this.#featured.takeAll())
    } else {
      releases.add(this.#returned)
      releases.add(this.#ready)
      this.#returned = new ReturnedHeap()
      this.#ready = new ReadyList(this.#store.index)
      this.#readyBytes = 0
    }
    return count
  }

  /**
   * Takes out a message that waits, wherever in the queue it is, for good. Returns whether it was there. From the first one on the messages are
   * held by what can leave gaps.
   *
   * @param size Bytes that it counts for.
   */
  remove(sequence: number, position: number, priority: number, size: number): boolean {
    if (this.deleted || this.readyCount + this.delayedCount === 0) return false
    if (!(this.#featured ?? this.#becomeFeatured()).remove(sequence, priority, size)) return false
    this.end(position, sequence)
    return true
  }

  /**
   * A message in somebody's hands is gone for good as far as the queue is concerned. Returns the queue that it belongs to from now on: one that
   * is nobody's, and gives the reference back once the message is settled.
   */
  abandon(position: number, sequence: number): Queue {
    this.unackedCount--
    this.#featured?.forget(sequence)
    if (this.#store.isLogged(position)) this.#log?.settled(sequence)
    const settings = { ...this.settings, durable: false, arguments: NO_ARGUMENTS, exclusiveOwner: undefined }
    const nobodys = new Queue(settings, this.#environment)
    nobodys.deleted = true
    return nobodys
  }

  /** Has `tap` see every message that comes, until what it returns is called. Messages go the way of features from then on. */
  tap(tap: Tap): () => void {
    if (this.#featured === undefined) this.#becomeFeatured()
    const taps = this.#taps ?? new Taps()
    this.#taps = taps
    taps.add(tap)
    return () => {
      taps.remove(tap)
      if (taps.size === 0 && this.#taps === taps) this.#taps = undefined
    }
  }

  /** Whether it takes so many messages more, of so many bytes together, without refusing any. */
  hasRoom(count: number, bytes: number): boolean {
    return this.#featured?.hasRoom(count, bytes) ?? true
  }

  /** Whether its consumers have different priorities, so that one of a higher priority must not be kept waiting. */
  get ranksConsumers(): boolean {
    return this.#rings.ranked
  }

  addConsumer(consumer: QueueConsumer): void {
    this.consumers.add(consumer)
    this.hadConsumer = true
    if (this.#features.singleActiveConsumer) {
      if (this.activeConsumer !== undefined) return
      this.activeConsumer = consumer
    }
    this.#rings.join(consumer)
    this.consumerReady(consumer)
  }

  removeConsumer(consumer: QueueConsumer): void {
    this.#rings.leave(consumer)
    this.consumers.delete(consumer)
    if (consumer === this.activeConsumer) this.#activateNext()
    if (this.consumers.size === 0) this.used()
  }

  /** A consumer that could not take messages can again, or is new. */
  consumerReady(consumer: QueueConsumer): void {
    if (this.deleted || consumer.ring === undefined || !consumer.canTake()) return
    this.#rings.ready(consumer)
    this.deliverSoon()
  }

  /** A consumer can take no more for now. */
  consumerBusy(consumer: QueueConsumer): void {
    this.#rings.busy(consumer)
  }

  /** Ends the queue: its ready messages are dropped, its consumers told. Returns the number of messages dropped. */
  delete(): number {
    this.deleted = true
    this.#taps?.end()
    this.#log?.releaseUnreadable(this.#store)
    this.#log = undefined
    this.activeConsumer = undefined
    const count = this.purge()
    this.#featured?.close()
    this.#unused?.close()
    this.#unused = undefined
    for (const consumer of [...this.consumers]) {
      this.removeConsumer(consumer)
      consumer.queueDeleted()
    }
    return count
  }

  /** The single active consumer has left: the first among those with the highest priority takes over. */
  #activateNext(): void {
    let next: QueueConsumer | undefined
    for (const consumer of this.consumers) if (next === undefined || consumer.priority > next.priority) next = consumer
    this.activeConsumer = next
    if (next === undefined) return
    this.#rings.join(next)
    this.consumerReady(next)
  }

  /** Takes the messages into what knows more of them. */
  #becomeFeatured(): FeaturedMessages {
    const featured = new FeaturedMessages(this, this.#environment)
    featured.adopt(this.#ready, this.#returned, this.#nextSequence, this.#readyBytes)
    this.#featured = featured
    this.#featuredBit = 1
    return featured
  }

  #publishFeatured(message: Message, featured: FeaturedMessages): boolean {
    if (this.#taps !== undefined) this.#taps.see(message)
    const { deduplication } = this
    const key = deduplication?.keyOf(readMessageHeaders(message))
    if (deduplication === undefined || key === undefined) return this.#takeFeatured(message, featured)
    if (deduplication.isDuplicate(key)) {
      this.#log?.awaitOriginal(message)
      return true
    }
    // Not before it is taken: who is refused may try again.
    if (!this.#takeFeatured(message, featured)) return false
    const expires = deduplication.remember(key)
    this.#log?.identity(key, expires)
    return true
  }

  #takeFeatured(message: Message, featured: FeaturedMessages): boolean {
    if (featured.refuses(message)) return false
    const expiry = featured.expiryOf(message)
    if (expiry !== Infinity && expiry <= this.#environment.clock.now()) this.#serveAtOnce(message)
    const sequence = this.#nextSequence++
    const consumer = this.#rings.serving.first
    if (consumer === undefined || featured.count > 0) {
      if (featured.keeps()) featured.push(message, sequence, expiry)
      return true
    }
    if (!consumer.noAck) {
      this.keep(message, sequence, expiry, DELIVERED | featured.priorityOf(message))
      featured.handedOut(sequence, expiry)
    }
    this.#handOut(consumer, message, sequence, false)
    return true
  }

  /** What is put off to the end of the turn is done now, because `message` is delivered now or never. */
  #serveAtOnce(message: Message): void {
    if (this.#rings.serving.first === undefined) for (const consumer of this.consumers) this.consumerReady(consumer)
    if (this.#rings.serving.first === undefined || this.readyCount === 0) return
    this.runTurn()
    // The store was used meanwhile.
    if (message.position >= 0) this.#store.read(message.position, message)
  }

  /** Whether nothing is ready in a plain queue. */
  #isEmpty(): boolean {
    if (this.#ready.length + this.#returned.length > 0) return false
    // After a start there are estimates in it.
    this.#readyBytes = 0
    return true
  }

  #deliverOldest(consumer: QueueConsumer): void {
    const featured = this.#featured
    const sequence = this.#oldestSequence()
    const redelivered = this.#wasDelivered(sequence)
    if (!(featured === undefined ? this.#readOldest() : featured.take(this.#stored, consumer.noAck))) {
      this.keepUnreadable(this.#stored.position, sequence)
      return
    }
    this.#handOut(consumer, this.#stored, sequence, redelivered)
    if (consumer.noAck) this.end(this.#stored.position, sequence)
  }

  /** The disk is damaged where a message is. It is not recorded as gone: perhaps it can be read after the next start. */
  keepUnreadable(position: number, sequence: number): void {
    if (this.#log === undefined) this.#store.release(position)
    else this.#log.keepUnreadable(this.#store, position, sequence, this.expiryOfHandedOut(sequence))
    this.#featured?.forget(sequence)
  }

  /** Sequence number of the next message. There must be one, here and below. */
  #oldestSequence(): number {
    if (this.#featured !== undefined) return this.#featured.nextSequence
    return this.#returned.length > 0 ? this.#returned.firstSequence : this.#nextSequence - this.#ready.length
  }

  /** Whether the next message may have been delivered before. */
  #wasDelivered(sequence: number): boolean {
    const cameBack = this.#featured === undefined ? this.#returned.length > 0 : this.#featured.nextCameBack
    return cameBack || (this.#log !== undefined && sequence <= this.#log.deliveredBefore)
  }

  /** Whether the next message is in memory; else delivery goes on once it is. */
  #isAtHand(): boolean {
    const position = this.#oldestPosition()
    const slot = Math.floor(position / BLOCK_SIZE)
    if (slot === this.#enteredSlot) return true
    if (!this.#store.enter(position, this.#deliverSoon)) return false
    this.#enteredSlot = slot
    return true
  }

  #oldestPosition(): number {
    if (this.#featured !== undefined) return this.#featured.nextPosition
    return this.#returned.length > 0 ? this.#returned.firstPosition : this.#ready.first
  }

  /** Takes the oldest ready message of a plain queue out and points `#stored` at it. Returns whether it can be read. */
  #readOldest(): boolean {
    const position = this.#returned.length > 0 ? this.#returned.shift() : this.#ready.shift()
    const isReadable = this.#store.read(position, this.#stored)
    this.#readyBytes -= this.#stored.bodySize
    return isReadable
  }

  /** All ready messages are about to go. */
  #recordPurge(log: HolderJournal): void {
    const scattered = this.readyCount + this.delayedCount - this.#ready.length
    if (scattered > NAMED_ENDS_MAX) {
      log.settledAllBut(this.#environment.handedOut(this), this.#nextSequence - 1)
      return
    }
    for (const captured of this.capture()) recordEnds(captured, log)
  }

  /** Its messages as they are now, those in consumers' hands left out, for a checkpoint. */
  capture(): CapturedMessages[] {
    if (this.#featured !== undefined) return this.#featured.capture()
    const fresh = this.#ready.capture(this.#nextSequence - this.#ready.length)
    return this.#returned.length === 0 ? fresh : [...this.#returned.capture(0), ...fresh]
  }

  /** The sequence number that the next message gets. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  /** Body size of a message that is not known by itself, in bytes. */
  get typicalSize(): number {
    return this.readyCount === 0 ? 0 : Math.round(this.readyBytes / this.readyCount)
  }

  /** When a message expires that is in somebody's hands. */
  expiryOfHandedOut(sequence: number): number {
    return this.#featured?.expiryOfHandedOut(sequence) ?? Infinity
  }

  /** The priority that a message has here. */
  priorityAt(position: number): number {
    return this.#featured?.priorityAt(position) ?? 0
  }

  /** Identities of messages that came, where duplicates are dropped, and until when they are remembered. */
  identities(): Iterable<readonly [identity: string, expires: number]> {
    return this.deduplication?.entries() ?? []
  }

  /** A queue's messages have been routed. */
  get routingKeys(): ReadonlyMap<number, readonly string[]> {
    return NO_KEYS
  }

  /** How often messages came back, where that counts. */
  get returns(): ReadonlyMap<number, Returns> {
    return this.#featured?.returns ?? NO_RETURNS
  }

  /** Takes over what it held before the broker was started anew. */
  restore(messages: RestoredMessages): void {
    const { sequences, positions, sizes, deliveredBefore, nextSequence } = messages
    this.#nextSequence = nextSequence
    // What was permitted ahead reaches beyond what came. What comes from now on was never delivered.
    this.#log?.restore(Math.min(deliveredBefore, nextSequence - 1))
    for (const [identity, expires] of messages.identities) this.deduplication?.restore(identity, expires)
    const isPlain = this.#featured === undefined && messages.expiries.every((expiry) => expiry === Infinity)
    const freshFrom = isPlain ? restorableFrom(messages) : -1
    if (freshFrom < 0) {
      const featured = this.#featured ?? this.#becomeFeatured()
      featured.restore(messages)
      return
    }
    for (let i = 0; i < positions.length; i++) {
      this.#readyBytes += sizes[i]
      if (i < freshFrom) this.#returned.push(sequences[i], positions[i])
      else this.#ready.push(positions[i])
    }
  }

  #handOut(consumer: QueueConsumer, message: Message, sequence: number, redelivered: boolean): void {
    if (!consumer.noAck) this.unackedCount++
    consumer.deliver(message, sequence, redelivered)
    if (consumer.ready) this.#rings.serving.rotate()
  }
}

/** Records that all messages captured are gone, run by run. */
function recordEnds({ sequences, firstSequence, start, end }: CapturedMessages, log: HolderJournal): void {
  if (sequences === undefined) {
    if (firstSequence !== undefined) log.settledRange(firstSequence, firstSequence + end - start - 1)
    return
  }
  for (let i = start; i < end; i++) log.settled(sequences[i])
}

/**
 * From which of the messages on a plain list can hold them, because their sequence numbers follow each other up to the next one to come,
 * while all before were delivered; -1 when it cannot.
 */
function restorableFrom({ sequences, nextSequence, deliveredBefore }: RestoredMessages): number {
  let from = sequences.length
  while (from > 0 && sequences[from - 1] === nextSequence - (sequences.length - from) - 1) from--
  return from === 0 || sequences[from - 1] <= deliveredBefore ? from : -1
}

/** Whether a plain list of messages in their order cannot do what `features` ask for. */
function asksForMore(features: QueueFeatures): boolean {
  const { messageTtlMs, maxLength, maxLengthBytes, maxPriority } = features
  return (
    countsReturns(features) ||
    [messageTtlMs, maxLength, maxLengthBytes, maxPriority].some((value) => value !== undefined)
  )
}

function readMessageHeaders({ bytes, headerPayloadStart, headerPayloadEnd }: Message): TypedTable | undefined {
  return readHeaders(bytes, headerPayloadStart, headerPayloadEnd)
}
