/** Publisher confirms. */

import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { declareQueue, drain, itRefuses, onEachBroker, type Refusal } from './support.ts'

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses confirms on a channel with transactions',
    steps: async (peer) => {
      await peer.call(1, 'tx.select')
      peer.send(1, 'confirm.select')
    },
    expected: 'ch 406 PRECONDITION_FAILED - cannot switch from tx to confirm mode [confirm.select]',
  },
  {
    name: 'refuses transactions on a channel with confirms',
    steps: async (peer) => {
      await peer.call(1, 'confirm.select')
      peer.send(1, 'tx.select')
    },
    expected: 'ch 406 PRECONDITION_FAILED - cannot switch from confirm to tx mode [tx.select]',
  },
]

/** Takes acks of a channel until these tags are confirmed; they may come in any order and together. */
async function takeConfirms(peer: RawPeer, channel: number, count: number): Promise<number[]> {
  const confirmed = new Set<number>()
  while (confirmed.size < count) {
    const { deliveryTag, multiple } = await peer.expect(channel, 'basic.ack')
    const first = multiple ? 1 : Number(deliveryTag)
    for (let tag = first; tag <= Number(deliveryTag); tag++) confirmed.add(tag)
  }
  return [...confirmed].sort((a, b) => a - b)
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('answers select again and again', async () => {
    await using peer = await target.openChannel()
    await peer.call(1, 'confirm.select')
    await peer.call(1, 'confirm.select')
    peer.send(1, 'confirm.select', { noWait: true })
    peer.publish(1, { routingKey: 'nowhere' })
    expect(await peer.expect(1, 'basic.ack')).toEqual({ deliveryTag: 1, multiple: false })
  })

  it('counts from the first publish after select', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    peer.publish(1, { routingKey: queue }, 'before')
    await peer.call(1, 'confirm.select')
    peer.publish(1, { routingKey: queue }, 'after')
    expect(await peer.expect(1, 'basic.ack')).toEqual({ deliveryTag: 1, multiple: false })
    expect(await drain(peer, queue)).toEqual(['before', 'after'])
  })

  it('counts for each channel', async () => {
    await using peer = await target.openChannel()
    await peer.call(2, 'channel.open')
    for (const channel of [1, 2]) {
      await peer.call(channel, 'confirm.select')
      peer.publish(channel, { routingKey: 'nowhere' })
      expect(await peer.expect(channel, 'basic.ack')).toEqual({ deliveryTag: 1, multiple: false })
    }
  })

  it.each([
    ['transient', 1],
    ['persistent', 2],
  ])('confirms every %s message of a burst', async (_kind, deliveryMode) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', { exclusive: false, durable: true, autoDelete: true })
    await peer.call(1, 'confirm.select')
    const tags = Array.from({ length: 1000 }, (_, i) => i + 1)
    for (const tag of tags) peer.publish(1, { routingKey: queue }, String(tag), { deliveryMode })
    expect(await takeConfirms(peer, 1, tags.length)).toEqual(tags)
    expect(await drain(peer, queue)).toEqual(tags.map(String))
    await peer.call(1, 'queue.delete', { queue })
  })

  it('confirms what is unroutable among what is not', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'confirm.select')
    for (let i = 0; i < 10; i++) peer.publish(1, { routingKey: i % 2 === 0 ? queue : 'nowhere' }, String(i))
    expect(await takeConfirms(peer, 1, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})
