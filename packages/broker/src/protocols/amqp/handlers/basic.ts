/** Methods of the class `basic`, except publish and the short form of ack, which have their own ways. */

import { type MethodArgs, ReplyCode, type TypedTable } from '@warrenmq/codec'
import { createName } from '../../../clock.ts'
import { ChannelException, ConnectionException } from '../../../errors.ts'
import { consumerCreated, consumerDeleted } from '../../../events/connection-events.ts'
import type { Queue } from '../../../queue/queue.ts'
import { QueueType } from '../../../queue/queue-type.ts'
import { checkInteger, isInteger } from '../../../vhost/argument-value.ts'
import { DIRECT_REPLY_TO } from '../../../vhost/reply-queues.ts'
import { describeResource } from '../../../vhost/resource-name.ts'
import { queueToGetFrom } from '../../../vhost/topology-actions.ts'
import { type Channel, unknownDeliveryTag } from '../channel.ts'
import { AmqpConsumer } from '../consumer.ts'
import { writeMessage } from '../message-writer.ts'
import { createGetOkPrefix } from '../method-prefix.ts'
import { consumeReplies } from '../reply-to.ts'
import type { MethodHandlers } from './index.ts'
import { resolveQueueName } from './queue.ts'

export const basicHandlers: MethodHandlers = {
  'basic.qos'(channel, args) {
    if (args.prefetchSize !== 0) {
      throw new ConnectionException(ReplyCode.NOT_IMPLEMENTED, `prefetch_size!=0 (${args.prefetchSize})`)
    }
    if (!args.global) channel.prefetchCount = args.prefetchCount
    // As RabbitMQ does: a limit for each consumer lifts the one that all share.
    if (args.global || channel.globalPrefetchCount !== 0)
      channel.setGlobalPrefetch(args.global ? args.prefetchCount : 0)
    channel.send('basic.qos-ok', {})
  },

  'basic.consume'(channel, args) {
    if (args.consumerTag !== '' && channel.consumers.has(args.consumerTag)) {
      throw new ConnectionException(ReplyCode.NOT_ALLOWED, `attempt to reuse consumer tag '${args.consumerTag}'`)
    }
    assertConsumerAllowed(channel)
    if (args.queue === DIRECT_REPLY_TO) {
      consumeReplies(channel, args)
      return
    }
    const name = resolveQueueName(channel, args.queue)
    channel.rights.assertMay('read', 'queue', name)
    const queue = channel.vhost.queueFor(name, channel.connection)
    assertConsumable(channel, queue, args)
    const consumer = new AmqpConsumer(channel, queue, {
      tag: args.consumerTag || createName('amq.ctag', channel.connection.services.random),
      noAck: args.noAck,
      exclusive: args.exclusive,
      prefetchCount: channel.prefetchCount,
      priority: Number(args.arguments['x-priority']?.value ?? 0),
      timeoutMs: timeoutOf(args.arguments),
      arguments: args.arguments,
    })
    channel.consumers.set(consumer.tag, consumer)
    if (!args.noWait) channel.send('basic.consume-ok', { consumerTag: consumer.tag })
    channel.noteTimeout(consumer.timeoutMs)
    consumerCreated(consumer)
    queue.addConsumer(consumer)
  },

  'basic.cancel'(channel, args) {
    const consumer = channel.consumers.get(args.consumerTag)
    if (consumer !== undefined) {
      channel.consumers.delete(consumer.tag)
      consumer.queue.removeConsumer(consumer)
      if (consumer === channel.replyTo?.consumer) {
        channel.replyTo.close()
        channel.replyTo = undefined
      } else {
        consumerDeleted(consumer)
      }
    }
    if (!args.noWait) channel.send('basic.cancel-ok', { consumerTag: args.consumerTag })
    if (consumer !== undefined) channel.vhost.consumerLeft(consumer.queue)
  },

  'basic.get'(channel, args) {
    get(channel, queueToGetFrom(channel, resolveQueueName(channel, args.queue), channel.connection), args.noAck)
  },

  'basic.ack'(channel, args) {
    channel.ack(givenTag(args.deliveryTag), args.multiple)
  },

  'basic.nack'(channel, args) {
    channel.reject(givenTag(args.deliveryTag), args.multiple, args.requeue ? 'return' : 'reject')
  },

  'basic.reject'(channel, args) {
    channel.reject(givenTag(args.deliveryTag), false, args.requeue ? 'fail' : 'reject')
  },

  'basic.recover'(channel, args) {
    recover(channel, args.requeue)
    channel.send('basic.recover-ok', {})
  },

  'basic.recover-async'(channel, args) {
    recover(channel, args.requeue)
  },
}

