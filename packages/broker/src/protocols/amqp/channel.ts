/**
 * A channel: its frames, its consumers, what it has handed out, its modes.
 *
 * It leaves the methods to `handlers/` and publishing to {@link Publisher}. Errors that close only the channel are answered by its
 * connection.
 */

import { encodeMethodFrame, FrameType, type MethodInput, type MethodName, ReplyCode } from '@warrenmq/codec'
import type { Rights } from '../../access/rights.ts'
import { ChannelException, ConnectionException } from '../../errors.ts'
import { consumerDeleted } from '../../events/connection-events.ts'
import type { Output } from '../../net/output.ts'
import type { Message } from '../../queue/message.ts'
import { ChannelStatistics } from '../../statistics/channel-statistics.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { PublisherConfirms } from './confirms.ts'
import type { AmqpConnection } from './connection.ts'
import type { AmqpConsumer } from './consumer.ts'
import { assertContentHeader } from './content-assembly.ts'
import { limitOf } from './delivery-timeouts.ts'
import { DeliveryWatermarks } from './delivery-watermarks.ts'
import { writeMessage } from './message-writer.ts'
import { createReturnPrefix } from './method-prefix.ts'
import { Publisher } from './publisher.ts'
import type { ReplyTo } from './reply-to.ts'
import type { Outcome, Transaction } from './transaction.ts'
import { UnackedList, type UnackedMessage } from './unacked.ts'

export class Channel {
  readonly number: number
  readonly connection: AmqpConnection
  readonly output: Output
  readonly vhost: Vhost
  readonly rights: Rights
  /** Name of the user who is logged in. */
  readonly user: string
  /** What a message may name as `user-id`; `undefined` for anything, which the tag impersonator allows. */
  readonly userIdAllowed: string | undefined
  /** Largest frame the client takes, in bytes. */
  readonly frameSizeMax: number
  /** Largest message body taken, in bytes. */
  readonly messageSizeMax: number
  readonly publisher: Publisher
  readonly consumers: Map<string, AmqpConsumer> = new Map()
  readonly statistics: ChannelStatistics
  readonly unacked: UnackedList
  /** Whether the close was sent and its answer is awaited; everything else is ignored then. */
  closing = false
  nextDeliveryTag = 1
  /** Prefetch of consumers started from now on; 0 for no limit. */
  prefetchCount = 0
  /** Limit on all consumers of the channel together; 0 for none. */
  globalPrefetchCount = 0
  /** Set in confirm mode. */
  confirms: PublisherConfirms | undefined
  /** Set in transaction mode. */
  transaction: Transaction | undefined
  /** Set while it has a reply consumer. */
  replyTo: ReplyTo | undefined
  /** What an empty queue name stands for. */
  lastQueueName: string | undefined
  /** The name made up for a declare that waits for an answer about rights. */
  madeUpQueueName: string | undefined
  #globalUnackedCount = 0
  /** When deliveries were handed out; made when that is first asked. */
  #watermarks: DeliveryWatermarks | undefined
  /** Shortest timeout that a consumer or queue sets, of the consumers and the messages that are out. */
  #shortestTimeoutMs = Infinity

  constructor(number: number, connection: AmqpConnection, vhost: Vhost, rights: Rights) {
    this.number = number
    this.connection = connection
    this.output = connection.output
    this.vhost = vhost
    this.rights = rights
    this.user = connection.user
    this.userIdAllowed = connection.tags.includes('impersonator') ? undefined : connection.user
    this.frameSizeMax = connection.frameSizeMax
    this.messageSizeMax = connection.services.options.messageSizeMax
    this.statistics = new ChannelStatistics(vhost.statistics)
    this.unacked = new UnackedList((queue) => this.statistics.deliveriesFrom(queue))
    this.publisher = new Publisher(this)
  }

  /** `<connection> (<number>)`, as RabbitMQ names it. */
  get name(): string {
    return `${this.connection.name} (${this.number})`
  }

  /** Sends a method without content. */
  send<N extends MethodName>(name: N, args: MethodInput<N>): void {
    this.output.write(encodeMethodFrame(this.number, name, args))
  }

  /** Whether deliveries may leave: the client's socket takes them and the channel is open. */
  get canDeliver(): boolean {
    return !this.closing && !this.output.congested
  }

  get globalPrefetchReached(): boolean {
    return this.globalPrefetchCount !== 0 && this.#globalUnackedCount >= this.globalPrefetchCount
  }

