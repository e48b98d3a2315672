/** Methods of the class `queue`. */

import { type MethodArgs, ReplyCode, type TypedTable } from '@warrenmq/codec'
import { createName } from '../../../clock.ts'
import { ChannelException, ConnectionException } from '../../../errors.ts'
import type { Queue } from '../../../queue/queue.ts'
import { QueueType } from '../../../queue/queue-type.ts'
import { DIRECT_REPLY_TO } from '../../../vhost/reply-queues.ts'
import { cleanName, describeResource } from '../../../vhost/resource-name.ts'
import { reservedName } from '../../../vhost/vhost.ts'
import type { Channel } from '../channel.ts'
import { assertMayBind } from './exchange.ts'
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
    const queueName = resolveQueueName(channel, args.queue)
    const exchangeName = cleanName(args.exchange)
    const routingKey = resolveRoutingKey(args, queueName)
    assertMayBind(channel, { kind: 'queue', name: queueName }, exchangeName, routingKey)
    const source = channel.vhost.exchange(exchangeName)
    const destination = channel.vhost.queueFor(queueName, channel.connection)
    channel.vhost.bind(source, { destination, routingKey, arguments: args.arguments })
    if (!args.noWait) channel.send('queue.bind-ok', {})
  },

  'queue.unbind'(channel, args) {
    const queueName = resolveQueueName(channel, args.queue)
    const exchangeName = cleanName(args.exchange)
    const routingKey = resolveRoutingKey(args, queueName)
    assertMayBind(channel, { kind: 'queue', name: queueName }, exchangeName, routingKey)
    const source = channel.vhost.exchanges.get(exchangeName)
    const destination = channel.vhost.queues.get(queueName)
    if (source !== undefined && destination !== undefined) {
      const binding = { destination, routingKey, arguments: args.arguments }
      channel.vhost.unbindQueue(source, binding, channel.connection)
    }
    channel.send('queue.unbind-ok', {})
  },

  'queue.purge'(channel, args) {
    const name = resolveQueueName(channel, args.queue)
    channel.rights.assertMay('read', 'queue', name)
    const queue = channel.vhost.queueFor(name, channel.connection)
    const messageCount = queue.purge()
    if (!args.noWait) channel.send('queue.purge-ok', { messageCount })
  },

  'queue.delete'(channel, args) {
    const name = resolveQueueName(channel, args.queue)
    channel.rights.assertMay('configure', 'queue', name)
    let messageCount = 0
    if (channel.vhost.queues.has(name)) {
      const queue = channel.vhost.queueFor(name, channel.connection)
      assertDeletable(queue, args, describeResource('queue', name, channel.vhost.name))
      messageCount = channel.vhost.deleteQueue(queue)
    }
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
  const { connection, vhost } = channel
  const given = cleanName(args.queue)
  const type = args.arguments['x-queue-type']?.value
  if (given === '' && (type === 'quorum' || type === 'stream')) {
    const text = `Cannot declare a server-named queue for type rabbit_${type}_queue`
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
  }
  if (given === '') channel.madeUpQueueName ??= createName('amq.gen', connection.services.random)
  const name = given === '' ? (channel.madeUpQueueName as string) : given
  // Also when the queue is there: a name that the broker made can be declared again only passively.
  if (given.startsWith('amq.')) throw reservedName('queue', given)
  assertMayDeclare(channel, name, args.arguments)
  channel.madeUpQueueName = undefined
  const settings = {
    name,
    // An exclusive queue ends with its connection, so it is kept as a transient one.
    durable: args.durable && !args.exclusive,
    autoDelete: args.autoDelete,
    arguments: args.arguments,
    exclusiveOwner: args.exclusive ? connection : undefined,
  }
  const { queue, created } = vhost.declareQueue(settings, connection)
  if (created && args.exclusive) connection.exclusiveQueues.add(queue)
  return queue
}

/** A new queue sends messages on to its dead-letter exchange, for which its maker needs the rights, too. */
function assertMayDeclare({ rights, vhost }: Channel, name: string, args: TypedTable): void {
  rights.assertMay('configure', 'queue', name)
  const deadLetter = args['x-dead-letter-exchange']
  if (deadLetter?.tag !== 'S' || vhost.queues.has(name)) return
  rights.assertMay('read', 'queue', name)
  rights.assertMay('write', 'exchange', deadLetter.value as string)
}

function resolveRoutingKey(args: { readonly queue: string; readonly routingKey: string }, queueName: string): string {
  return args.queue === '' && args.routingKey === '' ? queueName : args.routingKey
}

function assertDeletable(queue: Queue, args: MethodArgs<'queue.delete'>, resource: string): void {
  const flag = args.ifUnused ? 'if-unused' : 'if-empty'
  if (queue.type === QueueType.quorum && (args.ifUnused || args.ifEmpty)) {
    throw new ConnectionException(
      ReplyCode.NOT_IMPLEMENTED,
      `cannot delete ${resource}. queue.delete operations with ${flag} flag set are not supported by quorum queues`,
    )
  }
  if (args.ifEmpty && queue.readyCount > 0) {
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, `${resource} not empty`)
  }
  if (args.ifUnused && queue.consumers.size > 0) {
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, `${resource} in use`)
  }
}
