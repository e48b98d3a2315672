/** Consumers: started, served in turn, cancelled by either side. */

import type { RawPeer } from '@warrenmq/testkit'
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
  takeDeliveries,
  untilReady,
} from './support.ts'

const IN_USE = /^ch 403 ACCESS_REFUSED - queue '(.+)' in vhost '\/' in exclusive use \[basic.consume\]$/

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses a queue that is not there',
    steps: (peer) => peer.send(1, 'basic.consume', { queue: 'nosuch' }),
    expected: "ch 404 NOT_FOUND - no queue 'nosuch' in vhost '/' [basic.consume]",
  },
  {
    name: 'refuses no name of a queue where none was declared',
    steps: (peer) => peer.send(1, 'basic.consume'),
    expected: 'ch 404 NOT_FOUND - no previously declared queue [basic.consume]',
  },
  {
    name: 'refuses a consumer tag that is in use on the channel',
    steps: async (peer) => {
      const queue = await declareQueue(peer)
      await peer.call(1, 'basic.consume', { queue, consumerTag: 't1' })
      peer.send(1, 'basic.consume', { queue, consumerTag: 't1' })
    },
    expected: "conn 530 NOT_ALLOWED - attempt to reuse consumer tag 't1' [basic.consume]",
  },
  {
    name: 'refuses a queue that is not there without waiting',
    steps: (peer) => peer.send(1, 'basic.consume', { queue: 'nosuch', noWait: true }),
    expected: "ch 404 NOT_FOUND - no queue 'nosuch' in vhost '/' [basic.consume]",
  },
]

/** Bodies by consumer tag, of this many deliveries on channel 1. */
async function deliveriesByTag(peer: RawPeer, count: number): Promise<Record<string, string[]>> {
  const bodies: Record<string, string[]> = {}
  for (let taken = 0; taken < count; taken++) {
    const { args, body } = await peer.expectContent(1, 'basic.deliver')
    bodies[args.consumerTag] ??= []
    bodies[args.consumerTag].push(body.toString())
  }
  return bodies
}

