/** basic.qos: how many unacknowledged messages a consumer and a channel may hold. */

import { eventually, type RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import {
  declareQueue,
  get,
  inspect,
  itRefuses,
  onEachBroker,
  type Refusal,
  sendTo,
  takeDeliveries,
  untilReady,
} from './support.ts'

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses a prefetch size',
    steps: (peer) => peer.send(1, 'basic.qos', { prefetchSize: 10 }),
    expected: 'conn 540 NOT_IMPLEMENTED - prefetch_size!=0 (10) [basic.qos]',
  },
]

const BODIES = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6']

async function filledQueue(peer: RawPeer): Promise<string> {
  const queue = await declareQueue(peer)
  for (const body of BODIES) sendTo(peer, queue, body)
  return queue
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('gives a consumer no more than its prefetch, and the next for each ack', async () => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.qos', { prefetchCount: 2 })
    await peer.call(2, 'basic.consume', { queue })
    expect(await takeDeliveries(peer, 2, 2)).toEqual(['m1', 'm2'])
    await untilReady(peer, queue, 4)
    peer.send(2, 'basic.ack', { deliveryTag: 1 })
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['m3'])
    peer.send(2, 'basic.ack', { deliveryTag: 3, multiple: true })
    expect(await takeDeliveries(peer, 2, 2)).toEqual(['m4', 'm5'])
    await untilReady(peer, queue, 1)
    expect(peer.pending).toEqual([])
  })

  it('counts for each consumer of the channel by itself', async () => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 2 })
    peer.send(1, 'basic.consume', { queue, noWait: true })
    peer.send(1, 'basic.consume', { queue, noWait: true })
    expect(await takeDeliveries(peer, 4)).toEqual(['m1', 'm2', 'm3', 'm4'])
    await untilReady(peer, queue, 2)
    expect(await inspect(peer, queue)).toEqual({ messageCount: 2, consumerCount: 2 })
  })

  it.each([
    { own: 3, shared: 2, delivered: ['m1', 'm2'] },
    { own: 2, shared: 3, delivered: ['m1', 'm2'] },
  ])('lets the stricter of both limits win: $own of its own, $shared shared', async ({ own, shared, delivered }) => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: own })
    await peer.call(1, 'basic.qos', { prefetchCount: shared, global: true })
    peer.send(1, 'basic.consume', { queue, noWait: true })
    expect(await takeDeliveries(peer, 2)).toEqual(delivered)
    await untilReady(peer, queue, 4)
    expect(peer.pending).toEqual([])
    peer.send(1, 'basic.ack', { deliveryTag: 2, multiple: true })
    expect(await takeDeliveries(peer, 2)).toEqual(['m3', 'm4'])
  })

  it('lifts the shared limit when one for each consumer is set after it', async () => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 1, global: true })
    peer.send(1, 'basic.consume', { queue, noWait: true })
    expect(await takeDeliveries(peer, 1)).toEqual(['m1'])
    await untilReady(peer, queue, 5)
    peer.send(1, 'basic.qos', { prefetchCount: 2 })
    const bodies: string[] = []
    await eventually(async () => {
      const coming = await peer.peek(1)
      if (coming.includes('basic.qos-ok')) await peer.expect(1, 'basic.qos-ok')
      else bodies.push(...(await takeDeliveries(peer, 1)))
      return bodies.length === 5
    }, 'all messages')
    expect(bodies).toEqual(['m2', 'm3', 'm4', 'm5', 'm6'])
  })

  it('applies to consumers that start later', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    peer.send(1, 'basic.consume', { queue, consumerTag: 'one', noWait: true })
    await peer.call(1, 'basic.qos', { prefetchCount: 5 })
    for (const body of BODIES) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, 1)).toEqual(['m1'])
    await untilReady(peer, queue, 5)
    peer.send(1, 'basic.consume', { queue, consumerTag: 'five', noWait: true })
    expect(await takeDeliveries(peer, 5)).toEqual(['m2', 'm3', 'm4', 'm5', 'm6'])
  })

  it('takes 0 for no limit', async () => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    await peer.call(1, 'basic.qos', { prefetchCount: 0 })
    peer.send(1, 'basic.consume', { queue, noWait: true })
    expect(await takeDeliveries(peer, 6)).toEqual(BODIES)
  })

  it('does not limit consumers that need no ack', async () => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    await peer.call(1, 'basic.qos', { prefetchCount: 1, global: true })
    peer.send(1, 'basic.consume', { queue, noAck: true, noWait: true })
    expect(await takeDeliveries(peer, 6)).toEqual(BODIES)
  })

  it('does not limit basic.get', async () => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    await peer.call(1, 'basic.qos', { prefetchCount: 1, global: true })
    for (const body of BODIES) expect((await get(peer, queue, { noAck: false }))?.body.toString()).toBe(body)
  })

  it('shares a global limit among the consumers of the channel, also those that run', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue })
    await peer.call(2, 'basic.qos', { prefetchCount: 3, global: true })
    await peer.call(2, 'basic.consume', { queue })
    for (const body of BODIES) sendTo(peer, queue, body)
    expect((await takeDeliveries(peer, 3, 2)).sort()).toEqual(['m1', 'm2', 'm3'])
    await untilReady(peer, queue, 3)
    peer.send(2, 'basic.ack', { deliveryTag: 2 })
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['m4'])
    await untilReady(peer, queue, 2)
    expect(peer.pending).toEqual([])
  })

  it('resumes at once when the global limit is lifted', async () => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.qos', { prefetchCount: 2, global: true })
    await peer.call(2, 'basic.consume', { queue })
    expect(await takeDeliveries(peer, 2, 2)).toEqual(['m1', 'm2'])
    await untilReady(peer, queue, 4)
    await peer.call(2, 'basic.qos', { prefetchCount: 0, global: true })
    expect(await takeDeliveries(peer, 4, 2)).toEqual(['m3', 'm4', 'm5', 'm6'])
  })

  it.each([
    ['the consumer', 1, 3],
    ['the channel', 3, 1],
  ])('minds the stricter limit: that of %s', async (_whose, consumerCount, channelCount) => {
    await using peer = await target.openChannel()
    const queue = await filledQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.qos', { prefetchCount: consumerCount })
    await peer.call(2, 'basic.qos', { prefetchCount: channelCount, global: true })
    await peer.call(2, 'basic.consume', { queue })
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['m1'])
    await untilReady(peer, queue, 5)
    peer.send(2, 'basic.ack', { deliveryTag: 1 })
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['m2'])
    await untilReady(peer, queue, 4)
    expect(peer.pending).toEqual([])
  })
})
