/** What a publisher is told with a message. */

import type { MessageProperties } from '../message/properties.ts'

/** Properties of a message, and how it is published. */
export interface PublishOptions extends MessageProperties {
  /** Whether it must reach a queue: if not, the promise is rejected with `MESSAGE_RETURNED`. @default the publisher's */
  readonly mandatory?: boolean
  /** Gives up waiting, with `ABORTED`. A message that was sent may reach its queue nevertheless. */
  readonly signal?: AbortSignal
}
