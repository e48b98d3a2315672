/** The properties of a message in the terms of this client: booleans, dates and milliseconds instead of numbers and digits. */

import { decodeProperties, type FieldTable, toPlainTable } from '@warrenmq/codec'

/** Properties of a message. Text is at most 255 bytes of UTF-8. */
export interface MessageProperties {
  /** MIME type of the body. A serialiser sets it unless it is given. */
  readonly contentType?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly headers?: FieldTable | undefined
  /** Whether the message survives a restart of the broker in a durable queue. */
  readonly persistent?: boolean | undefined
  /** 0 to 255, higher first, in a queue with `x-max-priority`. */
  readonly priority?: number | undefined
  readonly correlationId?: string | undefined
  /** Where an answer is to go: the name of a queue. */
  readonly replyTo?: string | undefined
  /** How long it may wait in a queue, in milliseconds. */
  readonly expirationMs?: number | undefined
  readonly messageId?: string | undefined
  /** When it was made, to the second. */
  readonly timestamp?: Date | undefined
  /** Kind of message, in the application's words. */
  readonly type?: string | undefined
  /** The broker refuses a name that is not the user's who publishes. */
  readonly userId?: string | undefined
  readonly appId?: string | undefined
}

/**
 * The properties in the payload of a content header frame, `bytes[start]` … `bytes[end - 1]`. Byte values in the headers are views.
 *
 * @throws CodecError MALFORMED_PROPERTIES, UNKNOWN_FIELD_TAG, NESTING_TOO_DEEP.
 */
export function readProperties(bytes: Uint8Array, start: number, end: number): MessageProperties {
  const decoded = decodeProperties(bytes, start, end)
  const { headers, expiration, timestamp } = decoded
  // All fields in one order: rest and spread took several times as long, and a request needs this twice.
  return {
    contentType: decoded.contentType,
    contentEncoding: decoded.contentEncoding,
    headers: headers === undefined ? undefined : toPlainTable(headers),
    persistent: decoded.deliveryMode === 2,
    priority: decoded.priority,
    correlationId: decoded.correlationId,
    replyTo: decoded.replyTo,
    expirationMs: expiration === undefined ? undefined : readExpiration(expiration),
    messageId: decoded.messageId,
    timestamp: timestamp === undefined ? undefined : new Date(Number(timestamp) * 1000),
    type: decoded.type,
    userId: decoded.userId,
    appId: decoded.appId,
  }
}

/** Milliseconds in decimal digits; what else stands there says nothing. */
function readExpiration(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
