/** Queues that serve one consumer at a time: who that is, and who takes over. */

import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import {
  countByTag,
  declareQueue,
  drain,
  get,
  inspect,
  itRefuses,
  onEachBroker,
  type Refusal,
  sendTo,
  takeDeliveries,
  untilReady,
} from './support.ts'

const SINGLE = { arguments: { 'x-single-active-consumer': true } }

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses an exclusive consumer, even as the first',
    steps: async (peer) => {
      await declareQueue(peer, 'single-exclusive', SINGLE)
      peer.send(1, 'basic.consume', { queue: 'single-exclusive', exclusive: true })
    },
    expected: "ch 403 ACCESS_REFUSED - queue 'single-exclusive' in vhost '/' in exclusive use [basic.consume]",
  },
  {
    name: 'refuses an exclusive consumer behind others',
    steps: async (peer) => {
      await declareQueue(peer, 'single-exclusive2', SINGLE)
      await peer.call(1, 'basic.consume', { queue: 'single-exclusive2' })
      peer.send(1, 'basic.consume', { queue: 'single-exclusive2', exclusive: true })
    },
    expected: "ch 403 ACCESS_REFUSED - queue 'single-exclusive2' in vhost '/' in exclusive use [basic.consume]",
  },
  {
    name: 'refuses a redeclaration without it',
    steps: async (peer) => {
      await declareQueue(peer, 'single-redeclared', SINGLE)
      peer.send(1, 'queue.declare', { queue: 'single-redeclared', exclusive: true })
    },
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'x-single-active-consumer' for queue 'single-redeclared' in vhost '/': received none but current is the value 'true' of type 'bool' [queue.declare]",
  },
]

