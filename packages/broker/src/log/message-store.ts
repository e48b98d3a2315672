/**
 * Where messages stay that could not be handed on at once.
 *
 * A message is written once, whatever the number of queues that hold it; each queue holds one reference. The store counts references,
 * not messages, and gives the space back when none is left.
 */

import type { Message } from '../queue/message.ts'

export interface MessageStore {
  /**
   * Takes one reference to `message`, writing it first if no queue has done so, and returns its position.
   *
   * Afterwards `message.position` is set. A position is below 2^53 and belongs to the message until its last reference is released.
   */
  keep(message: Message): number
  /** Points `into` at the message at `position`. Valid until the next call of `keep` or `release`. */
  read(position: number, into: Message): void
  /** Gives one reference back. */
  release(position: number): void
  /** Bytes held in memory for messages, free space inside blocks included. */
  readonly memoryBytes: number
}
