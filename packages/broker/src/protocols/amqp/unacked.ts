/**
 * What a channel has handed out and not yet seen settled, by delivery tag: a circular list in typed arrays.
 *
 * Hot path (`npm run bench`, scenarios T and K). Tags only grow, so entries stand in tag order; the oldest is usually the one that is
 * acknowledged, and the rest is found by binary search. One that was settled out of order leaves a hole until it becomes the oldest, or
 * until there is no room left.
 */

import type { Queue } from '../../queue/queue.ts'
import type { DeliveryCounts } from '../../statistics/delivery-counts.ts'
import type { AmqpConsumer } from './consumer.ts'

/** One message in the client's hands. */
export interface UnackedMessage {
  readonly deliveryTag: number
  readonly queue: Queue
  readonly position: number
  readonly sequence: number
  /** The consumer it was delivered to; `undefined` when it was got. */
  readonly consumer: AmqpConsumer | undefined
}

export class UnackedList {
  #tags = new Float64Array(16)
  #positions = new Float64Array(16)
  #sequences = new Float64Array(16)
  /** `undefined` marks a hole. */
  #queues: (Queue | undefined)[] = new Array(16).fill(undefined)
  #consumers: (AmqpConsumer | undefined)[] = new Array(16).fill(undefined)
  #mask = 15
  #head = 0
  /** Entries from head, holes included. */
  #span = 0
  #count = 0
  readonly #countsOf: (queue: Queue) => DeliveryCounts

  /** @param countsOf Where acknowledgements of messages are counted that were got from a queue. */
  constructor(countsOf: (queue: Queue) => DeliveryCounts) {
    this.#countsOf = countsOf
  }

  /** Messages in the list. */
  get count(): number {
    return this.#count
  }

