/**
 * Declaring, deleting, binding and purging with the rights of a user: what AMQP's methods and the management API share.
 *
 * Rights are asked in RabbitMQ's order, and before anything is changed. Names come cleaned.
 */

import { ReplyCode, type TypedTable } from '@warrenmq/codec'
import type { ResourceKind } from '../access/authorization-backend.ts'
import type { Rights } from '../access/rights.ts'
import { ChannelException, ConnectionException } from '../errors.ts'
import type { Queue, QueueOwner, QueueSettings } from '../queue/queue.ts'
import { QueueType } from '../queue/queue-type.ts'
import type { Exchange, ExchangeSettings } from './exchange.ts'
import { withDefaultType } from './queue-declaration.ts'
import { describeResource } from './resource-name.ts'
import { reservedName, type Vhost } from './vhost.ts'

/** Who acts, and where. */
export interface Actor {
  readonly rights: Rights
  readonly vhost: Vhost
}

/** When a queue may be deleted. */
export interface DeleteConditions {
  readonly ifUnused: boolean
  readonly ifEmpty: boolean
}

/** One binding, by the names of its ends. */
export interface NamedBinding {
  readonly source: string
  readonly destination: string
  readonly routingKey: string
  readonly arguments: TypedTable
}

/** Makes an exchange, or checks that the one that exists is the same. */
export function declareExchange(actor: Actor, settings: ExchangeSettings): Exchange {
  assertNotDefault(settings.name)
  assertMayDeclareExchange(actor, settings)
  return actor.vhost.declareExchange(settings)
}

/** Ends an exchange; one that does not exist is no error. */
export function deleteExchange({ rights, vhost }: Actor, name: string, ifUnused: boolean): void {
  assertNotDefault(name)
  // Nobody may delete a system exchange, and is told so first.
  if (!name.startsWith('amq.')) rights.assertMay('configure', 'exchange', name)
  vhost.deleteExchange(name, ifUnused)
}

/** Makes a queue, or checks that the one that exists is the same. The name is not empty. */
export function declareQueue(
  actor: Actor,
  settings: QueueSettings,
  owner: QueueOwner,
): { readonly queue: Queue; readonly created: boolean } {
  assertMayDeclareQueue(actor, settings)
  return actor.vhost.declareQueue(withDefaultType(settings, actor.vhost), owner)
}

/** Ends a queue; one that does not exist is no error. Returns the number of ready messages dropped. */
export function deleteQueue(
  { rights, vhost }: Actor,
  name: string,
  conditions: DeleteConditions,
  owner: QueueOwner,
): number {
  rights.assertMay('configure', 'queue', name)
  if (!vhost.queues.has(name)) return 0
  const queue = vhost.queueFor(name, owner)
  assertDeletable(queue, conditions, describeResource('queue', name, vhost.name))
  return vhost.deleteQueue(queue)
}

/** Drops what is ready in a queue. Returns how many messages that were. */
export function purgeQueue({ rights, vhost }: Actor, name: string, owner: QueueOwner): number {
  rights.assertMay('read', 'queue', name)
  return vhost.queueFor(name, owner).purge()
}

/** The queue that somebody wants to get messages from, if that is allowed. */
export function queueToGetFrom({ rights, vhost }: Actor, name: string, owner: QueueOwner): Queue {
  rights.assertMay('read', 'queue', name)
  const queue = vhost.queueFor(name, owner)
  assertGettable(queue, describeResource('queue', name, vhost.name))
  return queue
}

/** Binds a queue; the same binding again is no error. */
export function bindQueue(actor: Actor, binding: NamedBinding, owner: QueueOwner): void {
  const { vhost } = actor
  assertMayBind(actor, 'queue', binding)
  const source = vhost.exchange(binding.source)
  const destination = vhost.queueFor(binding.destination, owner)
  vhost.bind(source, { destination, routingKey: binding.routingKey, arguments: binding.arguments })
}

/** Removes a binding of a queue; one that does not exist is no error. */
export function unbindQueue(actor: Actor, binding: NamedBinding, owner: QueueOwner): void {
  const { vhost } = actor
  assertMayBind(actor, 'queue', binding)
  const source = vhost.exchanges.get(binding.source)
  const destination = vhost.queues.get(binding.destination)
  if (source === undefined || destination === undefined) return
  const { routingKey } = binding
  vhost.unbindQueue(source, { destination, routingKey, arguments: binding.arguments }, owner)
}