/** Asks twice for the state of the queue: a delivery on its way would come before the second answer. */
async function expectQuiet(peer: RawPeer, queue: string): Promise<void> {
  await inspect(peer, queue)
  await inspect(peer, queue)
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('answers before the first delivery, and says where the message came from', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'queue.bind', { queue, exchange: 'amq.direct', routingKey: `key of ${queue}` })
    peer.publish(1, { exchange: 'amq.direct', routingKey: `key of ${queue}` }, 'hello', { messageId: 'm1' })
    await untilReady(peer, queue, 1)
    peer.send(1, 'basic.consume', { queue, consumerTag: 'tag', noAck: true })
    expect(await peer.expect(1, 'basic.consume-ok')).toEqual({ consumerTag: 'tag' })
    const { args, body, properties } = await peer.expectContent(1, 'basic.deliver')
    expect({ ...args, deliveryTag: Number(args.deliveryTag) }).toEqual({
      consumerTag: 'tag',
      deliveryTag: 1,
      redelivered: false,
      exchange: 'amq.direct',
      routingKey: `key of ${queue}`,
    })
    expect([body.toString(), properties.messageId]).toEqual(['hello', 'm1'])
  })

  it('names consumers that have no tag', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const { consumerTag } = await peer.call(1, 'basic.consume', { queue })
    expect(consumerTag).toMatch(/^amq\.ctag-[A-Za-z0-9_-]{22}$/)
    const second = await peer.call(1, 'basic.consume', { queue })
    expect(second.consumerTag).not.toBe(consumerTag)
  })

  it('names a consumer that was started without wait', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    peer.send(1, 'basic.consume', { queue, noAck: true, noWait: true })
    sendTo(peer, queue, 'hello')
    expect((await peer.expectContent(1, 'basic.deliver')).args.consumerTag).toMatch(/^amq\.ctag-.{22}$/)
  })

  it('takes the same tag on another channel', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(1, 'basic.consume', { queue, consumerTag: 't' })
    await peer.call(2, 'basic.consume', { queue, consumerTag: 't' })
    expect((await inspect(peer, queue)).consumerCount).toBe(2)
  })

  it('takes a tag again after it was cancelled', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (let round = 0; round < 2; round++) {
      await peer.call(1, 'basic.consume', { queue, consumerTag: 't' })
      await peer.call(1, 'basic.cancel', { consumerTag: 't' })
    }
  })

  it('consumes from the queue declared last when none is named', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { noAck: true })
    sendTo(peer, queue, 'hello')
    expect(await takeDeliveries(peer, 1)).toEqual(['hello'])
  })

  it('ignores no-local', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, noLocal: true, noAck: true })
    sendTo(peer, queue, 'own')
    expect(await takeDeliveries(peer, 1)).toEqual(['own'])
  })

  it('ignores arguments that it does not know', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, arguments: { 'x-unknown': 1, other: 'text' } })
  })

  it('refuses an exclusive consumer while others consume', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue })
    peer.send(1, 'basic.consume', { queue, exclusive: true })
    expect((await peer.outcome()).match(IN_USE)?.[1]).toBe(queue)
  })

  it('refuses a consumer while an exclusive one exists, but not basic.get', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'only', exclusive: true })
    expect(await get(peer, queue)).toBeUndefined()
    peer.send(2, 'basic.consume', { queue })
    expect((await peer.outcome()).match(IN_USE)?.[1]).toBe(queue)
    await peer.call(1, 'basic.cancel', { consumerTag: 'only' })
    await peer.call(1, 'basic.consume', { queue })
  })

  it('serves consumers in turn', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const consumerTag of ['a', 'b', 'c']) {
      await peer.call(1, 'basic.consume', { queue, consumerTag, noAck: true })
    }
    for (let number = 0; number < 9; number++) sendTo(peer, queue, String(number))
    const byTag = await deliveriesByTag(peer, 9)
    for (const consumerTag of ['a', 'b', 'c']) expect(byTag[consumerTag]).toHaveLength(3)
    expect(Object.values(byTag).flat().sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8'])
  })

  it('passes over consumers that have as much as they may', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.qos', { prefetchCount: 1 })
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'slow' })
    await peer.call(1, 'basic.qos', { prefetchCount: 0 })
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'fast' })
    for (let number = 0; number < 8; number++) sendTo(peer, queue, String(number))
    const byTag = await deliveriesByTag(peer, 8)
    expect([byTag.slow.length, byTag.fast.length]).toEqual([1, 7])
  })

  it('delivers nothing after cancel-ok; what was delivered may still be acknowledged', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, consumerTag: 't' })
    sendTo(peer, queue, 'before')
    const { args } = await peer.expectContent(1, 'basic.deliver')
    expect(await peer.call(1, 'basic.cancel', { consumerTag: 't' })).toEqual({ consumerTag: 't' })
    sendTo(peer, queue, 'after')
    await untilReady(peer, queue, 1)
    await expectQuiet(peer, queue)
    peer.send(1, 'basic.ack', { deliveryTag: args.deliveryTag })
    expect(await drain(peer, queue)).toEqual(['after'])
    await peer.call(2, 'channel.open')
    await peer.call(1, 'channel.close', { replyCode: 200 })
    peer.send(2, 'queue.delete', { queue })
    expect((await peer.expect(2, 'queue.delete-ok')).messageCount).toBe(0)
  })

  it('answers the cancel of an unknown tag, and a second one', async () => {
    await using peer = await target.openChannel()
    expect(await peer.call(1, 'basic.cancel', { consumerTag: 'nobody' })).toEqual({ consumerTag: 'nobody' })
    await peer.call(1, 'basic.cancel', { consumerTag: 'nobody' })
    peer.send(1, 'basic.cancel', { consumerTag: 'nobody', noWait: true })
    await peer.call(1, 'channel.flow', { active: true })
  })

  it('tells consumers when their queue is deleted', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue, consumerTag: 'told' })
    await peer.call(1, 'queue.delete', { queue })
    expect(await peer.expect(2, 'basic.cancel')).toEqual({ consumerTag: 'told', noWait: true })
    await peer.call(2, 'basic.cancel', { consumerTag: 'told' })
  })

  it('does not tell a client that did not ask for it', async () => {
    await using peer = await target.openChannel({ clientProperties: { product: 'old client' } })
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue })
    await peer.call(1, 'queue.delete', { queue })
    await peer.call(1, 'channel.flow', { active: true })
    await peer.call(1, 'channel.flow', { active: true })
  })

  it('accepts acknowledgements of what came from a queue that is gone', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const body of ['1', '2', '3']) sendTo(peer, queue, body)
    for (let count = 0; count < 3; count++) await get(peer, queue, { noAck: false })
    await peer.call(1, 'queue.delete', { queue })
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    peer.send(1, 'basic.reject', { deliveryTag: 2, requeue: true })
    peer.send(1, 'basic.nack', { deliveryTag: 3, requeue: true })
    await peer.call(1, 'channel.flow', { active: true })
  })

  it('counts consumers of all channels and connections', async () => {
    await using peer = await target.openChannel()
    await using other = await target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', { autoDelete: true })
    await peer.call(1, 'basic.consume', { queue })
    await other.call(1, 'basic.consume', { queue })
    expect((await inspect(peer, queue)).consumerCount).toBe(2)
    await other.close()
    expect((await inspect(peer, queue)).consumerCount).toBe(1)
  })
})
