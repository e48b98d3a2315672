/** Makes the queues, exchanges and bindings of definitions in a vhost. What is there stays as it is. */

import { ReplyCode } from '@warrenmq/codec'
import { ChannelException } from '../errors.ts'
import type { QueueOwner } from '../queue/queue.ts'
import type { Destination } from '../vhost/exchange.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { BindingDefinition, ExchangeDefinition, QueueDefinition } from './definitions.ts'

/** Queues that definitions bring belong to no connection. */
const NOBODY: QueueOwner = { forgetQueue() {} }

/** Names that a broker gives itself are left out, as in RabbitMQ. */
function isReserved(name: string): boolean {
  return name === '' || name.startsWith('amq.')
}

export function addExchange(vhost: Vhost, definition: ExchangeDefinition): void {
  const { name, type, durable, autoDelete, internal, arguments: table } = definition
  if (isReserved(name) || vhost.exchanges.has(name)) return
  vhost.declareExchange({ name, type, durable, autoDelete, internal, arguments: table })
}

export function addQueue(vhost: Vhost, { name, durable, autoDelete, arguments: table }: QueueDefinition): void {
  if (isReserved(name) || vhost.queues.has(name)) return
  vhost.declareQueue({ name, durable, autoDelete, arguments: table, exclusiveOwner: undefined }, NOBODY)
}

/** `model`: the vhost that `vhost` stands in for, whose queues and exchanges may be bound as well. */
export function addBinding(vhost: Vhost, definition: BindingDefinition, model?: Vhost): void {
  const { source, destination, destinationType, routingKey, arguments: table } = definition
  if (destinationType !== 'queue' && destinationType !== 'exchange') {
    throw new ChannelException(
      ReplyCode.PRECONDITION_FAILED,
      `destination_type is '${destinationType}'; it must be 'queue' or 'exchange'`,
    )
  }
  if (source === '' || (destinationType === 'exchange' && destination === '')) {
    throw new ChannelException(ReplyCode.ACCESS_REFUSED, 'operation not permitted on the default exchange')
  }
  copyExchange(vhost, source, model)
  if (destinationType === 'exchange') copyExchange(vhost, destination, model)
  else copyQueue(vhost, destination, model)
  const from = vhost.exchange(source)
  const to: Destination = destinationType === 'queue' ? vhost.queue(destination) : vhost.exchange(destination)
  vhost.bind(from, { destination: to, routingKey, arguments: table })
}

function copyExchange(vhost: Vhost, name: string, model: Vhost | undefined): void {
  const settings = model?.exchanges.get(name)?.settings
  if (settings !== undefined && !vhost.exchanges.has(name)) vhost.declareExchange(settings)
}

function copyQueue(vhost: Vhost, name: string, model: Vhost | undefined): void {
  const settings = model?.queues.get(name)?.settings
  if (settings === undefined || vhost.queues.has(name)) return
  vhost.declareQueue({ ...settings, exclusiveOwner: undefined }, NOBODY)
}
