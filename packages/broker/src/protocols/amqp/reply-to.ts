/**
 * Direct reply-to of a channel: its reply queue, and the name of that in the messages that ask for replies.
 */

import { type MethodArgs, PropertyFlag, propertyOffset, ReplyCode } from '@warrenmq/codec'
import { equalBytes } from '@warrenmq/codec/internal'
import { createName } from '../../clock.ts'
import { ChannelException } from '../../errors.ts'
import { allocateBytes } from '../../memory/allocate.ts'
import { FRAME_HEADER_SIZE, type Message } from '../../queue/message.ts'
import type { Queue } from '../../queue/queue.ts'
import { DIRECT_REPLY_TO } from '../../vhost/reply-queues.ts'
import type { Channel } from './channel.ts'
import { AmqpConsumer } from './consumer.ts'

/** The value of `reply-to` that stands for the channel's reply queue, as a short string. */
const PLACEHOLDER = shortstr(DIRECT_REPLY_TO)

/** The one reply consumer that a channel may have. */
export class ReplyTo {
  readonly consumer: AmqpConsumer
  /** Name of the reply queue as a short string. */
  readonly name: Uint8Array
  readonly #queue: Queue

  constructor(consumer: AmqpConsumer) {
    this.consumer = consumer
    this.#queue = consumer.queue
    this.name = shortstr(consumer.queue.name)
  }

  /** The consumer has left: replies lead nowhere. */
  close(): void {
    this.consumer.channel.vhost.replies.close(this.#queue)
  }
}

/**
 * `basic.consume` of `amq.rabbitmq.reply-to`.
 *
 * @throws ChannelException PRECONDITION_FAILED when it asks for acknowledgements, or the channel has a reply consumer.
 */
export function consumeReplies(channel: Channel, args: MethodArgs<'basic.consume'>): void {
  if (!args.noAck) throw refuse('reply consumer cannot acknowledge')
  if (channel.replyTo !== undefined) throw refuse('reply consumer already set')
  const { random } = channel.connection.services
  const consumer = new AmqpConsumer(channel, channel.vhost.replies.open(random), {
    tag: args.consumerTag || createName('amq.ctag', random),
    noAck: true,
    exclusive: false,
    prefetchCount: 0,
    priority: 0,
    timeoutMs: undefined,
    arguments: args.arguments,
  })
  channel.consumers.set(consumer.tag, consumer)
  channel.replyTo = new ReplyTo(consumer)
  if (!args.noWait) channel.send('basic.consume-ok', { consumerTag: consumer.tag })
  consumer.queue.addConsumer(consumer)
}

/**
 * Puts the name of the channel's reply queue where a message with a `reply-to` has `amq.rabbitmq.reply-to`; any other is left alone.
 * The content header has been validated.
 *
 * @throws ChannelException PRECONDITION_FAILED when the channel has no reply consumer.
 */
export function nameReplyQueue(channel: Channel, message: Message): void {
  const { bytes, routeStart, routeEnd, end, headerPayloadStart } = message
  const offset = propertyOffset(bytes, headerPayloadStart, message.headerPayloadEnd, PropertyFlag.replyTo)
  if (bytes[offset] !== PLACEHOLDER[0] || !equalBytes(bytes, offset, PLACEHOLDER, 0, PLACEHOLDER.length)) return
  if (channel.replyTo === undefined) throw refuse('fast reply consumer does not exist')
  const { name } = channel.replyTo
  const growth = name.length - PLACEHOLDER.length
  const changed = allocateBytes(end - routeStart + growth)
  changed.set(bytes.subarray(routeStart, offset))
  changed.set(name, offset - routeStart)
  changed.set(bytes.subarray(offset + PLACEHOLDER.length, end), offset - routeStart + name.length)
  const headerSize = message.headerPayloadEnd - headerPayloadStart + growth
  new DataView(changed.buffer).setUint32(headerPayloadStart - routeStart - FRAME_HEADER_SIZE + 3, headerSize)
  message.point(changed, 0, routeEnd - routeStart, changed.length)
  message.owned = true
}

function shortstr(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  return Uint8Array.of(bytes.length, ...bytes)
}

function refuse(text: string): ChannelException {
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
}
