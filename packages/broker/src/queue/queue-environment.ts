/** What queues need of the vhost they belong to. */

import type { Clock } from '../clock.ts'
import type { Journal } from '../log/journal.ts'
import type { MessageStore } from '../log/message-store.ts'
import type { Turn } from '../scheduler/turn.ts'
import type { AllDeathCounts } from '../statistics/death-counts.ts'
import type { Queue } from './queue.ts'
import type { ReleaseList } from './release-list.ts'

/** Why a message left its queue without having been dealt with. Stands in `x-death` as it is. */
export const DeathReason = {
  rejected: 'rejected',
  expired: 'expired',
  maxlen: 'maxlen',
  deliveryLimit: 'delivery_limit',
} as const
export type DeathReason = (typeof DeathReason)[keyof typeof DeathReason]

export interface QueueEnvironment {
  readonly store: MessageStore
  readonly journal: Journal
  readonly turn: Turn
  readonly clock: Clock
  readonly deaths: AllDeathCounts
  /** Takes messages over that queues drop in great number. */
  readonly releases: ReleaseList
  /**
   * Takes a message over that died in `queue`, with the queue's reference to it, and sends it to the queue's dead-letter exchange
   * later in the turn. Then the queue is told to `end` it.
   *
   * @param sequence Its sequence number in the queue; -1 for a message that the queue refused.
   */
  deadLetter(queue: Queue, position: number, sequence: number, reason: DeathReason): void
  /**
   * Sequence numbers of the queue's messages that are in somebody's hands: a client's, or on their way to the dead-letter exchange. It
   * takes a walk through all channels.
   */
  handedOut(queue: Queue): number[]
  /** The queue was not used for as long as it may live without use. */
  queueExpired(queue: Queue): void
}
