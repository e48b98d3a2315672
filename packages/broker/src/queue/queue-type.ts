/** The types of queues, and what a queue of each is at present. */

import type { TypedTable } from '@warrenmq/codec'

export const QueueType = { classic: 'classic', quorum: 'quorum' } as const
export type QueueType = (typeof QueueType)[keyof typeof QueueType]

/** The type that a queue was declared with: `x-queue-type`, or classic without it. */
export function queueTypeOf(table: TypedTable): QueueType {
  return table['x-queue-type']?.value === QueueType.quorum ? QueueType.quorum : QueueType.classic
}

/**
 * What a queue of a type does about the loss of its node, for people. There is no cluster yet: a quorum queue has the rules of RabbitMQ's,
 * and one member.
 */
export const REPLICATION: { readonly [Type in QueueType]: string } = {
  classic: 'none: on this node alone',
  quorum: 'none: its only member is this node, as there is no cluster yet',
}
