/** Whom a channel of a link tells what comes, and what it needs of its link. */

import type { MethodArgs } from '@warrenmq/codec'
import type { Message } from '../message/message.ts'
import type { Output } from './output.ts'

/** What a consumer does with a delivery. Called while the link's input is read: it must not throw. */
export interface DeliverySink {
  readonly noAck: boolean
  deliver(message: Message): void
  /** The broker cancelled the consumer: its queue is gone, for example. */
  cancelled(): void
}

/** Who hears of what is on a channel but deliveries. */
export interface LinkChannelOwner {
  /** The broker confirmed, or refused, messages up to this one, or only it. */
  confirmed(deliveryTag: number, multiple: boolean, positive: boolean): void
  /** The broker gave a mandatory message back. */
  returned(message: Message, args: MethodArgs<'basic.return'>): void
  /** The channel has ended, once. `undefined`: the user closed it. */
  ended(error: Error | undefined): void
}

/** The link, as far as a channel needs it. */
export interface ChannelHost {
  readonly output: Output
  readonly frameSizeMax: number
  channelEnded(number: number): void
}
