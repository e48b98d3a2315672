/** Policies, operator policies and arguments together: which of them wins for each setting, also for messages that are queued. */

import type { FieldTable } from '@warrenmq/codec'
import type { Administration, RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { inVhost } from './policy-support.ts'
import { drain, inspect, onEachBroker, sendTo, untilGone, untilReady } from './support.ts'

const QUEUE = 'tested'

/** A queue under a policy and an operator policy, each given by its definition. */
interface Setting {
  readonly argument?: FieldTable
  readonly policy?: Readonly<Record<string, unknown>>
  readonly operator?: Readonly<Record<string, unknown>>
}

async function set(admin: Administration, vhost: string, { policy, operator }: Setting): Promise<void> {
  const rest = { pattern: `^${QUEUE}$`, applyTo: 'queues' }
  if (policy !== undefined) await admin.putPolicy(vhost, 'p', { ...rest, definition: policy })
  if (operator !== undefined) await admin.putOperatorPolicy(vhost, 'op', { ...rest, definition: operator })
}

/** Publishes messages numbered from 1, and waits until they are dealt with. */
async function publish(peer: RawPeer, count: number): Promise<void> {
  await peer.call(1, 'confirm.select')
  for (let i = 1; i <= count; i++) sendTo(peer, QUEUE, String(i))
  for (let confirmed = 0; confirmed < count; ) {
    const { name, args } = await peer.nextMethod(1)
    expect(name).toMatch(/^basic\.n?ack$/)
    const { deliveryTag, multiple } = args as { deliveryTag: number | bigint; multiple: boolean }
    confirmed = multiple ? Number(deliveryTag) : confirmed + 1
  }
}

onEachBroker((target) => {
  describe('max-length', () => {
    const LOWEST: readonly [Setting, kept: string[]][] = [
      [{ argument: { 'x-max-length': 2 }, policy: { 'max-length': 3 } }, ['4', '5']],
      [{ argument: { 'x-max-length': 3 }, policy: { 'max-length': 2 } }, ['4', '5']],
      [{ policy: { 'max-length': 3 }, operator: { 'max-length': 2 } }, ['4', '5']],
      [{ policy: { 'max-length': 2 }, operator: { 'max-length': 3 } }, ['4', '5']],
      [{ argument: { 'x-max-length': 3 }, operator: { 'max-length': 1 } }, ['5']],
      [{ policy: { 'max-length': 1 } }, ['5']],
      [{ operator: { 'max-length': 1 } }, ['5']],
      [{ policy: { 'message-ttl': 60_000 }, operator: { 'max-length-bytes': 2 } }, ['4', '5']],
      [{ argument: { 'x-max-length-bytes': 1 }, policy: { 'max-length-bytes': 2 } }, ['5']],
      // A setting of quorum queues: the policy is passed over as a whole.
      [{ policy: { 'max-length': 1, 'delivery-limit': 1 }, operator: { 'max-length': 4 } }, ['2', '3', '4', '5']],
    ]
    it.each(LOWEST)('is the lowest of %j', (setting, kept) =>
      inVhost(target, 'policy-arguments-lowest', async (admin, peer) => {
        await set(admin, 'policy-arguments-lowest', setting)
        await peer.call(1, 'queue.declare', { queue: QUEUE, arguments: setting.argument ?? {} })
        await publish(peer, 5)
        expect(await drain(peer, QUEUE)).toEqual(kept)
      }),
    )

    it('drops what is queued already when a policy sets it lower', () =>
      inVhost(target, 'policy-arguments-live', async (admin, peer) => {
        await peer.call(1, 'queue.declare', { queue: QUEUE })
        await publish(peer, 5)
        await set(admin, 'policy-arguments-live', { policy: { 'max-length': 2 } })
        await untilReady(peer, QUEUE, 2)
        expect(await drain(peer, QUEUE)).toEqual(['4', '5'])
      }))

    it('holds no more once the policy is deleted', () =>
      inVhost(target, 'policy-arguments-deleted', async (admin, peer) => {
        await set(admin, 'policy-arguments-deleted', { policy: { 'max-length': 1 }, operator: { 'max-length': 2 } })
        await peer.call(1, 'queue.declare', { queue: QUEUE })
        await admin.deletePolicy('policy-arguments-deleted', 'p')
        await admin.deleteOperatorPolicy('policy-arguments-deleted', 'op')
        await publish(peer, 4)
        expect((await inspect(peer, QUEUE)).messageCount).toBe(4)
      }))
  })

  it('lets the argument win for overflow', () =>
    inVhost(target, 'policy-arguments-overflow', async (admin, peer) => {
      await set(admin, 'policy-arguments-overflow', { policy: { 'max-length': 2, overflow: 'reject-publish' } })
      await peer.call(1, 'queue.declare', { queue: QUEUE, arguments: { 'x-overflow': 'drop-head' } })
      await publish(peer, 3)
      expect(await drain(peer, QUEUE)).toEqual(['2', '3'])
    }))

  it('refuses by a policy alone', () =>
    inVhost(target, 'policy-arguments-reject', async (admin, peer) => {
      await set(admin, 'policy-arguments-reject', { policy: { 'max-length': 2, overflow: 'reject-publish' } })
      await peer.call(1, 'queue.declare', { queue: QUEUE })
      await publish(peer, 3)
      expect(await drain(peer, QUEUE)).toEqual(['1', '2'])
    }))

  it('lets the argument win for dead-lettering', () =>
    inVhost(target, 'policy-arguments-dlx', async (admin, peer) => {
      for (const queue of ['by-argument', 'by-policy']) await peer.call(1, 'queue.declare', { queue })
      const policy = { 'max-length': 1, 'dead-letter-exchange': '', 'dead-letter-routing-key': 'by-policy' }
      await set(admin, 'policy-arguments-dlx', { policy })
      const table = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'by-argument' }
      await peer.call(1, 'queue.declare', { queue: QUEUE, arguments: table })
      await publish(peer, 2)
      await untilReady(peer, 'by-argument', 1)
      await peer.call(1, 'queue.delete', { queue: QUEUE })
      await peer.call(1, 'queue.declare', { queue: QUEUE })
      sendTo(peer, QUEUE, '1')
      sendTo(peer, QUEUE, '2')
      await untilReady(peer, 'by-policy', 1)
    }))

  it('expires what arrives after a policy has set a lower TTL', () =>
    inVhost(target, 'policy-arguments-ttl', async (admin, peer) => {
      await peer.call(1, 'queue.declare', { queue: QUEUE, arguments: { 'x-message-ttl': 600_000 } })
      await set(admin, 'policy-arguments-ttl', { policy: { 'message-ttl': 300_000 }, operator: { 'message-ttl': 1 } })
      sendTo(peer, QUEUE, 'message')
      await untilReady(peer, QUEUE, 0)
    }))

  it('ends an unused queue after the lowest time', () =>
    inVhost(target, 'policy-arguments-expires', async (admin, peer) => {
      await peer.call(1, 'queue.declare', { queue: QUEUE, arguments: { 'x-expires': 600_000 } })
      await set(admin, 'policy-arguments-expires', { policy: { expires: 400_000 }, operator: { expires: 1 } })
      await untilGone(peer, QUEUE)
    }))
})
