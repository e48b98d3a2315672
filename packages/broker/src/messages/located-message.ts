/** Messages of a queue as somebody who looks into it finds them. */

import type { Channel } from '../protocols/amqp/channel.ts'
import type { AmqpConsumer } from '../protocols/amqp/consumer.ts'

/** Where a message of a queue is: waiting, waiting to be ready again (delayed retry), or in a client's hands. */
export const MessageState = { ready: 'ready', delayed: 'delayed', unacked: 'unacked' } as const
export type MessageState = (typeof MessageState)[keyof typeof MessageState]

/** Whose hands a message is in. */
export interface Delivery {
  readonly channel: Channel
  /** `undefined` for a message that was got. */
  readonly consumer: AmqpConsumer | undefined
  readonly deliveryTag: number
  /** Whether the client has settled it in a transaction that is not committed yet. */
  readonly inTransaction: boolean
}

export interface LocatedMessage {
  /** Its number in the queue, which it keeps as long as it is there. */
  readonly sequence: number
  readonly position: number
  readonly state: MessageState
  readonly priority: number
  /** Whether it was delivered before, or may have been. */
  readonly redelivered: boolean
  /** Bytes that it counts for in the queue; `undefined` where that is what its body has. */
  readonly size: number | undefined
  /** When it expires, in milliseconds since the epoch; `Infinity` for never. */
  readonly expiry: number
  /** When it is ready again, of a delayed one. */
  readonly dueAt: number | undefined
  /** Of one that is not acknowledged. */
  readonly delivery: Delivery | undefined
}
