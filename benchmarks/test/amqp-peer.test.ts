import { createBroker } from '@warrenmq/broker'
import { encodeContentHeaderFrame } from '@warrenmq/codec'
import { expect, it } from 'vitest'
import { AmqpPeer, openPeer } from '../src/amqp-peer.mjs'

it('counts the messages that wait in a queue', async () => {
  await using broker = await createBroker({ port: 0 })
  const peer = await openPeer(broker.port)
  await peer.call(1, 'queue.declare', { queue: 'waiting' }, 'queue.declare-ok')
  expect(await peer.readyCount('waiting')).toBe(0)
  publishEmpty(peer, 'waiting')
  publishEmpty(peer, 'waiting')
  expect(await peer.readyCount('waiting')).toBe(2)
  await peer.close()
})

it('says what the broker answered instead', async () => {
  await using broker = await createBroker({ port: 0 })
  const peer = await openPeer(broker.port)
  await expect(peer.readyCount('nowhere')).rejects.toThrow(
    "it answered channel.close (NOT_FOUND - no queue 'nowhere' in vhost '/') instead of queue.declare-ok",
  )
})

it('says why it could not connect', async () => {
  const broker = await createBroker({ port: 0 })
  await broker.close()
  await expect(AmqpPeer.connect(broker.port)).rejects.toThrow('ECONNREFUSED')
})

function publishEmpty(peer: AmqpPeer, routingKey: string) {
  peer.send(1, 'basic.publish', { routingKey })
  peer.write(encodeContentHeaderFrame(1, 0, {}))
}
