/** A message, as RabbitMQ's `get` shows it, and what is known of one in a queue beyond that. */

import { decodeProperties } from '@warrenmq/codec'
import { readRoute } from '../../dead-letter/dead-letter.ts'
import type { LocatedMessage } from '../../messages/located-message.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { Message } from '../../queue/message.ts'
import type { Queue } from '../../queue/queue.ts'
import { viewProperties } from '../message-properties.ts'

/** How payloads are shown. */
export interface PayloadView {
  /** `auto`: as text where it is UTF-8, else in base64. */
  readonly encoding: 'auto' | 'base64'
  /** Bytes of a payload that are shown; all for `undefined`. */
  readonly truncate: number | undefined
}

/** What a message carries. */
export function viewMessage(message: Message, how: PayloadView): JsonObject {
  const { bytes, headerPayloadStart, headerPayloadEnd, bodySize } = message
  const { exchange, routingKey } = readRoute(message)
  return {
    payload_bytes: bodySize,
    exchange,
    routing_key: routingKey,
    properties: viewProperties(decodeProperties(bytes, headerPayloadStart, headerPayloadEnd)),
    ...viewPayload(message, how),
  }
}

function viewPayload(message: Message, { encoding, truncate }: PayloadView): JsonObject {
  const whole = message.body()
  const shown = truncate === undefined ? whole : whole.subarray(0, truncate)
  const bytes = Buffer.from(shown.buffer, shown.byteOffset, shown.length)
  const text = encoding === 'auto' ? decodeText(bytes, shown.length < whole.length) : undefined
  return {
    payload: text ?? bytes.toString('base64'),
    payload_encoding: text === undefined ? 'base64' : 'string',
  }
}

const UTF8 = { fatal: true, ignoreBOM: true }

/** The bytes as text, if they are; a character that was cut off at the end is left out. */
function decodeText(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    // A decoder that expects more keeps what may be the beginning of a character.
    return new TextDecoder('utf-8', UTF8).decode(bytes, { stream: isCut })
  } catch {
    return undefined
  }
}

/** A message in a queue. @param message `undefined` where it cannot be read. */
export function viewQueuedMessage(
  queue: Queue,
  located: LocatedMessage,
  message: Message | undefined,
  how: PayloadView,
  now: number,
): JsonObject {
  const { sequence, state, priority, expiry, dueAt } = located
  const returns = queue.returns.get(sequence)
  return {
    id: sequence,
    state,
    redelivered: located.redelivered || state === 'delayed',
    ...(queue.features.maxPriority !== undefined && state !== 'unacked' && { priority }),
    ...(expiry !== Infinity && { expires_at: expiry }),
    ...(dueAt !== undefined && { ready_at: dueAt }),
    // Counted by quorum queues, and where retries are delayed.
    ...(returns !== undefined && { acquired_count: returns.acquired, delivery_count: returns.failed }),
    ...viewHolder(located, now),
    ...(message === undefined ? { unreadable: true } : viewMessage(message, how)),
  }
}

/** Who has it. When it was handed out is known between two moments only. */
function viewHolder({ delivery }: LocatedMessage, now: number): JsonObject {
  if (delivery === undefined) return {}
  const { channel, consumer, deliveryTag, inTransaction } = delivery
  const { connection, number } = channel
  const { after, before } = channel.handedOutBetween(deliveryTag, now)
  return {
    held_by: {
      connection: connection.name,
      channel: `${connection.name} (${number})`,
      user: channel.user,
      consumer_tag: consumer?.tag ?? null,
      delivery_tag: deliveryTag,
      in_transaction: inTransaction,
      delivered_after: after,
      delivered_before: before,
    },
  }
}
