/** How consumers end, and what remains of them: cancels, exclusive consumers, recovered messages. */

import { describe, expect, it } from 'vitest'
import {
  declareQueue,
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
    name: "refuses a client's cancel-ok",
    steps: (peer) => peer.send(1, 'basic.cancel-ok', { consumerTag: 't' }),
    expected: 'conn 503 COMMAND_INVALID - unimplemented method [basic.cancel-ok]',
  },
  {
    name: 'refuses an exclusive consumer beside another',
    steps: async (peer) => {
      await declareQueue(peer, 'lifetime-beside')
      await peer.call(1, 'basic.consume', { queue: 'lifetime-beside' })
      peer.send(1, 'basic.consume', { queue: 'lifetime-beside', exclusive: true })
    },
    expected: "ch 403 ACCESS_REFUSED - queue 'lifetime-beside' in vhost '/' in exclusive use [basic.consume]",
  },
  {
    name: 'refuses a second exclusive consumer',
    steps: async (peer) => {
      await declareQueue(peer, 'lifetime-second')
      await peer.call(1, 'basic.consume', { queue: 'lifetime-second', exclusive: true })
      peer.send(1, 'basic.consume', { queue: 'lifetime-second', exclusive: true })
    },
    expected: "ch 403 ACCESS_REFUSED - queue 'lifetime-second' in vhost '/' in exclusive use [basic.consume]",
  },
  {
    name: 'cannot recover without an answer and without requeue',
    steps: (peer) => peer.send(1, 'basic.recover-async', { requeue: false }),
    expected: 'conn 540 NOT_IMPLEMENTED - requeue=false [basic.recover-async]',
  },
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('delivers nothing behind cancel-ok, though the queue is full', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (let number = 0; number < 5000; number++) sendTo(peer, queue, `${number}`)
    await untilReady(peer, queue, 5000)
    await peer.call(1, 'basic.qos', { prefetchCount: 10 })
    await peer.call(1, 'basic.consume', { queue, consumerTag: 't' })
    await takeDeliveries(peer, 10)
    peer.send(1, 'basic.cancel', { consumerTag: 't' })
    await peer.expect(1, 'basic.cancel-ok')
    peer.send(1, 'basic.ack', { deliveryTag: 10, multiple: true })
    // A delivery on its way would come before the second answer.
    for (let round = 0; round < 2; round++) expect((await inspect(peer, queue)).messageCount).toBe(4990)
  })

  it('leaves the queue to others when the channel of an exclusive consumer ends', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue, exclusive: true })
    sendTo(peer, queue, 'm')
    await takeDeliveries(peer, 1, 2)
    await peer.call(2, 'channel.close', { replyCode: 200 })
    await untilReady(peer, queue, 1)
    await peer.call(1, 'basic.consume', { queue, exclusive: true })
    expect(await takeDeliveries(peer, 1)).toEqual(['m'])
  })

  it('recovers what several queues and consumers of the channel handed out, and nothing of other channels', async () => {
    await using peer = await target.openChannel()
    const [first, second] = [await declareQueue(peer), await declareQueue(peer)]
    await peer.call(2, 'channel.open')
    for (const queue of [first, second]) {
      for (const channel of [1, 2]) {
        await peer.call(channel, 'basic.qos', { prefetchCount: 1 })
        await peer.call(channel, 'basic.consume', { queue, consumerTag: `${channel} ${queue}` })
      }
    }
    for (const queue of [first, second, first, second]) sendTo(peer, queue, queue)
    for (const channel of [1, 2])
      expect((await takeDeliveries(peer, 2, channel)).sort()).toEqual([first, second].sort())
    peer.send(1, 'basic.recover', { requeue: true })
    await peer.expect(1, 'basic.recover-ok')
    const again = [await peer.expectContent(1, 'basic.deliver'), await peer.expectContent(1, 'basic.deliver')]
    expect(again.map(({ body }) => body.toString()).sort()).toEqual([first, second].sort())
    expect(again.map(({ args }) => [Number(args.deliveryTag), args.redelivered])).toEqual([
      [3, true],
      [4, true],
    ])
    peer.send(2, 'basic.ack', { deliveryTag: 2, multiple: true })
    await peer.call(2, 'channel.flow', { active: true })
  })

  it('tells every consumer of a queue that is deleted, on all channels and connections, once', async () => {
    await using peer = await target.openChannel()
    await using other = await target.openChannel()
    const queue = `lifetime-told-${process.pid}`
    await peer.call(1, 'queue.declare', { queue })
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue, consumerTag: 'a' })
    await other.call(1, 'basic.consume', { queue, consumerTag: 'b' })
    await peer.call(1, 'queue.delete', { queue })
    expect(await peer.expect(2, 'basic.cancel')).toEqual({ consumerTag: 'a', noWait: true })
    expect(await other.expect(1, 'basic.cancel')).toEqual({ consumerTag: 'b', noWait: true })
    await peer.call(2, 'channel.flow', { active: true })
    await other.call(1, 'channel.flow', { active: true })
    expect([...peer.pending, ...other.pending]).toEqual([])
  })
})
