/** Channels: opened, flowing, closed by either side, and apart from each other. */

import { eventually } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import {
  declareQueue,
  drain,
  get,
  inspect,
  itRefuses,
  onEachBroker,
  type Refusal,
  sendTo,
  untilReady,
} from './support.ts'

const NOT_OPEN = "conn 504 CHANNEL_ERROR - expected 'channel.open'"
const UNIMPLEMENTED = 'conn 503 COMMAND_INVALID - unimplemented method'

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses a method on a channel never opened',
    steps: (peer) => peer.send(2, 'queue.declare', { queue: 'q' }),
    expected: `${NOT_OPEN} [queue.declare]`,
  },
  {
    name: 'refuses channel.close on a channel never opened',
    steps: (peer) => peer.send(2, 'channel.close', { replyCode: 200 }),
    expected: `${NOT_OPEN} [channel.close]`,
  },
  {
    name: 'refuses channel.close-ok on a channel never opened',
    steps: (peer) => peer.send(2, 'channel.close-ok'),
    expected: `${NOT_OPEN} [channel.close-ok]`,
  },
  {
    name: 'refuses a method on a channel that was closed',
    steps: async (peer) => {
      await peer.call(1, 'channel.close', { replyCode: 200 })
      peer.send(1, 'basic.qos', {})
    },
    expected: `${NOT_OPEN} [basic.qos]`,
  },
  {
    name: 'refuses to open a channel twice',
    steps: (peer) => peer.send(1, 'channel.open'),
    expected: "conn 504 CHANNEL_ERROR - second 'channel.open' seen [channel.open]",
  },
  {
    name: 'refuses channel.close-ok that nobody asked for',
    steps: (peer) => peer.send(1, 'channel.close-ok'),
    expected: `${UNIMPLEMENTED} [channel.close-ok]`,
  },
  {
    name: 'refuses to stop the flow',
    steps: (peer) => peer.send(1, 'channel.flow', { active: false }),
    expected: 'conn 540 NOT_IMPLEMENTED - active=false [channel.flow]',
  },
  {
    name: 'refuses a reply that nobody asked for',
    steps: (peer) => peer.send(1, 'basic.cancel-ok', { consumerTag: 'c' }),
    expected: `${UNIMPLEMENTED} [basic.cancel-ok]`,
  },
  {
    name: 'refuses a method that only a broker sends',
    steps: (peer) => peer.send(1, 'queue.declare-ok', { queue: 'q' }),
    expected: `${UNIMPLEMENTED} [queue.declare-ok]`,
  },
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('keeps the flow going', async () => {
    await using peer = await target.openChannel()
    expect(await peer.call(1, 'channel.flow', { active: true })).toEqual({ active: true })
  })

  it('answers a close with any code, and the number may be opened again', async () => {
    await using peer = await target.openChannel()
    await peer.call(1, 'channel.close', { replyCode: 999, replyText: 'any' })
    await peer.call(1, 'channel.open')
    await peer.call(1, 'channel.close', { replyCode: 0 })
  })

  it('opens channels in any order', async () => {
    await using peer = await target.openConnection()
    for (const channel of [2047, 1, 500]) await peer.call(channel, 'channel.open')
    for (const channel of [500, 2047, 1]) await peer.call(channel, 'channel.flow', { active: true })
  })

  it('closes only the channel of a soft error', async () => {
    await using peer = await target.openChannel()
    await peer.call(2, 'channel.open')
    peer.send(1, 'queue.purge', { queue: 'no-such-queue' })
    await peer.expect(1, 'channel.close')
    await peer.call(2, 'channel.flow', { active: true })
    peer.send(1, 'channel.close-ok')
    await peer.call(1, 'channel.open')
    await peer.call(1, 'channel.flow', { active: true })
  })

  it('ignores what comes between its close and close-ok', async () => {
    await using peer = await target.openChannel()
    await peer.call(2, 'channel.open')
    const { queue } = await peer.call(2, 'queue.declare', { exclusive: true })
    peer.send(1, 'queue.purge', { queue: 'no-such-queue' })
    peer.publish(1, { routingKey: queue }, 'too late')
    peer.send(1, 'queue.declare', { queue: `${queue}-late`, exclusive: true })
    await peer.expect(1, 'channel.close')
    peer.publish(1, { routingKey: queue }, 'too late as well')
    peer.send(1, 'channel.close-ok')
    await peer.call(1, 'channel.open')
    expect(await inspect(peer, queue)).toEqual({ messageCount: 0, consumerCount: 0 })
    peer.send(1, 'queue.declare', { queue: `${queue}-late`, passive: true })
    expect(await peer.outcome()).toMatch(/^ch 404 /)
  })

  it('answers a close that crosses its own', async () => {
    await using peer = await target.openChannel()
    peer.send(1, 'queue.purge', { queue: 'no-such-queue' })
    peer.send(1, 'channel.close', { replyCode: 200 })
    await peer.expect(1, 'channel.close')
    await peer.expect(1, 'channel.close-ok')
    peer.send(1, 'channel.close-ok')
    await peer.call(1, 'channel.open')
  })

  it('gives back what a closed channel left unacknowledged, before close-ok', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue })
    for (const body of ['one', 'two']) sendTo(peer, queue, body)
    for (const body of ['one', 'two']) {
      expect((await peer.expectContent(2, 'basic.deliver')).body.toString()).toBe(body)
    }
    expect(await inspect(peer, queue)).toEqual({ messageCount: 0, consumerCount: 1 })
    await peer.call(2, 'channel.close', { replyCode: 200 })
    await untilReady(peer, queue, 2)
    expect(await drain(peer, queue)).toEqual(['one', 'two'])
  })

  it('gives back what a lost connection left unacknowledged', async () => {
    await using peer = await target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', {})
    const lost = await target.openChannel()
    await lost.call(1, 'basic.consume', { queue })
    sendTo(peer, queue, 'mine')
    expect((await lost.expectContent(1, 'basic.deliver')).args.redelivered).toBe(false)
    await lost[Symbol.asyncDispose]()
    await untilReady(peer, queue, 1)
    const again = await get(peer, queue)
    expect([again?.body.toString(), again?.args.redelivered]).toEqual(['mine', true])
    await peer.call(1, 'queue.delete', { queue })
  })

  it('counts deliveries of each channel from 1, whether got or consumed, acknowledged or not', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of ['a', 'b', 'c', 'd']) sendTo(peer, queue, body)
    const tags: unknown[] = []
    for (const noAck of [true, false]) {
      peer.send(1, 'basic.get', { queue, noAck })
      tags.push((await peer.expectContent(1, 'basic.get-ok')).args.deliveryTag)
    }
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    for (let count = 0; count < 2; count++) {
      tags.push((await peer.expectContent(1, 'basic.deliver')).args.deliveryTag)
    }
    expect(tags.map(Number)).toEqual([1, 2, 3, 4])
    await peer.call(2, 'channel.open')
    await peer.call(1, 'channel.close', { replyCode: 200 })
    const again = await eventually(() => get(peer, queue, { channel: 2 }), 'the message given back')
    expect(Number(again?.args.deliveryTag)).toBe(1)
  })
})
