/** Takes messages out of their queues for good, waiting or in a client's hands. */

import type { MessageStore } from '../log/message-store.ts'
import { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import type { LocatedMessage } from './located-message.ts'

const read = new Message()

/**
 * Takes a message out of its queue. A client that holds it keeps it, and may settle it, to no effect.
 *
 * Returns whether the message was where it was found; it is not when it has been delivered or settled meanwhile, or is held in a transaction.
 */
export function removeMessage(store: MessageStore, queue: Queue, located: LocatedMessage): boolean {
  const { sequence, position, priority, delivery } = located
  if (delivery === undefined) return queue.remove(sequence, position, priority, sizeOf(store, located))
  return delivery.channel.unacked.abandon(delivery.deliveryTag, queue, sequence)
}

function sizeOf(store: MessageStore, { position, size }: LocatedMessage): number {
  if (size !== undefined) return size
  store.read(position, read)
  return read.bodySize
}
