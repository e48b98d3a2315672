/** A limit shared by a channel, in a transaction: messages whose acknowledgement waits for the commit count until then. */

import { openChannel } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { createBroker } from '../../src/index.ts'
import { declareQueue, inspect, sendTo, takeDeliveries, untilReady } from './support.ts'

it('counts what is acknowledged and not committed when the limit is set again', async () => {
  await using broker = await createBroker({ port: 0 })
  await using peer = await openChannel(broker.port)
  await using other = await openChannel(broker.port)
  const queue = await declareQueue(other, 'qos-in-tx', { exclusive: false })
  await peer.call(1, 'tx.select')
  await peer.call(1, 'basic.qos', { prefetchCount: 2, global: true })
  await peer.call(1, 'basic.consume', { queue })
  const bodies = Array.from({ length: 9 }, (_, number) => String(number))
  for (const body of bodies) sendTo(other, queue, body)
  expect(await takeDeliveries(peer, 2)).toEqual(['0', '1'])
  peer.send(1, 'basic.ack', { deliveryTag: 2, multiple: true })
  await peer.call(1, 'basic.qos', { prefetchCount: 2, global: true })
  // Would come before the answer, or with it.
  await peer.call(1, 'channel.flow', { active: true })
  expect(await inspect(other, queue)).toMatchObject({ messageCount: 7 })
  await peer.call(1, 'tx.commit')
  expect(await takeDeliveries(peer, 2)).toEqual(['2', '3'])
  await untilReady(other, queue, 5)
  await peer.call(1, 'channel.flow', { active: true })
  expect(await inspect(other, queue)).toMatchObject({ messageCount: 5 })
})
