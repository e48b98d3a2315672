/**
 * Where messages stay that could not be handed on at once.
 *
 * A message is written once, whatever the number of queues that hold it; each queue holds one reference. The store counts references,
 * not messages, and gives the space back when none is left.
 */

import type { Message } from '../queue/message.ts'
import type { IndexMemory } from './store/index-memory.ts'

export interface MessageStore {
  /**
   * Takes one reference to `message`, writing it first if no queue has done so, and returns its position.
   *
   * Afterwards `message.position` is set. A position is below 2^53 and belongs to the message until its last reference is released.
   */
  keep(message: Message): number
  /**
   * Points `into` at the message at `position`. Valid until the next call of `keep` or `release`.
   *
   * Returns `false` when it cannot be read because the disk is damaged; `into` is then an empty message.
   */
  read(position: number, into: Message): boolean
  /** Gives one reference back. Returns whether the message is in the log, where its end has to be recorded. */
  release(position: number): boolean
  /** Whether the message is in the log. */
  isLogged(position: number): boolean
  /**
   * Returns whether the message at `position` is in memory, and has those behind it read ahead. If it is not, `ready` is called once it is;
   * `read` would hold the event loop for the time of a read of the disk.
   */
  enter(position: number, ready: () => void): boolean
  /** Whether there are messages that are not in memory. */
  readonly isScattered: boolean
  /** Bytes held in memory for messages and for the index of queues, free space inside blocks and pages included. */
  readonly memoryBytes: number
  /** Whether it must not be used any more. */
  readonly isClosed: boolean
  /** The memory for the index of queues. */
  readonly index: IndexMemory
}
