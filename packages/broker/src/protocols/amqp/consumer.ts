/**
 * A consumer on an AMQP channel: credit, and the `basic.deliver` frames it gets.
 *
 * Hot path (`npm run bench`).
 */

import type { TypedTable } from '@warrenmq/codec'
import type { ConsumerRing } from '../../queue/consumer-ring.ts'
import type { Message } from '../../queue/message.ts'
import type { Queue } from '../../queue/queue.ts'
import type { QueueConsumer } from '../../queue/queue-consumer.ts'
import type { DeliveryCounts } from '../../statistics/delivery-counts.ts'
import type { Channel } from './channel.ts'
import { writeMessage } from './message-writer.ts'
import { createDeliverPrefix, TAG_AND_BIT_SIZE } from './method-prefix.ts'

const TWO_TO_32 = 2 ** 32

/** What `basic.consume` asked for. */
export interface ConsumerSettings {
  readonly tag: string
  readonly noAck: boolean
  readonly exclusive: boolean
  /** Most messages it holds unacknowledged; 0 for any number. */
  readonly prefetchCount: number
  /** `x-priority`. */
  readonly priority: number
  /** `x-consumer-timeout`, in milliseconds, 0 for none; `undefined` leaves it to the queue. */
  readonly timeoutMs: number | undefined
  /** All that the client gave, known or not. */
  readonly arguments: TypedTable
}

export class AmqpConsumer implements QueueConsumer {
  readonly tag: string
  readonly queue: Queue
  readonly channel: Channel
  readonly noAck: boolean
  readonly exclusive: boolean
  readonly prefetchCount: number
  readonly priority: number
  readonly arguments: TypedTable
  /** What the channel takes from the queue is counted here. */
  readonly counts: DeliveryCounts
  ring: ConsumerRing | undefined = undefined
  ready = false
  next: QueueConsumer | undefined = undefined
  previous: QueueConsumer | undefined = undefined

  readonly #timeoutMs: number | undefined
  readonly #prefix: Uint8Array
  readonly #prefixView: DataView
  readonly #tagOffset: number
  /** Messages in hand at which a consumer that was out of credit is served at once; -1 without a limit. */
  readonly #halfPrefetch: number
  /** Messages it holds unacknowledged. */
  #unackedCount = 0

  constructor(channel: Channel, queue: Queue, settings: ConsumerSettings) {
    this.channel = channel
    this.queue = queue
    this.tag = settings.tag
    this.noAck = settings.noAck
    this.exclusive = settings.exclusive
    this.prefetchCount = settings.prefetchCount
    this.priority = settings.priority
    this.arguments = settings.arguments
    this.counts = channel.statistics.deliveriesFrom(queue)
    this.#timeoutMs = settings.timeoutMs
    this.#halfPrefetch = settings.prefetchCount === 0 ? -1 : settings.prefetchCount >> 1
    this.#prefix = createDeliverPrefix(channel.number, settings.tag)
    this.#prefixView = new DataView(this.#prefix.buffer, this.#prefix.byteOffset, this.#prefix.byteLength)
    this.#tagOffset = this.#prefix.length - TAG_AND_BIT_SIZE
  }

  /** How long it may hold a message, in milliseconds, 0 for ever; `undefined` where the broker's option decides. */
  get timeoutMs(): number | undefined {
    return this.#timeoutMs ?? this.queue.features.consumerTimeoutMs
  }

  canTake(): boolean {
    if (!this.channel.canDeliver) return false
    if (this.noAck) return true
    return (this.prefetchCount === 0 || this.#unackedCount < this.prefetchCount) && !this.channel.globalPrefetchReached
  }

  deliver(message: Message, sequence: number, redelivered: boolean): void {
    const channel = this.channel
    const deliveryTag = channel.nextDeliveryTag++
    if (!this.noAck) {
      channel.unacked.push(deliveryTag, this.queue, message.position, sequence, this)
      this.#unackedCount++
      if (this.#unackedCount === this.prefetchCount) this.queue.consumerBusy(this)
      if (channel.globalPrefetchCount !== 0) channel.takeGlobalCredit()
      this.counts.deliver++
    } else {
      this.counts.deliverNoAck++
    }
    if (redelivered) this.counts.redeliver++
    const view = this.#prefixView
    const tagOffset = this.#tagOffset
    if (deliveryTag >= TWO_TO_32) view.setUint32(tagOffset, Math.floor(deliveryTag / TWO_TO_32))
    view.setUint32(tagOffset + 4, deliveryTag >>> 0)
    this.#prefix[tagOffset + 8] = redelivered ? 1 : 0
    writeMessage(channel.output, channel.number, channel.frameSizeMax, this.#prefix, message)
  }

  /** A message it held is settled or back in its queue. */
  returnCredit(): void {
    const count = --this.#unackedCount
    if (count === this.#halfPrefetch) this.queue.consumerReady(this)
    else if (count === this.prefetchCount - 1) {
      if (this.queue.ranksConsumers) this.queue.consumerReady(this)
      else this.channel.connection.services.creditDelay.add(this)
    }
    if (this.channel.globalPrefetchCount !== 0) this.channel.returnGlobalCredit()
  }

  queueDeleted(): void {
    this.channel.consumerLost(this)
  }
}
