/** Queues with priorities: `x-max-priority`. */

import type { FieldTable } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import {
  declareQueue,
  drain,
  get,
  onEachBroker,
  sendAndConfirm,
  sendTo,
  takeDeliveries,
  untilReady,
} from './support.ts'

const ranked = (peer: RawPeer, max: number, args: FieldTable = {}) =>
  declareQueue(peer, '', { arguments: { 'x-max-priority': max, ...args } })

/** Publishes bodies whose first character is their priority; `-` for none. */
function send(peer: RawPeer, queue: string, ...bodies: readonly string[]): void {
  for (const body of bodies) sendTo(peer, queue, body, body[0] === '-' ? {} : { priority: Number(body[0]) })
}

onEachBroker((target) => {
  describe('x-max-priority', () => {
    it('delivers the higher first, and in order within one', async () => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, 9)
      send(peer, queue, '1a', '5a', '-a', '0a', '5b', '9a', '1b', '-b', '9b')
      await untilReady(peer, queue, 9)
      expect(await drain(peer, queue)).toEqual(['9a', '9b', '5a', '5b', '1a', '1b', '-a', '0a', '-b'])
    })

    it('takes a priority above the highest for the highest', async () => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, 2)
      send(peer, queue, '2a', '7a', '2b')
      sendTo(peer, queue, 'x', { priority: 255 })
      await untilReady(peer, queue, 4)
      expect(await drain(peer, queue)).toEqual(['2a', '7a', '2b', 'x'])
    })

    it.each([0, 255])('takes %i levels', async (max) => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, max)
      sendTo(peer, queue, 'low')
      sendTo(peer, queue, 'high', { priority: 255 })
      await untilReady(peer, queue, 2)
      expect(await drain(peer, queue)).toEqual(max === 0 ? ['low', 'high'] : ['high', 'low'])
    })

    it('ignores priorities in a queue without', async () => {
      await using peer = await target.openChannel()
      const queue = await declareQueue(peer)
      send(peer, queue, '1a', '9a')
      await untilReady(peer, queue, 2)
      expect(await drain(peer, queue)).toEqual(['1a', '9a'])
    })

    it('puts what comes back to its place within its priority', async () => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, 9)
      send(peer, queue, '1a', '1b', '5a', '5b')
      await untilReady(peer, queue, 4)
      for (let i = 0; i < 4; i++) await get(peer, queue, { noAck: false })
      send(peer, queue, '5c', '1c', '9a')
      await untilReady(peer, queue, 3)
      for (const deliveryTag of [2, 4, 1, 3]) peer.send(1, 'basic.nack', { deliveryTag, requeue: true })
      await untilReady(peer, queue, 7)
      expect(await drain(peer, queue)).toEqual(['9a', '5a', '5b', '5c', '1a', '1b', '1c'])
    })

    it('flags what comes back as redelivered, and only that', async () => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, 9)
      send(peer, queue, '1a')
      await untilReady(peer, queue, 1)
      await get(peer, queue, { noAck: false })
      send(peer, queue, '1b', '5a')
      peer.send(1, 'basic.nack', { deliveryTag: 1, requeue: true })
      await untilReady(peer, queue, 3)
      const flags: unknown[] = []
      for (let i = 0; i < 3; i++) {
        const message = await get(peer, queue)
        flags.push([message?.body.toString(), message?.args.redelivered])
      }
      expect(flags).toEqual([
        ['5a', false],
        ['1a', true],
        ['1b', false],
      ])
    })

    it('delivers what waits in order of priority to a consumer', async () => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, 9)
      send(peer, queue, '1a', '5a', '3a')
      await untilReady(peer, queue, 3)
      await peer.call(1, 'basic.consume', { queue, noAck: true })
      expect(await takeDeliveries(peer, 3)).toEqual(['5a', '3a', '1a'])
    })

    it('drops the head of the highest priority when it is full', async () => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, 9, { 'x-max-length': 3 })
      send(peer, queue, '1a', '5a', '5b', '3a', '1b')
      await untilReady(peer, queue, 3)
      expect(await drain(peer, queue)).toEqual(['3a', '1a', '1b'])
    })

    it('expires messages at the head only, which is the highest priority', async () => {
      await using peer = await target.openChannel()
      const queue = await ranked(peer, 9)
      const witness = await declareQueue(peer, '', { arguments: { 'x-message-ttl': 60 } })
      await sendAndConfirm(peer, queue, 'low', { priority: 1, expiration: '50' })
      await sendAndConfirm(peer, queue, 'high', { priority: 5 })
      await sendAndConfirm(peer, witness, 'w')
      await untilReady(peer, witness, 0)
      await untilReady(peer, queue, 2)
      expect(await drain(peer, queue)).toEqual(['high'])
    })
  })
})
