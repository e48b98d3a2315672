/** What a declaration of a queue that exists is checked for, and whose an exclusive queue is. */

import { ReplyCode } from '@warrenmq/codec'
import { ChannelException } from '../errors.ts'
import type { Queue, QueueOwner, QueueSettings } from '../queue/queue.ts'
import { assertSameArguments, assertSameProperty } from './equivalence.ts'
import { comparedArguments } from './queue-arguments.ts'

/** @throws ChannelException RESOURCE_LOCKED, or PRECONDITION_FAILED when the queue is another one than was declared. */
export function assertSameQueue(existing: Queue, settings: QueueSettings, owner: QueueOwner, resource: string): void {
  const current = existing.settings
  const isOtherKind = (current.exclusiveOwner === undefined) !== (settings.exclusiveOwner === undefined)
  if (isLockedFor(existing, owner) || isOtherKind) throw queueLocked(resource)
  assertSameProperty('durable', resource, settings.durable, current.durable)
  assertSameProperty('auto_delete', resource, settings.autoDelete, current.autoDelete)
  assertSameArguments(
    comparedArguments(existing.type, settings.arguments),
    resource,
    settings.arguments,
    current.arguments,
  )
}

/** Whether a queue is another connection's. */
export function isLockedFor(queue: Queue, owner: QueueOwner): boolean {
  const { exclusiveOwner } = queue.settings
  return exclusiveOwner !== undefined && exclusiveOwner !== owner
}

/** The refusal of a queue that is another connection's. */
export function queueLocked(resource: string): ChannelException {
  return new ChannelException(
    ReplyCode.RESOURCE_LOCKED,
    `cannot obtain exclusive access to locked ${resource}. It could be originally declared on another connection ` +
      'or the exclusive property value does not match that of the original declaration.',
  )
}