/** A delivery tag that may have been given out: none is beyond 2^53. */
function givenTag(deliveryTag: number | bigint): number {
  if (typeof deliveryTag === 'bigint') throw unknownDeliveryTag(deliveryTag)
  return deliveryTag
}

function recover(channel: Channel, requeue: boolean): void {
  if (!requeue) throw new ConnectionException(ReplyCode.NOT_IMPLEMENTED, 'requeue=false')
  channel.settle(channel.takeUnacked(0, true), 'return')
}

/** @throws ConnectionException NOT_ALLOWED when the channel has as many consumers as it may. */
function assertConsumerAllowed(channel: Channel): void {
  const max = channel.connection.services.options.consumerMaxPerChannel
  if (max !== 0 && channel.consumers.size >= max) {
    throw new ConnectionException(ReplyCode.NOT_ALLOWED, `reached maximum (${max}) of consumers per channel`)
  }
}

/** `x-consumer-timeout` in milliseconds. Like every argument of a consumer that RabbitMQ 3.10 does not know, one that does not fit is ignored. */
function timeoutOf(table: TypedTable): number | undefined {
  const timeout = table['x-consumer-timeout']
  if (timeout === undefined || !isInteger(timeout) || Number(timeout.value) < 0) return undefined
  return Number(timeout.value)
}

function assertConsumable(channel: Channel, queue: Queue, args: MethodArgs<'basic.consume'>): void {
  const resource = describeResource('queue', queue.name, channel.vhost.name)
  const priority = args.arguments['x-priority']
  const reason = priority === undefined ? undefined : checkInteger(priority)
  if (reason !== undefined) {
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, `invalid arg 'x-priority' for ${resource}: ${reason}`)
  }
  if (args.arguments['x-stream-offset'] !== undefined) {
    const text = `invalid arg 'x-stream-offset' for ${resource} of queue type rabbit_${queue.type}_queue`
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
  }
  if (queue.type === QueueType.quorum && channel.globalPrefetchCount !== 0) {
    throw new ConnectionException(ReplyCode.NOT_IMPLEMENTED, `${resource} does not support global qos`)
  }
  const [first] = queue.consumers
  if ((args.exclusive && (queue.features.singleActiveConsumer || first !== undefined)) || first?.exclusive) {
    throw new ChannelException(ReplyCode.ACCESS_REFUSED, `${resource} in exclusive use`)
  }
}

function get(channel: Channel, queue: Queue, noAck: boolean): void {
  const taken = queue.take()
  const counts = channel.statistics.deliveriesFrom(queue)
  if (taken === undefined) {
    counts.getEmpty++
    channel.send('basic.get-empty', {})
    return
  }
  const { message, sequence, redelivered } = taken
  // Should it come again after a crash, it must come as redelivered. A disk that fails is still read from.
  if (queue.logId !== 0) channel.connection.session?.replyWhenDurable(true)
  const { position } = message
  const deliveryTag = channel.nextDeliveryTag++
  const prefix = createGetOkPrefix(channel.number, deliveryTag, redelivered)
  writeMessage(channel.output, channel.number, channel.frameSizeMax, prefix, message, queue.readyCount)
  if (redelivered) counts.redeliver++
  if (noAck) {
    counts.getNoAck++
    queue.settle(position, sequence)
  } else {
    counts.get++
    channel.unacked.push(deliveryTag, queue, position, sequence, undefined)
    channel.noteTimeout(queue.features.consumerTimeoutMs)
  }
}