  /** Gives an unroutable message back to its publisher. */
  returnMessage(message: Message): void {
    writeMessage(this.output, this.number, this.frameSizeMax, createReturnPrefix(this.number), message)
  }

  /** One more message of the channel counts against the shared limit. */
  takeGlobalCredit(): void {
    this.#globalUnackedCount++
    if (this.#globalUnackedCount === this.globalPrefetchCount) this.consumersBusy()
  }

  /** One message less counts against the shared limit. */
  returnGlobalCredit(): void {
    const wasReached = this.globalPrefetchReached
    this.#globalUnackedCount--
    if (wasReached && !this.globalPrefetchReached) this.consumersReady()
  }

  /** Sets the limit that all consumers share; 0 lifts it. */
  setGlobalPrefetch(count: number): void {
    this.globalPrefetchCount = count
    this.#globalUnackedCount = 0
    // What a transaction holds counts until its commit, which returns the credit.
    const messages = [...this.unacked, ...(this.transaction?.heldMessages() ?? [])]
    for (const { consumer } of messages) if (consumer !== undefined) this.#globalUnackedCount++
    if (this.globalPrefetchReached) this.consumersBusy()
    else this.consumersReady()
  }

  /** The channel's consumers can take nothing for now. */
  consumersBusy(): void {
    for (const consumer of this.consumers.values()) if (!consumer.canTake()) consumer.queue.consumerBusy(consumer)
  }

  /** The channel's consumers may be able to take messages again. */
  consumersReady(): void {
    for (const consumer of this.consumers.values()) consumer.queue.consumerReady(consumer)
  }

  /** `basic.ack`: settles one message, or all up to the tag, 0 meaning all. */
  ack(deliveryTag: number, multiple: boolean): void {
    if (this.transaction !== undefined) {
      this.transaction.settle({ messages: this.takeUnacked(deliveryTag, multiple), outcome: 'ack' })
    } else if (!multiple) {
      if (!this.unacked.settle(deliveryTag)) throw unknownDeliveryTag(deliveryTag)
    } else if (deliveryTag === 0) {
      this.unacked.settleUpTo(Infinity)
    } else {
      if (!this.unacked.has(deliveryTag)) throw unknownDeliveryTag(deliveryTag)
      this.unacked.settleUpTo(deliveryTag)
    }
  }

  /** `basic.nack` and `basic.reject`. */
  reject(deliveryTag: number, multiple: boolean, outcome: Outcome): void {
    const messages = this.takeUnacked(deliveryTag, multiple)
    if (this.transaction !== undefined) this.transaction.settle({ messages, outcome })
    else this.settle(messages, outcome)
  }

  /** Takes messages out of the client's hands, oldest first. */
  takeUnacked(deliveryTag: number, multiple: boolean): UnackedMessage[] {
    if (!multiple) {
      const message = this.unacked.remove(deliveryTag)
      if (message === undefined) throw unknownDeliveryTag(deliveryTag)
      return [message]
    }
    if (deliveryTag !== 0 && !this.unacked.has(deliveryTag)) throw unknownDeliveryTag(deliveryTag)
    const last = deliveryTag === 0 ? Infinity : deliveryTag
    const messages: UnackedMessage[] = []
    while (this.unacked.count > 0 && this.unacked.firstTag <= last) {
      messages.push(this.unacked.shift() as UnackedMessage)
    }
    return messages
  }

  /** Ends or gives back messages that were taken out of the client's hands. */
  settle(messages: readonly UnackedMessage[], outcome: Outcome): void {
    for (const { queue, position, sequence, consumer } of messages) {
      if (outcome === 'ack') {
        const counts = consumer?.counts ?? this.statistics.deliveriesFrom(queue)
        counts.ack++
        queue.settle(position, sequence)
      } else if (outcome === 'reject') queue.reject(position, sequence)
      else queue.giveBack(position, sequence, outcome === 'fail')
    }
    // Credit returns last, so that a message that went back is not handed out before the older ones with it are there.
    for (const { consumer } of messages) consumer?.returnCredit()
  }

  /** Adds what was counted since the last time to the statistics. */
  collectCounts(): void {
    this.publisher.collect()
    this.statistics.collect()
  }

  /** Messages are handed out from now on that have this timeout, in milliseconds; `undefined` for the general one. */
  noteTimeout(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return
    this.#shortestTimeoutMs = Math.min(this.#shortestTimeoutMs, limitOf(timeoutMs))
    this.connection.services.deliveryTimeouts.expect(timeoutMs)
  }

  /** The shortest time, in milliseconds, that a consumer or queue of the channel itself sets for acknowledgements. */
  shortestTimeout(): number {
    if (this.unacked.count === 0) this.#shortestTimeoutMs = Infinity
    for (const { timeoutMs } of this.consumers.values()) {
      if (timeoutMs !== undefined) this.#shortestTimeoutMs = Math.min(this.#shortestTimeoutMs, limitOf(timeoutMs))
    }
    return this.#shortestTimeoutMs
  }

  /**
   * The timeout, in milliseconds, that a delivery has exceeded which the client still holds; `undefined` when none has.
   *
   * @param timeoutMs Where neither consumer nor queue set one. @param shortestMs No delivery has a shorter one.
   */
  exceededTimeout(now: number, timeoutMs: number, shortestMs: number): number | undefined {
    if (this.closing || this.unacked.count === 0) return undefined
    this.#watermarks ??= new DeliveryWatermarks()
    const watermarks = this.#watermarks
    watermarks.note(now, this.nextDeliveryTag - 1, this.unacked.firstTag)
    let exceeded: number | undefined
    this.unacked.findUpTo(watermarks.lastTagAt(now - shortestMs), (deliveryTag, queue, consumer) => {
      const limit = limitOf(consumer?.timeoutMs ?? queue.features.consumerTimeoutMs ?? timeoutMs)
      if (deliveryTag > watermarks.lastTagAt(now - limit)) return false
      exceeded = limit
      return true
    })
    return exceeded
  }

  /**
   * Between which moments a delivery that the client holds was handed out, in milliseconds since the epoch. What is
   * asked about is noted, so that the next answer can be closer.
   */
  handedOutBetween(deliveryTag: number, now: number): { readonly after: number; readonly before: number } {
    this.#watermarks ??= new DeliveryWatermarks()
    if (this.unacked.count > 0) this.#watermarks.note(now, this.nextDeliveryTag - 1, this.unacked.firstTag)
    const { after, before } = this.#watermarks.bounds(deliveryTag)
    return { after: after ?? this.connection.statistics.connectedAt, before: before ?? now }
  }

  /** A queue that a consumer of the channel was on is gone. */
  consumerLost(consumer: AmqpConsumer): void {
    this.consumers.delete(consumer.tag)
    consumerDeleted(consumer)
    if (this.connection.clientCapabilities.consumerCancelNotify && !this.closing) {
      this.send('basic.cancel', { consumerTag: consumer.tag, noWait: true })
    }
  }

  /** Takes a frame of the channel that is not a method. */
  contentFrame(type: number, bytes: Uint8Array, start: number, end: number): void {
    if (!this.publisher.takesContent) {
      assertContentHeader(type, bytes, start, end)
      throw new ConnectionException(
        ReplyCode.UNEXPECTED_FRAME,
        'expected method frame, got non method frame instead',
        0,
      )
    }
    this.publisher.contentFrame(type, bytes, start, end)
  }

  /** Refuses a method that comes where content is due. */
  assertNoContentDue(bytes: Uint8Array, start: number, end: number): void {
    if (this.publisher.assembly.active) this.publisher.contentFrame(FrameType.method, bytes, start, end)
  }

  /** Ends the channel: consumers go, messages in the client's hands return to their queues. */
  release(): void {
    this.closing = true
    this.publisher.assembly.reset()
    this.confirms?.stop()
    const queues = new Set([...this.consumers.values()].map((consumer) => consumer.queue))
    for (const consumer of this.consumers.values()) {
      consumer.queue.removeConsumer(consumer)
      if (consumer !== this.replyTo?.consumer) consumerDeleted(consumer)
    }
    this.consumers.clear()
    this.replyTo?.close()
    const held = this.transaction?.rollback() ?? []
    this.settle([...held, ...this.takeUnacked(0, true)], 'fail')
    for (const queue of queues) this.vhost.consumerLeft(queue)
    this.publisher.collect()
    this.statistics.close()
  }
}

/** The refusal of a delivery tag that is not outstanding. */
export function unknownDeliveryTag(deliveryTag: number | bigint): ChannelException {
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, `unknown delivery tag ${deliveryTag}`)
}
