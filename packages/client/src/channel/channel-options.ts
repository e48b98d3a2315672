/** What a channel is told, and what it tells of. */

import type { Message } from '../message/message.ts'
import type { WaitOptions } from '../waiting/deferred.ts'

/** Options of a channel. */
export interface ChannelOptions extends WaitOptions {
  /** Most unacknowledged messages of each consumer, from 1 to 65535, where the consumer does not say. @default 100 */
  readonly prefetch?: number
}

/** Events of a channel. */
export interface ChannelEvents {
  /** It has ended for good. `error` is why, unless the user closed it. */
  readonly closed: { readonly error: Error | undefined }
  /** A handler failed. Its message has been dealt with as `onError` says. */
  readonly handlerFailed: { readonly error: unknown; readonly message: Message }
  /** A mandatory message of this channel's `publish` found no queue. */
  readonly returned: { readonly message: Message; readonly replyCode: number; readonly replyText: string }
}

/** A message that was fetched, and how many are left in the queue. */
export interface FetchedMessage {
  readonly message: Message
  readonly messageCount: number
}
