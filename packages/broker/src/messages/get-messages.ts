/** Takes messages out of a queue one after the other, for whoever has no channel: the management API. */

import { type DecodedProperties, decodeProperties } from '@warrenmq/codec'
import type { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import { ChannelStatistics } from '../statistics/channel-statistics.ts'
import type { Vhost } from '../vhost/vhost.ts'

/** What becomes of a message that was got: RabbitMQ's words. */
export const ACK_MODES = [
  'ack_requeue_true',
  'ack_requeue_false',
  'reject_requeue_true',
  'reject_requeue_false',
] as const
export type AckMode = (typeof ACK_MODES)[number]

/** A message that was got. */
export interface GotMessage {
  readonly exchange: string
  readonly routingKey: string
  readonly redelivered: boolean
  /** Messages that are ready behind it. */
  readonly messageCount: number
  readonly properties: DecodedProperties
  /** Size of the whole body, in bytes. */
  readonly bodySize: number
  /** The body, or the beginning of it: a copy. */
  readonly body: Uint8Array
}

/** How messages are got. */
export interface GetOptions {
  readonly ackMode: AckMode
  /** Most messages. */
  readonly count: number
  /** Most bytes of each body. */
  readonly truncate: number
  /** Bytes of all bodies together from which on no further message is taken. */
  readonly bytesMax: number
}

interface Taken {
  readonly position: number
  readonly sequence: number
}

const utf8 = new TextDecoder()

/**
 * Gets up to `count` messages as `basic.get` does. Each `next` takes one; at the end, also an early one, they are given back or rejected.
 */
export function* getMessages(vhost: Vhost, queue: Queue, options: GetOptions): Generator<GotMessage> {
  const statistics = new ChannelStatistics(vhost.statistics)
  const counts = statistics.deliveriesFrom(queue)
  const held: Taken[] = []
  let bytes = 0
  try {
    for (let left = options.count; left > 0 && bytes < options.bytesMax && !queue.deleted; left--) {
      const taken = queue.take()
      if (taken === undefined) {
        counts.getEmpty++
        return
      }
      const { message, sequence, redelivered } = taken
      const { position } = message
      const got = copyMessage(message, options.truncate)
      if (options.ackMode === 'ack_requeue_false') counts.getNoAck++
      else counts.get++
      if (redelivered) counts.redeliver++
      if (options.ackMode === 'ack_requeue_false') queue.settle(position, sequence)
      else held.push({ position, sequence })
      bytes += got.body.length
      yield { ...got, redelivered, messageCount: queue.readyCount }
    }
  } finally {
    for (const { position, sequence } of held) {
      if (options.ackMode === 'reject_requeue_false') queue.reject(position, sequence)
      else queue.giveBack(position, sequence, options.ackMode === 'reject_requeue_true')
    }
    statistics.close()
  }
}

function copyMessage(message: Message, truncate: number) {
  const { bytes, routeStart, routeEnd, headerPayloadStart, headerPayloadEnd, bodySize } = message
  const keyStart = routeStart + 1 + bytes[routeStart]
  return {
    exchange: utf8.decode(bytes.subarray(routeStart + 1, keyStart)),
    routingKey: utf8.decode(bytes.subarray(keyStart + 1, routeEnd)),
    properties: decodeProperties(bytes.slice(headerPayloadStart, headerPayloadEnd)),
    bodySize,
    body: message.body().slice(0, truncate),
  }
}
