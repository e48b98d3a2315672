/** Most consumers of a channel, most channels of a node. RabbitMQ has both since 3.12 and 4.1; the texts are its own. */

import { createBroker } from '@warrenmq/broker'
import { openChannel } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { declareQueue } from './support.ts'

it('closes the connection for one consumer more than a channel may have', async () => {
  await using broker = await createBroker({ port: 0, consumerMaxPerChannel: 2 })
  await using peer = await openChannel(broker.port)
  const queue = await declareQueue(peer)
  await peer.call(1, 'basic.consume', { queue, consumerTag: 'a' })
  await peer.call(1, 'basic.consume', { queue: 'amq.rabbitmq.reply-to', noAck: true })
  await peer.call(1, 'basic.cancel', { consumerTag: 'a' })
  await peer.call(1, 'basic.consume', { queue, consumerTag: 'b' })
  await peer.call(2, 'channel.open')
  await peer.call(2, 'basic.consume', { queue })
  peer.send(1, 'basic.consume', { queue, consumerTag: 'c' })
  expect(await peer.outcome()).toBe(
    'conn 530 NOT_ALLOWED - reached maximum (2) of consumers per channel [basic.consume]',
  )
})

it('closes the connection that opens one channel more than all may have', async () => {
  await using broker = await createBroker({ port: 0, channelMaxPerNode: 3 })
  await using first = await openChannel(broker.port)
  await using second = await openChannel(broker.port)
  await first.call(2, 'channel.open')
  await first.call(2, 'channel.close', { replyCode: 200 })
  await first.call(2, 'channel.open')
  second.send(2, 'channel.open')
  expect(await second.outcome()).toBe(
    "conn 530 NOT_ALLOWED - number of channels opened on node 'warren@localhost' has reached the maximum allowed limit of (3) [0.0]",
  )
  await first.call(3, 'channel.open')
})
