/** Messages that expire: the queue's time to live and their own. */

import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import {
  declareQueue,
  drain,
  get,
  inspect,
  onEachBroker,
  sendAndConfirm,
  sendTo,
  takeDeliveries,
  untilReady,
} from './support.ts'

/** Long enough never to end in a test. */
const LONG = 3_000_000_000

const withTtl = (peer: RawPeer, ttl: number) => declareQueue(peer, '', { arguments: { 'x-message-ttl': ttl } })

onEachBroker((target) => {
  describe('a time to live', () => {
    it('of the queue ends all messages in it', async () => {
      await using peer = await target.openChannel()
      const queue = await withTtl(peer, 50)
      for (const body of ['a', 'b']) await sendAndConfirm(peer, queue, body)
      await untilReady(peer, queue, 0)
      expect(await get(peer, queue)).toBeUndefined()
    })

    it('of a message ends that message', async () => {
      await using peer = await target.openChannel()
      const queue = await declareQueue(peer)
      await sendAndConfirm(peer, queue, 'short', { expiration: '50' })
      await sendAndConfirm(peer, queue, 'endless')
      await sendAndConfirm(peer, queue, 'long', { expiration: `${LONG}` })
      await untilReady(peer, queue, 2)
      expect(await drain(peer, queue)).toEqual(['endless', 'long'])
    })

    it.each([
      { ttl: 50, expiration: `${LONG}` },
      { ttl: LONG, expiration: '50' },
      { ttl: LONG, expiration: '+50' },
    ])('is the lower of $ttl and $expiration', async ({ ttl, expiration }) => {
      await using peer = await target.openChannel()
      const queue = await withTtl(peer, ttl)
      await sendAndConfirm(peer, queue, 'a', { expiration })
      await untilReady(peer, queue, 0)
    })

    it('beyond 2^31 milliseconds does not end early', async () => {
      await using peer = await target.openChannel()
      const queue = await withTtl(peer, LONG)
      await sendAndConfirm(peer, queue, 'a')
      const other = await withTtl(peer, 50)
      await sendAndConfirm(peer, other, 'b')
      await untilReady(peer, other, 0)
      expect(await drain(peer, queue)).toEqual(['a'])
    })

    it('takes effect at the head only, and nothing expired is delivered', async () => {
      await using peer = await target.openChannel()
      const queue = await declareQueue(peer)
      const witness = await withTtl(peer, 60)
      await sendAndConfirm(peer, queue, 'first')
      await sendAndConfirm(peer, queue, 'short', { expiration: '50' })
      await sendAndConfirm(peer, queue, 'last')
      await sendAndConfirm(peer, witness, 'w')
      await untilReady(peer, witness, 0)
      expect((await inspect(peer, queue)).messageCount).toBe(3)
      expect(await drain(peer, queue)).toEqual(['first', 'last'])
    })

    it('ends what becomes the head when the one before it is taken', async () => {
      await using peer = await target.openChannel()
      const queue = await declareQueue(peer)
      await sendAndConfirm(peer, queue, 'first')
      await sendAndConfirm(peer, queue, 'short', { expiration: '100' })
      expect((await get(peer, queue))?.body.toString()).toBe('first')
      await untilReady(peer, queue, 0)
    })

    it('is not started anew by a requeue, and does not touch what is in hand', async () => {
      await using peer = await target.openChannel()
      const queue = await withTtl(peer, 50)
      const witness = await withTtl(peer, 60)
      for (const body of ['a', 'b']) await sendAndConfirm(peer, queue, body)
      const a = await get(peer, queue, { noAck: false })
      const b = await get(peer, queue, { noAck: false })
      await sendAndConfirm(peer, witness, 'w')
      await untilReady(peer, witness, 0)
      peer.send(1, 'basic.ack', { deliveryTag: a?.args.deliveryTag ?? 0 })
      peer.send(1, 'basic.nack', { deliveryTag: b?.args.deliveryTag ?? 0, requeue: true })
      await untilReady(peer, queue, 0)
      expect(await get(peer, queue)).toBeUndefined()
    })

    it('holds for a message that went to a consumer at once and came back', async () => {
      await using peer = await target.openChannel()
      const queue = await declareQueue(peer)
      const witness = await withTtl(peer, 110)
      await peer.call(1, 'basic.qos', { prefetchCount: 1 })
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'c' })
      await sendAndConfirm(peer, queue, 'a', { expiration: '100' })
      await sendAndConfirm(peer, witness, 'w')
      await takeDeliveries(peer, 1)
      await peer.call(1, 'basic.cancel', { consumerTag: 'c' })
      await untilReady(peer, witness, 0)
      peer.send(1, 'basic.recover-async', { requeue: true })
      await untilReady(peer, queue, 0)
      expect(await get(peer, queue)).toBeUndefined()
    })

    it('of 0 delivers at once or never', async () => {
      await using peer = await target.openChannel()
      const queue = await withTtl(peer, 0)
      await sendAndConfirm(peer, queue, 'nobody')
      expect((await inspect(peer, queue)).messageCount).toBe(0)
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'c', noAck: true })
      for (const body of ['1', '2', '3']) sendTo(peer, queue, body)
      expect(await takeDeliveries(peer, 3)).toEqual(['1', '2', '3'])
    })

    it('of 0 reaches every consumer that has credit', async () => {
      await using peer = await target.openChannel()
      const queue = await withTtl(peer, 0)
      await peer.call(1, 'basic.qos', { prefetchCount: 10 })
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'c' })
      for (let i = 0; i < 10; i++) sendTo(peer, queue, `${i}`)
      expect((await takeDeliveries(peer, 10)).at(-1)).toBe('9')
      for (const body of ['nobody', 'no one']) await sendAndConfirm(peer, queue, body)
      // One credit: less than half the prefetch, and enough for one message.
      peer.send(1, 'basic.ack', { deliveryTag: 1 })
      for (const body of ['one', 'two']) sendTo(peer, queue, body)
      expect(await takeDeliveries(peer, 1)).toEqual(['one'])
      expect((await inspect(peer, queue)).messageCount).toBe(0)
    })

    it('of 0 is not unroutable', async () => {
      await using peer = await target.openChannel()
      const queue = await withTtl(peer, 0)
      await peer.call(1, 'confirm.select')
      peer.publish(1, { routingKey: queue, mandatory: true }, 'a')
      expect(await peer.outcome()).toContain('basic.ack')
    })

    it('keeps the other copies of a message that one queue does not keep', async () => {
      await using peer = await target.openChannel()
      const gone = await withTtl(peer, 0)
      const kept = await declareQueue(peer)
      for (const queue of [gone, kept]) {
        await peer.call(1, 'queue.bind', { queue, exchange: 'amq.fanout' })
      }
      const large = Buffer.alloc(100_000, 'x')
      for (let i = 0; i < 20; i++) peer.publish(1, { exchange: 'amq.fanout' }, i % 2 === 0 ? large : `${i}`)
      await untilReady(peer, kept, 20)
      expect((await drain(peer, kept)).map((body) => body.length)).toEqual(
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 100_000 : `${i}`.length)),
      )
    })
  })
})