/** Opens a channel and starts a consumer there, which is named after it. */
async function consume(peer: RawPeer, queue: string, channel: number, priority = 0): Promise<void> {
  if (channel !== 1) await peer.call(channel, 'channel.open')
  const args = { 'x-priority': priority }
  await peer.call(channel, 'basic.consume', { queue, consumerTag: `c${channel}`, arguments: args })
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('serves the first consumer alone, whatever the priority of others', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 1)
    await consume(peer, queue, 2, 10)
    await consume(peer, queue, 3)
    for (let count = 0; count < 6; count++) sendTo(peer, queue, `${count}`)
    expect(await countByTag(peer, 6)).toEqual({ c1: 6 })
    expect((await inspect(peer, queue)).consumerCount).toBe(3)
  })

  it('keeps messages back for the active one when it has as many as it may', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    await consume(peer, queue, 1)
    await consume(peer, queue, 2)
    for (const body of ['a', 'b']) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, 1)).toEqual(['a'])
    await untilReady(peer, queue, 1)
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    expect(await takeDeliveries(peer, 1)).toEqual(['b'])
  })

  it('goes on with the next consumer when the channel of the active one closes, the messages in order', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 2)
    await consume(peer, queue, 3)
    await consume(peer, queue, 4)
    for (let count = 0; count < 5; count++) sendTo(peer, queue, `${count}`)
    expect(await takeDeliveries(peer, 5, 2)).toEqual(['0', '1', '2', '3', '4'])
    peer.send(2, 'basic.ack', { deliveryTag: 2 })
    await peer.call(2, 'channel.close', { replyCode: 200 })
    expect(await takeDeliveries(peer, 4, 3)).toEqual(['0', '2', '3', '4'])
    sendTo(peer, queue, '5')
    expect(await takeDeliveries(peer, 1, 3)).toEqual(['5'])
  })

  it('goes on with the next consumer when the connection of the active one is lost', async () => {
    await using first = await target.openChannel()
    await using second = await target.openChannel()
    const { queue } = await second.call(1, 'queue.declare', { ...SINGLE, autoDelete: true })
    await consume(first, queue, 1)
    await consume(second, queue, 2)
    for (const body of ['a', 'b', 'c']) sendTo(second, queue, body)
    await takeDeliveries(first, 3)
    first.socket.destroy()
    expect(await takeDeliveries(second, 3, 2)).toEqual(['a', 'b', 'c'])
  })

  it('goes on with the highest priority, then with who came first', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 2)
    await consume(peer, queue, 3)
    await consume(peer, queue, 4, 5)
    await consume(peer, queue, 5, 5)
    for (const [active, next] of [
      [2, 4],
      [4, 5],
      [5, 3],
    ]) {
      await peer.call(active, 'channel.close', { replyCode: 200 })
      sendTo(peer, queue, `for ${next}`)
      expect(await takeDeliveries(peer, 1, next)).toEqual([`for ${next}`])
      peer.send(next, 'basic.ack', { deliveryTag: 0, multiple: true })
    }
  })

  // RabbitMQ 3.10.8 serves nobody then, and its queue crashes with the next publish.
  it.skipIf(target.isRabbit)('goes on with the next consumer when the active one is cancelled', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 1)
    await consume(peer, queue, 2)
    sendTo(peer, queue, 'held')
    await takeDeliveries(peer, 1)
    await peer.call(1, 'basic.cancel', { consumerTag: 'c1' })
    sendTo(peer, queue, 'next')
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['next'])
    // What a live channel holds stays there, until it gives it back.
    expect((await inspect(peer, queue)).messageCount).toBe(0)
    peer.send(1, 'basic.nack', { deliveryTag: 1, requeue: true })
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['held'])
  })

  it('serves a consumer that comes after the only one has left', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 2)
    await peer.call(2, 'channel.close', { replyCode: 200 })
    sendTo(peer, queue, 'waits')
    await untilReady(peer, queue, 1)
    await consume(peer, queue, 3)
    expect(await takeDeliveries(peer, 1, 3)).toEqual(['waits'])
  })

  it('is not disturbed by a waiting consumer that leaves', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 1)
    await consume(peer, queue, 2)
    await consume(peer, queue, 3)
    await peer.call(2, 'channel.close', { replyCode: 200 })
    sendTo(peer, queue, 'm')
    expect(await takeDeliveries(peer, 1)).toEqual(['m'])
    await peer.call(1, 'channel.close', { replyCode: 200 })
    expect(await takeDeliveries(peer, 1, 3)).toEqual(['m'])
  })

  it('answers basic.get beside the active consumer', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    await consume(peer, queue, 1)
    for (const body of ['a', 'b', 'c']) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, 1)).toEqual(['a'])
    await peer.call(2, 'channel.open')
    expect((await get(peer, queue, { channel: 2 }))?.body.toString()).toBe('b')
    await peer.call(2, 'channel.close', { replyCode: 200 })
    expect((await inspect(peer, queue)).messageCount).toBe(1)
  })

  it('tells all its consumers when it is deleted', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 2)
    await consume(peer, queue, 3)
    await peer.call(1, 'queue.delete', { queue })
    for (const channel of [2, 3]) {
      expect(await peer.expect(channel, 'basic.cancel')).toEqual({ consumerTag: `c${channel}`, noWait: true })
    }
  })

  it('is an ordinary queue when the argument is false', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', { arguments: { 'x-single-active-consumer': false } })
    await consume(peer, queue, 1)
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'second' })
    for (let count = 0; count < 4; count++) sendTo(peer, queue, `${count}`)
    expect(await countByTag(peer, 4)).toEqual({ c1: 2, second: 2 })
  })

  it('gives what is left to whoever drains it', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', SINGLE)
    await consume(peer, queue, 2)
    for (const body of ['a', 'b']) sendTo(peer, queue, body)
    await takeDeliveries(peer, 2, 2)
    await peer.call(2, 'channel.close', { replyCode: 200 })
    await untilReady(peer, queue, 2)
    expect(await drain(peer, queue)).toEqual(['a', 'b'])
  })
})
