/**
 * What a queue knows of a consumer. Each protocol brings its own.
 */

import type { ConsumerRing } from './consumer-ring.ts'
import type { Message } from './message.ts'
import type { Queue } from './queue.ts'

export interface QueueConsumer {
  readonly tag: string
  readonly queue: Queue
  /** Whether a message handed over counts as settled at once. */
  readonly noAck: boolean
  readonly exclusive: boolean
  /** `x-priority`: consumers of a higher one are served first. @default 0 */
  readonly priority: number

  /** The ring it may stand in; `undefined` while it takes no part, as one who waits to become the single active consumer. */
  ring: ConsumerRing | undefined
  /** Whether it stands in its queue's ring. Set by the ring only, as are the links. */
  ready: boolean
  next: QueueConsumer | undefined
  previous: QueueConsumer | undefined

  /**
   * Takes a message over. With `noAck` it is settled by that; otherwise the consumer owes the queue `settle`, `reject` or `giveBack` with
   * this position and sequence, and has left the ring by its return if it can take no more.
   */
  deliver(message: Message, sequence: number, redelivered: boolean): void
  /** Whether it could take a message now. */
  canTake(): boolean
  /** The queue is gone, or it was taken from it. */
  queueDeleted(): void
}
