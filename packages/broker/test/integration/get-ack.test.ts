/** basic.get and the answers to deliveries: ack, nack, reject. */

import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { declareQueue, drain, get, inspect, itRefuses, onEachBroker, type Refusal, sendTo } from './support.ts'

const UNKNOWN = 'ch 406 PRECONDITION_FAILED - unknown delivery tag'

/** Declares a queue with these messages and gets them all without acknowledging. */
async function getUnacked(peer: RawPeer, bodies: readonly string[], queue = ''): Promise<string> {
  const name = await declareQueue(peer, queue)
  for (const body of bodies) sendTo(peer, name, body)
  for (const _ of bodies) await get(peer, name, { noAck: false })
  return name
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'gets nothing from a missing queue',
    steps: (peer) => peer.send(1, 'basic.get', { queue: 'nosuch' }),
    expected: "ch 404 NOT_FOUND - no queue 'nosuch' in vhost '/' [basic.get]",
  },
  {
    name: 'knows no tag to ack',
    steps: (peer) => peer.send(1, 'basic.ack', { deliveryTag: 1 }),
    expected: `${UNKNOWN} 1 [basic.ack]`,
  },
  {
    name: 'knows no tag to nack',
    steps: (peer) => peer.send(1, 'basic.nack', { deliveryTag: 7, requeue: true }),
    expected: `${UNKNOWN} 7 [basic.nack]`,
  },
  {
    name: 'knows no tag to reject',
    steps: (peer) => peer.send(1, 'basic.reject', { deliveryTag: 3, requeue: true }),
    expected: `${UNKNOWN} 3 [basic.reject]`,
  },
  {
    name: 'knows no tag up to which to ack',
    steps: async (peer) => {
      await getUnacked(peer, ['a'])
      peer.send(1, 'basic.ack', { deliveryTag: 2, multiple: true })
    },
    expected: `${UNKNOWN} 2 [basic.ack]`,
  },
  {
    name: 'knows no tag beyond 2^53',
    steps: (peer) => peer.send(1, 'basic.ack', { deliveryTag: 2n ** 63n + 1n }),
    expected: `${UNKNOWN} 9223372036854775809 [basic.ack]`,
  },
  {
    name: 'knows no tag 0 without multiple',
    steps: async (peer) => {
      await getUnacked(peer, ['a'])
      peer.send(1, 'basic.ack', { deliveryTag: 0 })
    },
    expected: `${UNKNOWN} 0 [basic.ack]`,
  },
  {
    name: 'acks once',
    steps: async (peer) => {
      await getUnacked(peer, ['a'])
      peer.send(1, 'basic.ack', { deliveryTag: 1 })
      peer.send(1, 'basic.ack', { deliveryTag: 1 })
    },
    expected: `${UNKNOWN} 1 [basic.ack]`,
  },
  {
    name: 'acks multiple only up to a tag that is outstanding',
    steps: async (peer) => {
      await getUnacked(peer, ['a', 'b', 'c'])
      peer.send(1, 'basic.ack', { deliveryTag: 2 })
      peer.send(1, 'basic.ack', { deliveryTag: 2, multiple: true })
    },
    expected: `${UNKNOWN} 2 [basic.ack]`,
  },
  {
    name: 'takes no ack of a delivery that needs none',
    steps: async (peer) => {
      const queue = await declareQueue(peer)
      sendTo(peer, queue, 'm')
      await get(peer, queue, { noAck: true })
      peer.send(1, 'basic.ack', { deliveryTag: 1 })
    },
    expected: `${UNKNOWN} 1 [basic.ack]`,
  },
  {
    name: "takes no ack of another channel's delivery",
    steps: async (peer) => {
      await getUnacked(peer, ['a'])
      await peer.call(2, 'channel.open')
      peer.send(2, 'basic.ack', { deliveryTag: 1 })
    },
    expected: `${UNKNOWN} 1 [basic.ack]`,
  },
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('says that a queue is empty', async () => {
    await using peer = await target.openChannel()
    peer.send(1, 'basic.get', { queue: await declareQueue(peer) })
    expect(await peer.expect(1, 'basic.get-empty')).toEqual({ clusterId: '' })
  })

  it('gets with the count of what is left', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of ['a', 'b', 'c']) sendTo(peer, queue, body)
    const taken = [await get(peer, queue), await get(peer, queue, { noAck: false }), await get(peer, queue)]
    expect(taken.map((message) => message?.args)).toEqual([
      { deliveryTag: 1, redelivered: false, exchange: '', routingKey: queue, messageCount: 2 },
      { deliveryTag: 2, redelivered: false, exchange: '', routingKey: queue, messageCount: 1 },
      { deliveryTag: 3, redelivered: false, exchange: '', routingKey: queue, messageCount: 0 },
    ])
    expect(taken.map((message) => message?.body.toString())).toEqual(['a', 'b', 'c'])
  })

  it('shares one count of tags between gets and deliveries of a channel', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const other = await declareQueue(peer)
    sendTo(peer, queue, 'got')
    expect((await get(peer, queue))?.args.deliveryTag).toBe(1)
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    sendTo(peer, queue, 'delivered')
    expect((await peer.expectContent(1, 'basic.deliver')).args.deliveryTag).toBe(2)
    sendTo(peer, other, 'got again')
    expect((await get(peer, other))?.args.deliveryTag).toBe(3)
  })

  it('acks up to a tag with multiple', async () => {
    await using peer = await target.openChannel()
    const queue = await getUnacked(peer, ['a', 'b', 'c'])
    peer.send(1, 'basic.ack', { deliveryTag: 2, multiple: true })
    await peer.call(1, 'basic.recover', { requeue: true })
    expect(await drain(peer, queue)).toEqual(['c'])
  })

  it('acks all with tag 0 and multiple, also when there is nothing', async () => {
    await using peer = await target.openChannel()
    peer.send(1, 'basic.ack', { deliveryTag: 0, multiple: true })
    const queue = await getUnacked(peer, ['a', 'b', 'c'])
    peer.send(1, 'basic.ack', { deliveryTag: 0, multiple: true })
    await peer.call(1, 'basic.recover', { requeue: true })
    expect(await drain(peer, queue)).toEqual([])
  })

  it('nacks all with tag 0 and multiple, also when there is nothing', async () => {
    await using peer = await target.openChannel()
    peer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true })
    const queue = await getUnacked(peer, ['a', 'b', 'c'])
    peer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true })
    expect(await drain(peer, queue)).toEqual(['a', 'b', 'c'])
  })

  it('nacks up to a tag with multiple', async () => {
    await using peer = await target.openChannel()
    const queue = await getUnacked(peer, ['a', 'b', 'c'])
    peer.send(1, 'basic.nack', { deliveryTag: 2, multiple: true, requeue: true })
    expect(await drain(peer, queue)).toEqual(['a', 'b'])
  })

  it.each(['basic.nack', 'basic.reject'] as const)('drops a message with %s and no requeue', async (method) => {
    await using peer = await target.openChannel()
    const queue = await getUnacked(peer, ['a', 'b'])
    peer.send(1, method, { deliveryTag: 1, requeue: false })
    peer.send(1, method, { deliveryTag: 2, requeue: true })
    expect(await drain(peer, queue)).toEqual(['b'])
  })

  it('marks a message that comes again as redelivered', async () => {
    await using peer = await target.openChannel()
    const queue = await getUnacked(peer, ['a'])
    sendTo(peer, queue, 'fresh')
    peer.send(1, 'basic.reject', { deliveryTag: 1, requeue: true })
    expect((await get(peer, queue))?.args.redelivered).toBe(true)
    expect((await get(peer, queue))?.args.redelivered).toBe(false)
  })

  it('acks what a deleted queue delivered without complaint', async () => {
    await using peer = await target.openChannel()
    const queue = await getUnacked(peer, ['a', 'b', 'c'])
    await peer.call(1, 'queue.delete', { queue })
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    peer.send(1, 'basic.nack', { deliveryTag: 2, requeue: true })
    peer.send(1, 'basic.reject', { deliveryTag: 3, requeue: true })
    await inspect(peer, await declareQueue(peer))
  })
})
