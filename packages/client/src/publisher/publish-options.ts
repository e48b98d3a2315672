/** What a publisher is told, once and with each message. */

import type { MessageProperties } from '../message/properties.ts'
import type { WaitOptions } from '../waiting/deferred.ts'

/** Properties of a message, and how it is published. */
export interface PublishOptions extends MessageProperties {
  /** Whether it must reach a queue: if not, the promise is rejected with `MESSAGE_RETURNED`. @default the publisher's */
  readonly mandatory?: boolean
  /** Gives up waiting, with `ABORTED`. A message that was sent may reach its queue nevertheless. */
  readonly signal?: AbortSignal
}

/** Options of a publisher. */
export interface PublisherOptions extends WaitOptions {
  /** Most unconfirmed messages, from 1 to 1,000,000. @default 1000 */
  readonly window?: number
  /** Most messages that are held because they cannot be sent yet. More are rejected with `PUBLISHER_FULL`. @default 10000 */
  readonly heldMax?: number
  /**
   * What becomes of unconfirmed messages when the connection is lost: they are sent again, so that some may arrive twice, or rejected with
   * `CONNECTION_LOST`, so that some may have arrived.
   *
   * @default 'retry'
   */
  readonly onConnectionLost?: 'retry' | 'reject'
  /** Whether messages are persistent that do not say. @default true */
  readonly persistent?: boolean
  /** Whether messages are mandatory that do not say. @default false */
  readonly mandatory?: boolean
  /** Limit for each message from `publish` to its confirm, in milliseconds; 0 for none. At its end: `TIMEOUT`. @default the connection's */
  readonly timeoutMs?: number
}

/** A message of {@link Publisher.publishAll}. */
export interface OutgoingMessage extends PublishOptions {
  readonly exchange?: string
  readonly routingKey?: string
  readonly body: unknown
}
