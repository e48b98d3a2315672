/** Methods of the class `exchange`. */

import { type MethodArgs, ReplyCode, type TypedTable } from '@warrenmq/codec'
import type { ResourceKind } from '../../../access/authorization-backend.ts'
import { ChannelException } from '../../../errors.ts'
import { cleanName } from '../../../vhost/resource-name.ts'
import type { Channel } from '../channel.ts'
import type { MethodHandlers } from './index.ts'

export const exchangeHandlers: MethodHandlers = {
  'exchange.declare'(channel, args) {
    const name = cleanName(args.exchange)
    assertNotDefault(name)
    if (args.passive) channel.vhost.exchange(name)
    else {
      const { type, durable, autoDelete, internal } = args
      assertMayDeclare(channel, name, args.arguments)
      channel.vhost.declareExchange({ name, type, durable, autoDelete, internal, arguments: args.arguments })
    }
    if (!args.noWait) channel.send('exchange.declare-ok', {})
  },

  'exchange.delete'(channel, args) {
    const name = cleanName(args.exchange)
    assertNotDefault(name)
    // Nobody may delete a system exchange, and is told so first.
    if (!name.startsWith('amq.')) channel.rights.assertMay('configure', 'exchange', name)
    channel.vhost.deleteExchange(name, args.ifUnused)
    if (!args.noWait) channel.send('exchange.delete-ok', {})
  },

  'exchange.bind'(channel, args) {
    const { source, destination } = names(args)
    assertMayBind(channel, { kind: 'exchange', name: destination }, source, args.routingKey)
    const from = channel.vhost.exchange(source)
    channel.vhost.bind(from, bindingOf(channel, args, destination))
    if (!args.noWait) channel.send('exchange.bind-ok', {})
  },

  'exchange.unbind'(channel, args) {
    const { source, destination } = names(args)
    assertMayBind(channel, { kind: 'exchange', name: destination }, source, args.routingKey)
    const from = channel.vhost.exchanges.get(source)
    if (from !== undefined && channel.vhost.exchanges.has(destination)) {
      channel.vhost.unbind(from, bindingOf(channel, args, destination))
    }
    if (!args.noWait) channel.send('exchange.unbind-ok', {})
  },
}

/** @throws ChannelException ACCESS_REFUSED for the default exchange, which nobody may change. */
export function assertNotDefault(exchange: string): void {
  if (exchange === '') {
    throw new ChannelException(ReplyCode.ACCESS_REFUSED, 'operation not permitted on the default exchange')
  }
}

type BindArgs = MethodArgs<'exchange.bind'> | MethodArgs<'exchange.unbind'>

function names(args: BindArgs): { source: string; destination: string } {
  const source = cleanName(args.source)
  return { source, destination: cleanName(args.destination) }
}

/**
 * Rights on both ends of a binding, in RabbitMQ's order; the default exchange cannot be either.
 *
 * @throws ChannelException ACCESS_REFUSED
 */
export function assertMayBind(
  { rights, vhost }: Channel,
  destination: { readonly kind: ResourceKind; readonly name: string },
  source: string,
  routingKey: string,
): void {
  rights.assertMay('write', destination.kind, destination.name)
  if (destination.kind === 'exchange') assertNotDefault(destination.name)
  assertNotDefault(source)
  rights.assertMay('read', 'exchange', source)
  if (vhost.exchanges.get(source)?.settings.type === 'topic') rights.assertMayUseTopic('read', source, routingKey)
}

/** A new exchange sends messages on to its alternate one, for which its maker needs the rights, too. */
function assertMayDeclare({ rights, vhost }: Channel, name: string, args: TypedTable): void {
  rights.assertMay('configure', 'exchange', name)
  const alternate = args['alternate-exchange']
  if (alternate?.tag !== 'S' || vhost.exchanges.has(name) || name.startsWith('amq.')) return
  rights.assertMay('read', 'exchange', name)
  rights.assertMay('write', 'exchange', alternate.value as string)
}

function bindingOf(channel: Channel, args: BindArgs, destination: string) {
  return {
    destination: channel.vhost.exchange(destination),
    routingKey: args.routingKey,
    arguments: args.arguments,
  }
}
