/** Policies that change what queues do with messages, also with those that wait in them. */

import { describe, expect, it } from 'vitest'
import { inVhost } from './policy-support.ts'
import {
  declareQueue,
  drain,
  get,
  inspect,
  onEachBroker,
  sendAndConfirm,
  untilReady,
  untilUnroutable,
} from './support.ts'

onEachBroker((target) => {
  describe('a policy', () => {
    it.each([{ 'max-length': 2 }, { 'max-length-bytes': 2 }])('%o drops the oldest of what waits', (definition) =>
      inVhost(target, 'queue-policies-length', async (admin, peer) => {
        const queue = await declareQueue(peer, 'q')
        for (const body of ['1', '2', '3', '4']) await sendAndConfirm(peer, queue, body)
        await admin.putPolicy('queue-policies-length', 'p', { pattern: '.*', definition })
        await untilReady(peer, queue, 2)
        await sendAndConfirm(peer, queue, '5')
        await untilReady(peer, queue, 2)
        expect(await drain(peer, queue)).toEqual(['4', '5'])
        await admin.deletePolicy('queue-policies-length', 'p')
        await expect
          .poll(async () => {
            for (const body of ['a', 'b', 'c']) await sendAndConfirm(peer, queue, body)
            return (await drain(peer, queue)).length
          })
          .toBe(3)
      }),
    )

    it('gives a time to live to what comes, not to what waits', () =>
      inVhost(target, 'queue-policies-ttl', async (admin, peer) => {
        const dead = await declareQueue(peer, 'dead')
        const letters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead }
        const queue = await declareQueue(peer, 'q')
        const witness = await declareQueue(peer, 'witness', { arguments: letters })
        await sendAndConfirm(peer, queue, 'old')
        await admin.putPolicy('queue-policies-ttl', 'p', {
          pattern: '^(q|witness)$',
          definition: { 'message-ttl': 20 },
        })
        // Once the policy is in force, a message does not last. One from before never dies and would keep others from it.
        await expect
          .poll(async () => {
            await drain(peer, witness)
            await sendAndConfirm(peer, witness, 'w')
            return (await inspect(peer, dead)).messageCount
          })
          .toBeGreaterThan(0)
        // What came to the witness later has died, so the time of the one before is over as well.
        await sendAndConfirm(peer, queue, 'new')
        await sendAndConfirm(peer, witness, 'later')
        await expect.poll(() => drain(peer, dead)).toContain('later')
        expect(await drain(peer, queue)).toEqual(['old'])
      }))

    it('says where dead letters go, also for what waited before', () =>
      inVhost(target, 'queue-policies-dlx', async (admin, peer) => {
        const queue = await declareQueue(peer, 'q')
        const dead = await declareQueue(peer, 'dead')
        for (let i = 0; i < 50; i++) await sendAndConfirm(peer, queue, `${i}`)
        await admin.putPolicy('queue-policies-dlx', 'p', {
          pattern: '^q$',
          definition: { 'dead-letter-exchange': '', 'dead-letter-routing-key': dead },
        })
        await expect
          .poll(async () => {
            const message = await get(peer, queue, { noAck: false })
            peer.send(1, 'basic.reject', { deliveryTag: message?.args.deliveryTag ?? 0 })
            return (await inspect(peer, dead)).messageCount
          })
          .toBeGreaterThan(0)
      }))

    it('refuses what a queue has no room for', () =>
      inVhost(target, 'queue-policies-overflow', async (admin, peer) => {
        const queue = await declareQueue(peer, 'q', { arguments: { 'x-max-length': 1 } })
        await admin.putPolicy('queue-policies-overflow', 'p', {
          pattern: '.*',
          definition: { overflow: 'reject-publish' },
        })
        await peer.call(1, 'confirm.select')
        await expect
          .poll(async () => {
            await drain(peer, queue)
            const answers: string[] = []
            for (const body of ['1', '2']) {
              peer.publish(1, { routingKey: queue }, body)
              answers.push((await peer.nextMethod(1)).name)
            }
            return answers
          })
          .toEqual(['basic.ack', 'basic.nack'])
        expect(await drain(peer, queue)).toEqual(['1'])
      }))

    it('ends a queue that nobody uses', () =>
      inVhost(target, 'queue-policies-expires', async (admin, peer) => {
        await declareQueue(peer, 'q')
        await admin.putPolicy('queue-policies-expires', 'p', { pattern: '.*', definition: { expires: 50 } })
        await untilUnroutable(peer, 'q')
      }))
  })
})
