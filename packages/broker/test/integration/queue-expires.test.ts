/** Queues that end when nobody uses them: `x-expires`. */

import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { declareQueue, get, onEachBroker, sendTo, untilUnroutable } from './support.ts'

let names = 0
const EXPIRES = 400

const withExpires = (peer: RawPeer, expires = EXPIRES) =>
  declareQueue(peer, `expires-${process.pid}-${names++}`, { exclusive: true, arguments: { 'x-expires': expires } })

/** Does something every 100 ms until three times the limit has gone by. */
async function keepDoing(step: () => unknown): Promise<void> {
  const end = Date.now() + EXPIRES * 3
  while (Date.now() < end) {
    await step()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

onEachBroker((target) => {
  describe('x-expires', () => {
    it('ends a queue that nobody uses, which publishing is not', async () => {
      await using peer = await target.openChannel()
      await untilUnroutable(peer, await withExpires(peer))
    })

    it('drops what is in it and dead-letters nothing', async () => {
      await using peer = await target.openChannel()
      const dead = await declareQueue(peer)
      const queue = await declareQueue(peer, '', {
        arguments: { 'x-expires': EXPIRES, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead },
      })
      await untilUnroutable(peer, queue)
      expect(await get(peer, dead)).toBeUndefined()
    })

    it('counts basic.get, and a declare', async () => {
      await using peer = await target.openChannel()
      const [got, declared, passive] = [await withExpires(peer), await withExpires(peer), await withExpires(peer)]
      await keepDoing(async () => {
        await get(peer, got)
        await declareQueue(peer, declared, { arguments: { 'x-expires': EXPIRES } })
        await peer.call(1, 'queue.declare', { queue: passive, passive: true })
      })
      for (const queue of [got, declared, passive]) await untilUnroutable(peer, queue)
    })

    it('waits for consumers, and counts from the last one', async () => {
      await using peer = await target.openChannel()
      const queue = await withExpires(peer)
      await peer.call(1, 'basic.consume', { queue, consumerTag: 'c', noAck: true })
      await keepDoing(async () => {
        sendTo(peer, queue, 'a')
        await peer.expectContent(1, 'basic.deliver')
      })
      await peer.call(1, 'basic.cancel', { consumerTag: 'c' })
      await untilUnroutable(peer, queue)
    })
  })
})
