/** Consumer priorities: the highest first, in turn among equals, lower ones only while all above have as much as they may. */

import { typed } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { countByTag, declareQueue, inspect, onEachBroker, sendTo, untilReady } from './support.ts'

/** Starts a consumer with a prefetch, or without acknowledgement. */
async function consume(peer: RawPeer, queue: string, consumerTag: string, priority: number, prefetchCount = 0) {
  await peer.call(1, 'basic.qos', { prefetchCount })
  const args = { 'x-priority': typed('I', priority) }
  await peer.call(1, 'basic.consume', { queue, consumerTag, noAck: prefetchCount === 0, arguments: args })
}

/** Publishes one after the other, each when the last was delivered; returns the tags of the consumers they went to. */
async function tagsOf(peer: RawPeer, queue: string, count: number): Promise<string[]> {
  const tags: string[] = []
  while (tags.length < count) {
    sendTo(peer, queue, 'm')
    tags.push((await peer.expectContent(1, 'basic.deliver')).args.consumerTag)
  }
  return tags
}

onEachBroker((target) => {
  it('delivers to the highest priority alone while it can take messages', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await consume(peer, queue, 'low', 1)
    await consume(peer, queue, 'high', 10)
    await consume(peer, queue, 'negative', -1)
    expect(await tagsOf(peer, queue, 6)).toEqual(Array(6).fill('high'))
    await peer.call(1, 'basic.cancel', { consumerTag: 'high' })
    expect(await tagsOf(peer, queue, 3)).toEqual(Array(3).fill('low'))
    await peer.call(1, 'basic.cancel', { consumerTag: 'low' })
    expect(await tagsOf(peer, queue, 3)).toEqual(Array(3).fill('negative'))
  })

  it('takes turns within one priority', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await consume(peer, queue, 'low', 0)
    await consume(peer, queue, 'a', 5)
    await consume(peer, queue, 'b', 5)
    const tags = await tagsOf(peer, queue, 6)
    expect(tags.slice(0, 2).sort()).toEqual(['a', 'b'])
    expect(tags.slice(2)).toEqual([tags[0], tags[1], tags[0], tags[1]])
  })

  it('counts a missing priority as 0', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await consume(peer, queue, 'minus', -1)
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'plain', noAck: true })
    await consume(peer, queue, 'zero', 0)
    expect(new Set(await tagsOf(peer, queue, 4))).toEqual(new Set(['plain', 'zero']))
  })

  it('goes down the priorities as the higher ones have as much as they may, and up again', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await consume(peer, queue, 'low', 1, 3)
    await consume(peer, queue, 'high', 9, 2)
    await consume(peer, queue, 'middle', 5, 1)
    for (let count = 0; count < 8; count++) sendTo(peer, queue, `${count}`)
    expect(await countByTag(peer, 6)).toEqual({ high: 2, middle: 1, low: 3 })
    await untilReady(peer, queue, 2)
    // The delivery tags of the first two are those of the highest priority.
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    peer.send(1, 'basic.ack', { deliveryTag: 2 })
    expect(await countByTag(peer, 2)).toEqual({ high: 2 })
    expect((await inspect(peer, queue)).messageCount).toBe(0)
  })

  it('passes over a high priority whose channel has as much as all its consumers may hold', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 1, global: true })
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'high', arguments: { 'x-priority': 3 } })
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue, consumerTag: 'low', noAck: true })
    for (let count = 0; count < 3; count++) sendTo(peer, queue, `${count}`)
    const { args } = await peer.expectContent(1, 'basic.deliver')
    expect(await countByTag(peer, 2, 2)).toEqual({ low: 2 })
    peer.send(1, 'basic.ack', { deliveryTag: args.deliveryTag })
    await untilReady(peer, queue, 0)
    sendTo(peer, queue, '3')
    expect(await countByTag(peer, 1)).toEqual({ high: 1 })
  })

  it('gives what comes back to the highest priority', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue, consumerTag: 'first' })
    sendTo(peer, queue, 'm')
    await peer.expectContent(2, 'basic.deliver')
    await consume(peer, queue, 'low', 1)
    await consume(peer, queue, 'high', 2)
    await peer.call(2, 'channel.close', { replyCode: 200 })
    const { args } = await peer.expectContent(1, 'basic.deliver')
    expect([args.consumerTag, args.redelivered]).toEqual(['high', true])
  })
})
