/** Methods of the class `exchange`. */

import { type MethodArgs, ReplyCode } from '@warrenmq/codec'
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
      channel.vhost.declareExchange({ name, type, durable, autoDelete, internal, arguments: args.arguments })
    }
    if (!args.noWait) channel.send('exchange.declare-ok', {})
  },

  'exchange.delete'(channel, args) {
    const name = cleanName(args.exchange)
    assertNotDefault(name)
    channel.vhost.deleteExchange(name, args.ifUnused)
    if (!args.noWait) channel.send('exchange.delete-ok', {})
  },

  'exchange.bind'(channel, args) {
    const { source, destination } = names(args)
    const from = channel.vhost.exchange(source)
    channel.vhost.bind(from, bindingOf(channel, args, destination))
    if (!args.noWait) channel.send('exchange.bind-ok', {})
  },

  'exchange.unbind'(channel, args) {
    const { source, destination } = names(args)
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
  const destination = cleanName(args.destination)
  assertNotDefault(source)
  assertNotDefault(destination)
  return { source, destination }
}

function bindingOf(channel: Channel, args: BindArgs, destination: string) {
  return {
    destination: channel.vhost.exchange(destination),
    routingKey: args.routingKey,
    arguments: args.arguments,
  }
}