/** Binds an exchange to another; the same binding again is no error. */
export function bindExchange(actor: Actor, binding: NamedBinding): void {
  const { vhost } = actor
  assertMayBind(actor, 'exchange', binding)
  const source = vhost.exchange(binding.source)
  const destination = vhost.exchange(binding.destination)
  vhost.bind(source, { destination, routingKey: binding.routingKey, arguments: binding.arguments })
}

/** Removes a binding of an exchange; one that does not exist is no error. */
export function unbindExchange(actor: Actor, binding: NamedBinding): void {
  const { vhost } = actor
  assertMayBind(actor, 'exchange', binding)
  const source = vhost.exchanges.get(binding.source)
  const destination = vhost.exchanges.get(binding.destination)
  if (source === undefined || destination === undefined) return
  vhost.unbind(source, { destination, routingKey: binding.routingKey, arguments: binding.arguments })
}

/** @throws ChannelException ACCESS_REFUSED for the default exchange, which nobody may change. */
export function assertNotDefault(exchange: string): void {
  if (exchange === '') {
    throw new ChannelException(ReplyCode.ACCESS_REFUSED, 'operation not permitted on the default exchange')
  }
}

/** Rights on both ends of a binding; the default exchange cannot be either. @throws ChannelException ACCESS_REFUSED */
function assertMayBind({ rights, vhost }: Actor, kind: ResourceKind, binding: NamedBinding): void {
  const { source, destination, routingKey } = binding
  rights.assertMay('write', kind, destination)
  if (kind === 'exchange') assertNotDefault(destination)
  assertNotDefault(source)
  rights.assertMay('read', 'exchange', source)
  if (vhost.exchanges.get(source)?.settings.type === 'topic') rights.assertMayUseTopic('read', source, routingKey)
}

/** A new exchange sends messages on to its alternate one, for which its maker needs the rights, too. */
function assertMayDeclareExchange({ rights, vhost }: Actor, { name, arguments: args }: ExchangeSettings): void {
  rights.assertMay('configure', 'exchange', name)
  const alternate = args['alternate-exchange']
  if (alternate?.tag !== 'S' || vhost.exchanges.has(name) || name.startsWith('amq.')) return
  rights.assertMay('read', 'exchange', name)
  rights.assertMay('write', 'exchange', alternate.value as string)
}

/** A new queue sends messages on to its dead-letter exchange, for which its maker needs the rights, too. */
function assertMayDeclareQueue({ rights, vhost }: Actor, { name, arguments: args }: QueueSettings): void {
  rights.assertMay('configure', 'queue', name)
  const deadLetter = args['x-dead-letter-exchange']
  if (deadLetter?.tag !== 'S' || vhost.queues.has(name)) return
  rights.assertMay('read', 'queue', name)
  rights.assertMay('write', 'exchange', deadLetter.value as string)
}

/** A name that only the broker may give, also when the queue is there. @throws ChannelException ACCESS_REFUSED */
export function assertQueueNameFree(name: string): void {
  if (name.startsWith('amq.')) throw reservedName('queue', name)
}

function assertDeletable(queue: Queue, { ifUnused, ifEmpty }: DeleteConditions, resource: string): void {
  const flag = ifUnused ? 'if-unused' : 'if-empty'
  if (queue.type === QueueType.quorum && (ifUnused || ifEmpty)) {
    throw new ConnectionException(
      ReplyCode.NOT_IMPLEMENTED,
      `cannot delete ${resource}. queue.delete operations with ${flag} flag set are not supported by quorum queues`,
    )
  }
  if (ifEmpty && queue.readyCount > 0) {
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, `${resource} not empty`)
  }
  if (ifUnused && queue.consumers.size > 0) {
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, `${resource} in use`)
  }
}

/** @throws ChannelException RESOURCE_LOCKED for a quorum queue with a single active consumer. */
function assertGettable(queue: Queue, resource: string): void {
  if (queue.type !== QueueType.quorum || !queue.features.singleActiveConsumer) return
  throw new ChannelException(
    ReplyCode.RESOURCE_LOCKED,
    `cannot obtain access to locked ${resource}. basic.get operations are not supported by quorum queues with single active consumer`,
  )
}
