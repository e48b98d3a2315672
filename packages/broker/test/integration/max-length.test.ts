/** Queues with a limit on their length: who goes, who is refused, and what publishers hear of it. */

import type { FieldTable } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { declareQueue, drain, get, inspect, onEachBroker, sendTo, takeDeliveries, untilReady } from './support.ts'

const limited = (peer: RawPeer, args: FieldTable) => declareQueue(peer, '', { arguments: args })

onEachBroker((target) => {
  describe('x-max-length with drop-head', () => {
    it('drops the oldest ready message', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 3 })
      for (let i = 0; i < 5; i++) sendTo(peer, queue, `${i}`)
      await untilReady(peer, queue, 3)
      expect(await drain(peer, queue)).toEqual(['2', '3', '4'])
    })

    it('does not count what is in hand, and drops from the head what comes back over it', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 2 })
      for (const body of ['0', '1']) sendTo(peer, queue, body)
      await get(peer, queue, { noAck: false })
      await get(peer, queue, { noAck: false })
      for (const body of ['2', '3']) sendTo(peer, queue, body)
      await untilReady(peer, queue, 2)
      peer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true })
      await untilReady(peer, queue, 2)
      expect(await drain(peer, queue)).toEqual(['2', '3'])
    })

    it('of 0 keeps nothing and still delivers', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 0 })
      sendTo(peer, queue, 'nobody')
      expect((await inspect(peer, queue)).messageCount).toBe(0)
      await peer.call(1, 'basic.consume', { queue, noAck: true })
      sendTo(peer, queue, 'a')
      expect(await takeDeliveries(peer, 1)).toEqual(['a'])
    })

    it('counts bytes of bodies', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length-bytes': 10 })
      for (const body of ['aaaa', 'bbbb', 'cc']) sendTo(peer, queue, body, { headers: { long: 'x'.repeat(100) } })
      await untilReady(peer, queue, 3)
      sendTo(peer, queue, 'd')
      await untilReady(peer, queue, 3)
      expect(await drain(peer, queue)).toEqual(['bbbb', 'cc', 'd'])
    })

    it('is emptied by a message that is larger than the limit', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length-bytes': 10 })
      for (const body of ['a', 'b', 'x'.repeat(11)]) sendTo(peer, queue, body)
      await untilReady(peer, queue, 0)
    })

    it('confirms what it drops', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 1 })
      await peer.call(1, 'confirm.select')
      for (let i = 0; i < 4; i++) sendTo(peer, queue, `${i}`)
      expect(await answersByNumber(peer, 4)).toEqual(new Array(4).fill('basic.ack'))
    })

    it('holds for a thousand times as many messages', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 10 })
      for (let i = 0; i < 10_000; i++) sendTo(peer, queue, `${i}`)
      await untilReady(peer, queue, 10)
      expect((await drain(peer, queue)).at(-1)).toBe('9999')
    })
  })

  describe.each(['reject-publish', 'reject-publish-dlx'])('x-max-length with %s', (overflow) => {
    it('refuses the new message with basic.nack', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 2, 'x-overflow': overflow })
      await peer.call(1, 'confirm.select')
      for (let i = 0; i < 4; i++) {
        sendTo(peer, queue, `${i}`)
        expect(await answer(peer)).toBe(i < 2 ? 'basic.ack' : 'basic.nack')
      }
      expect(await drain(peer, queue)).toEqual(['0', '1'])
    })

    it('refuses one that does not fit in bytes and takes a smaller one', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length-bytes': 10, 'x-overflow': overflow })
      await peer.call(1, 'confirm.select')
      for (const [body, wanted] of [
        ['123456', 'ack'],
        ['12345', 'nack'],
        ['1234', 'ack'],
        ['', 'ack'],
      ]) {
        sendTo(peer, queue, body)
        expect(await answer(peer)).toBe(`basic.${wanted}`)
      }
    })

    it('drops silently without confirms', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 1, 'x-overflow': overflow })
      for (const body of ['a', 'b']) sendTo(peer, queue, body)
      await untilReady(peer, queue, 1)
      expect(await drain(peer, queue)).toEqual(['a'])
    })

    it('leaves what comes back over it', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 1, 'x-overflow': overflow })
      sendTo(peer, queue, 'a')
      await get(peer, queue, { noAck: false })
      sendTo(peer, queue, 'b')
      await untilReady(peer, queue, 1)
      peer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true })
      await untilReady(peer, queue, 2)
      expect(await drain(peer, queue)).toEqual(['a', 'b'])
    })

    it('of 0 refuses even with a consumer that waits', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 0, 'x-overflow': overflow })
      await peer.call(1, 'basic.consume', { queue, noAck: true })
      await peer.call(1, 'confirm.select')
      sendTo(peer, queue, 'a')
      expect(await answer(peer)).toBe('basic.nack')
    })

    it('keeps the copies of other queues, and says nack', async () => {
      await using peer = await target.openChannel()
      const full = await limited(peer, { 'x-max-length': 0, 'x-overflow': overflow })
      const other = await declareQueue(peer)
      await peer.call(1, 'confirm.select')
      peer.publish(1, { routingKey: full }, 'a', { headers: { CC: [other] } })
      expect(await answer(peer)).toBe('basic.nack')
      expect(await drain(peer, other)).toEqual(['a'])
    })

    it('answers a burst with ack and nack in order', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 3, 'x-overflow': overflow })
      const other = await declareQueue(peer)
      await peer.call(1, 'confirm.select')
      const targets = [queue, other, queue, queue, queue, other, queue, queue, other]
      for (const name of targets) sendTo(peer, name, '')
      const wanted = ['ack', 'ack', 'ack', 'ack', 'nack', 'ack', 'nack', 'nack', 'ack'].map((word) => `basic.${word}`)
      // RabbitMQ answers for different queues in any order.
      const got = await answersByNumber(peer, targets.length)
      expect(got).toEqual(wanted)
    })

    it('fails the commit of a transaction', async () => {
      await using peer = await target.openChannel()
      const queue = await limited(peer, { 'x-max-length': 1, 'x-overflow': overflow })
      await peer.call(1, 'tx.select')
      for (const body of ['a', 'b']) sendTo(peer, queue, body)
      peer.send(1, 'tx.commit')
      expect(await peer.outcome()).toBe('ch 406 PRECONDITION_FAILED - partial tx completion [tx.commit]')
      await peer.call(2, 'channel.open')
      expect((await peer.call(2, 'queue.declare', { queue, passive: true })).messageCount).toBe(1)
    })
  })
})

/** The answer to the only publish that awaits one. */
async function answer(peer: RawPeer): Promise<string> {
  return (await peer.nextMethod(1)).name
}

/** What each number was answered, when the answers may come in any order. */
async function answersByNumber(peer: RawPeer, count: number): Promise<string[]> {
  const answered: (string | undefined)[] = new Array(count).fill(undefined)
  while (answered.includes(undefined)) {
    const { name, args } = await peer.nextMethod(1)
    const { deliveryTag, multiple } = args as { deliveryTag: number; multiple: boolean }
    for (let i = multiple ? 0 : deliveryTag - 1; i < deliveryTag; i++) answered[i] ??= name
  }
  return answered as string[]
}
