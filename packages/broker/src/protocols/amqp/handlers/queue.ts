/** Methods of the class `queue`. */

import { type MethodArgs, ReplyCode } from '@warrenmq/codec'
import { createName } from '../../../clock.ts'
import { ChannelException } from '../../../errors.ts'
import type { Queue } from '../../../queue/queue.ts'
import { DIRECT_REPLY_TO } from '../../../vhost/reply-queues.ts'
import { cleanName } from '../../../vhost/resource-name.ts'
import {
  assertQueueNameFree,
  bindQueue,
  declareQueue,
  deleteQueue,
  type NamedBinding,
  purgeQueue,
  unbindQueue,
} from '../../../vhost/topology-actions.ts'
import type { Channel } from '../channel.ts'
import type { MethodHandlers } from './index.ts'

export const queueHandlers: MethodHandlers = {
  'queue.declare'(channel, args) {
    if (declareReplies(channel, args)) return
    const queue = args.passive ? findPassively(channel, cleanName(args.queue)) : declare(channel, args)
    channel.lastQueueName = queue.name
    queue.used()
    if (args.noWait) return
    const messageCount = queue.readyCount
    channel.send('queue.declare-ok', { queue: queue.name, messageCount, consumerCount: queue.consumers.size })
  },

  'queue.bind'(channel, args) {
    bindQueue(channel, bindingOf(channel, args), channel.connection)
    if (!args.noWait) channel.send('queue.bind-ok', {})
  },

  'queue.unbind'(channel, args) {
    unbindQueue(channel, bindingOf(channel, args), channel.connection)
    channel.send('queue.unbind-ok', {})
  },

  'queue.purge'(channel, args) {
    const messageCount = purgeQueue(channel, resolveQueueName(channel, args.queue), channel.connection)
    if (!args.noWait) channel.send('queue.purge-ok', { messageCount })
  },

  'queue.delete'(channel, args) {
    const messageCount = deleteQueue(channel, resolveQueueName(channel, args.queue), args, channel.connection)
    if (!args.noWait) channel.send('queue.delete-ok', { messageCount })
  },
}

/** The name, or that of the queue last declared on the channel for an empty one. */
export function resolveQueueName(channel: Channel, name: string): string {
  const cleaned = cleanName(name)
  if (cleaned !== '') return cleaned
  if (channel.lastQueueName === undefined) {
    throw new ChannelException(ReplyCode.NOT_FOUND, 'no previously declared queue')
  }
  return channel.lastQueueName
}

function findPassively(channel: Channel, name: string): Queue {
  return channel.vhost.queueFor(name, channel.connection)
}

/**
 * Answers for `amq.rabbitmq.reply-to` and for the names of reply queues, which clients declare to see whether a reply can still arrive.
 * Returns whether it was one of them.
 */
function declareReplies(channel: Channel, { queue, noWait }: MethodArgs<'queue.declare'>): boolean {
  const { replies } = channel.vhost
  if (queue !== DIRECT_REPLY_TO && !replies.owns(queue)) return false
  // Who has the name of a reply queue that is gone, or made one up, is told what `queue` throws: it is not there.
  if (queue !== DIRECT_REPLY_TO && replies.find(queue) === undefined) channel.vhost.queue(queue)
  channel.lastQueueName = queue
  if (!noWait) channel.send('queue.declare-ok', { queue, messageCount: 0, consumerCount: 1 })
  return true
}

function declare(channel: Channel, args: MethodArgs<'queue.declare'>): Queue {
  const { connection } = channel
  const given = cleanName(args.queue)
  const type = args.arguments['x-queue-type']?.value
  if (given === '' && (type === 'quorum' || type === 'stream')) {
    const text = `Cannot declare a server-named queue for type rabbit_${type}_queue`
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
  }
  if (given === '') channel.madeUpQueueName ??= createName('amq.gen', connection.services.random)
  const name = given === '' ? (channel.madeUpQueueName as string) : given
  // A name that the broker made can be declared again only passively.
  assertQueueNameFree(given)
  const settings = {
    name,
    // An exclusive queue ends with its connection, so it is kept as a transient one.
    durable: args.durable && !args.exclusive,
    autoDelete: args.autoDelete,
    arguments: args.arguments,
    exclusiveOwner: args.exclusive ? connection : undefined,
  }
  const { queue, created } = declareQueue(channel, settings, connection)
  channel.madeUpQueueName = undefined
  if (created && args.exclusive) connection.exclusiveQueues.add(queue)
  return queue
}

function bindingOf(channel: Channel, args: MethodArgs<'queue.bind'> | MethodArgs<'queue.unbind'>): NamedBinding {
  const destination = resolveQueueName(channel, args.queue)
  return {
    source: cleanName(args.exchange),
    destination,
    routingKey: resolveRoutingKey(args, destination),
    arguments: args.arguments,
  }
}

function resolveRoutingKey(args: { readonly queue: string; readonly routingKey: string }, queueName: string): string {
  return args.queue === '' && args.routingKey === '' ? queueName : args.routingKey
}