  push(
    deliveryTag: number,
    queue: Queue,
    position: number,
    sequence: number,
    consumer: AmqpConsumer | undefined,
  ): void {
    if (this.#span > this.#mask) this.#makeRoom()
    const index = (this.#head + this.#span) & this.#mask
    this.#tags[index] = deliveryTag
    this.#positions[index] = position
    this.#sequences[index] = sequence
    this.#queues[index] = queue
    this.#consumers[index] = consumer
    this.#span++
    this.#count++
  }

  /** Puts messages back that were removed. */
  restore(messages: readonly UnackedMessage[]): void {
    const all = [...this, ...messages].sort((a, b) => a.deliveryTag - b.deliveryTag)
    this.#queues.fill(undefined)
    this.#consumers.fill(undefined)
    this.#head = 0
    this.#span = 0
    this.#count = 0
    for (const each of all) this.push(each.deliveryTag, each.queue, each.position, each.sequence, each.consumer)
  }

  /** Whether a message with this tag is here. */
  has(deliveryTag: number): boolean {
    return this.#find(deliveryTag) >= 0
  }

  /** Takes the message with this tag out; `undefined` when there is none. */
  remove(deliveryTag: number): UnackedMessage | undefined {
    const index = this.#find(deliveryTag)
    return index < 0 ? undefined : this.#removeAt(index)
  }

  /** Takes the oldest message out; `undefined` when there is none. */
  shift(): UnackedMessage | undefined {
    return this.#count === 0 ? undefined : this.#removeAt(this.#head)
  }

  /** Tag of the oldest message. The list must not be empty. */
  get firstTag(): number {
    return this.#tags[this.#head]
  }

  /** Messages, oldest first. */
  *[Symbol.iterator](): Generator<UnackedMessage> {
    for (let i = 0; i < this.#span; i++) {
      const index = (this.#head + i) & this.#mask
      if (this.#queues[index] !== undefined) yield this.#at(index)
    }
  }

  /** Calls `visit` with every message of a queue, oldest first. */
  visit(
    queue: Queue,
    visit: (sequence: number, position: number, deliveryTag: number, consumer: AmqpConsumer | undefined) => void,
  ): void {
    for (let i = 0; i < this.#span; i++) {
      const index = (this.#head + i) & this.#mask
      if (this.#queues[index] !== queue) continue
      visit(this.#sequences[index], this.#positions[index], this.#tags[index], this.#consumers[index])
    }
  }

  /**
   * Takes a message from its queue that stays in the client's hands, to be settled to no effect. Returns whether it is here.
   */
  abandon(deliveryTag: number, queue: Queue, sequence: number): boolean {
    const index = this.#find(deliveryTag)
    if (index < 0 || this.#queues[index] !== queue || this.#sequences[index] !== sequence) return false
    this.#queues[index] = queue.abandon(this.#positions[index], sequence)
    return true
  }

  /** The oldest message with a tag up to `lastTag` that `test` says yes to. */
  findUpTo(
    lastTag: number,
    test: (deliveryTag: number, queue: Queue, consumer: AmqpConsumer | undefined) => boolean,
  ): UnackedMessage | undefined {
    for (let i = 0; i < this.#span; i++) {
      const index = (this.#head + i) & this.#mask
      const queue = this.#queues[index]
      if (queue === undefined) continue
      if (this.#tags[index] > lastTag) return undefined
      if (test(this.#tags[index], queue, this.#consumers[index])) return this.#at(index)
    }
    return undefined
  }

  /**
   * Settles the message with this tag with its queue, without making an object of it: the short way of `remove` for an `ack`.
   * Returns `false` when there is none.
   */
  settle(deliveryTag: number): boolean {
    const index = this.#find(deliveryTag)
    if (index < 0) return false
    this.#settleAt(index)
    return true
  }

  /** Settles all messages up to and including `deliveryTag` with their queues. */
  settleUpTo(deliveryTag: number): void {
    while (this.#count > 0 && this.#tags[this.#head] <= deliveryTag) this.#settleAt(this.#head)
  }

  #settleAt(index: number): void {
    const queue = this.#queues[index] as Queue
    const consumer = this.#consumers[index]
    const position = this.#positions[index]
    const sequence = this.#sequences[index]
    this.#clear(index)
    queue.settle(position, sequence)
    if (consumer === undefined) {
      this.#countsOf(queue).ack++
      return
    }
    consumer.counts.ack++
    consumer.returnCredit()
  }

  #removeAt(index: number): UnackedMessage {
    const message = this.#at(index)
    this.#clear(index)
    return message
  }

  #at(index: number): UnackedMessage {
    return {
      deliveryTag: this.#tags[index],
      queue: this.#queues[index] as Queue,
      position: this.#positions[index],
      sequence: this.#sequences[index],
      consumer: this.#consumers[index],
    }
  }

  #clear(index: number): void {
    this.#queues[index] = undefined
    this.#consumers[index] = undefined
    this.#count--
    while (this.#span > 0 && this.#queues[this.#head] === undefined) {
      this.#head = (this.#head + 1) & this.#mask
      this.#span--
    }
  }

  /** Index of the entry with this tag, or -1. */
  #find(deliveryTag: number): number {
    if (this.#count === 0) return -1
    if (this.#tags[this.#head] === deliveryTag) return this.#head
    let low = 0
    let high = this.#span - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const index = (this.#head + middle) & this.#mask
      const tag = this.#tags[index]
      if (tag === deliveryTag) return this.#queues[index] === undefined ? -1 : index
      if (tag < deliveryTag) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  /** Closes the holes, and grows when they were few. */
  #makeRoom(): void {
    let kept = 0
    for (let i = 0; i < this.#span; i++) {
      const index = (this.#head + i) & this.#mask
      if (this.#queues[index] === undefined) continue
      if (kept < i) this.#move(index, (this.#head + kept) & this.#mask)
      kept++
    }
    this.#span = kept
    if (kept * 2 > this.#mask) this.#grow()
  }

  #move(from: number, to: number): void {
    this.#tags[to] = this.#tags[from]
    this.#positions[to] = this.#positions[from]
    this.#sequences[to] = this.#sequences[from]
    this.#queues[to] = this.#queues[from]
    this.#consumers[to] = this.#consumers[from]
    this.#queues[from] = undefined
    this.#consumers[from] = undefined
  }

  #grow(): void {
    const old = this.#mask + 1
    const order = Array.from({ length: this.#span }, (_, i) => (this.#head + i) & this.#mask)
    const copy = (from: Float64Array) => {
      const to = new Float64Array(old * 2)
      for (let i = 0; i < order.length; i++) to[i] = from[order[i]]
      return to
    }
    this.#tags = copy(this.#tags)
    this.#positions = copy(this.#positions)
    this.#sequences = copy(this.#sequences)
    this.#queues = regrow(this.#queues, order, old * 2)
    this.#consumers = regrow(this.#consumers, order, old * 2)
    this.#mask = old * 2 - 1
    this.#head = 0
  }
}

function regrow<T>(from: readonly (T | undefined)[], order: readonly number[], capacity: number): (T | undefined)[] {
  const to: (T | undefined)[] = new Array(capacity).fill(undefined)
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]]
  return to
}
