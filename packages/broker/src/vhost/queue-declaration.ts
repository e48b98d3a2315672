/** What a declaration of a queue that exists is checked for, and whose an exclusive queue is. */

import { ReplyCode, type TypedTable, typed } from '@warrenmq/codec'
import { ChannelException } from '../errors.ts'
import type { Queue, QueueOwner, QueueSettings } from '../queue/queue.ts'
import { QueueType } from '../queue/queue-type.ts'
import { assertSameArguments, assertSameProperty } from './equivalence.ts'
import { comparedArguments } from './queue-arguments.ts'
import type { Vhost } from './vhost.ts'

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

/**
 * What a client asks for in a vhost with a default type of queue (RabbitMQ's `default_queue_type`): a queue of that type where it names none,
 * and the queue can be one. Classic is what it gets without.
 */
export function withDefaultType(settings: QueueSettings, { metadata }: Vhost): QueueSettings {
  const { durable, autoDelete, exclusiveOwner, arguments: table } = settings
  const canBeQuorum = durable && !autoDelete && exclusiveOwner === undefined && table['x-queue-type'] === undefined
  if (!canBeQuorum || metadata?.defaultQueueType !== QueueType.quorum) return settings
  const typedTable: TypedTable = Object.assign(Object.create(null), table, {
    'x-queue-type': typed('S', QueueType.quorum),
  })
  return { ...settings, arguments: Object.freeze(typedTable) }
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
