/** Methods of the class `exchange`. */

import type { MethodArgs } from '@warrenmq/codec'
import { cleanName } from '../../../vhost/resource-name.ts'
import {
  assertNotDefault,
  bindExchange,
  declareExchange,
  deleteExchange,
  type NamedBinding,
  unbindExchange,
} from '../../../vhost/topology-actions.ts'
import type { MethodHandlers } from './index.ts'

export const exchangeHandlers: MethodHandlers = {
  'exchange.declare'(channel, args) {
    const name = cleanName(args.exchange)
    if (args.passive) {
      assertNotDefault(name)
      channel.vhost.exchange(name)
    } else {
      const { type, durable, autoDelete, internal } = args
      declareExchange(channel, { name, type, durable, autoDelete, internal, arguments: args.arguments })
    }
    if (!args.noWait) channel.send('exchange.declare-ok', {})
  },

  'exchange.delete'(channel, args) {
    deleteExchange(channel, cleanName(args.exchange), args.ifUnused)
    if (!args.noWait) channel.send('exchange.delete-ok', {})
  },

  'exchange.bind'(channel, args) {
    bindExchange(channel, bindingOf(args))
    if (!args.noWait) channel.send('exchange.bind-ok', {})
  },

  'exchange.unbind'(channel, args) {
    unbindExchange(channel, bindingOf(args))
    if (!args.noWait) channel.send('exchange.unbind-ok', {})
  },
}

function bindingOf(args: MethodArgs<'exchange.bind'> | MethodArgs<'exchange.unbind'>): NamedBinding {
  return {
    source: cleanName(args.source),
    destination: cleanName(args.destination),
    routingKey: args.routingKey,
    arguments: args.arguments,
  }
}
