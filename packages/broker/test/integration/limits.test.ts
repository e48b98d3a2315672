/** Limits of vhosts and users. What is there stays; a limit refuses what comes next. */

import { createBroker } from '@warrenmq/broker'
import { eventually, openChannel, type RawPeer, type Target } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { inVhost, refusalOf } from './policy-support.ts'
import { onEachBroker } from './support.ts'

const ALL = { configure: '.*', write: '.*', read: '.*' }

/** A user with all rights in the default vhost, for as long as `steps` runs. */
async function withUser(target: Target, user: string, steps: () => Promise<void>): Promise<void> {
  await target.admin.putUser(user, { password: 'pw', tags: [] })
  try {
    await target.admin.putPermissions(user, '/', ALL)
    await steps()
  } finally {
    await target.admin.deleteUser(user)
  }
}

onEachBroker((target) => {
  describe('connections of a vhost', () => {
    it('refuses all for a limit of 0, and takes them again without it', async () => {
      const { admin } = target
      await admin.putVhost('limits-none')
      await admin.putVhostLimit('limits-none', 'max-connections', 0)
      await expect(target.openConnection({ virtualHost: 'limits-none' })).rejects.toThrow(
        "530 NOT_ALLOWED - access to vhost 'limits-none' refused for user 'guest': connection limit (0) is reached",
      )
      await admin.deleteVhostLimit('limits-none', 'max-connections')
      await (await target.openConnection({ virtualHost: 'limits-none' })).close()
      await admin.deleteVhost('limits-none')
    })

    it('counts those that are open', async () => {
      const { admin } = target
      await admin.putVhost('limits-one')
      await admin.putVhostLimit('limits-one', 'max-connections', 1)
      const first = await target.openConnection({ virtualHost: 'limits-one' })
      expect(await untilRefused(() => target.openConnection({ virtualHost: 'limits-one' }))).toContain(
        "access to vhost 'limits-one' refused for user 'guest': connection limit (1) is reached",
      )
      await first.close()
      await eventually(
        () => target.openConnection({ virtualHost: 'limits-one' }).then((peer) => peer.close().then(() => true)),
        'the first connection to count no more',
      )
      await admin.deleteVhost('limits-one')
    })

    it('takes a negative number for no limit', async () => {
      const { admin } = target
      await admin.putVhost('limits-negative')
      await admin.putVhostLimit('limits-negative', 'max-connections', 0)
      await admin.putVhostLimit('limits-negative', 'max-connections', -1)
      await (await target.openConnection({ virtualHost: 'limits-negative' })).close()
      await admin.deleteVhost('limits-negative')
    })

    it('comes before the question whether the user may enter', async () => {
      await withUser(target, 'limits-stranger', async () => {
        await target.admin.putVhost('limits-order')
        await target.admin.putVhostLimit('limits-order', 'max-connections', 0)
        const open = { virtualHost: 'limits-order', user: 'limits-stranger', password: 'pw' }
        await expect(target.openConnection(open)).rejects.toThrow(
          "access to vhost 'limits-order' refused for user 'limits-stranger': connection limit (0) is reached",
        )
        await target.admin.deleteVhost('limits-order')
      })
    })
  })

  describe('queues of a vhost', () => {
    it('refuses one more, also to say that its arguments are wrong, and finds those that are there', () =>
      inVhost(target, 'limits-queues', async (admin, peer) => {
        await admin.putVhostLimit('limits-queues', 'max-queues', 1)
        await peer.call(1, 'queue.declare', { queue: 'a', exclusive: true })
        await peer.call(1, 'queue.declare', { queue: 'a', exclusive: true })
        peer.send(1, 'queue.declare', { queue: 'b', arguments: { 'x-message-ttl': -1 } })
        expect(await peer.outcome()).toBe(
          "ch 406 PRECONDITION_FAILED - cannot declare queue 'b': queue limit in vhost 'limits-queues' (1) " +
            'is reached [queue.declare]',
        )
      }))

    it('takes another when one has gone', () =>
      inVhost(target, 'limits-again', async (admin, peer) => {
        await admin.putVhostLimit('limits-again', 'max-queues', 1)
        await peer.call(1, 'queue.declare', { queue: 'a' })
        await peer.call(1, 'queue.delete', { queue: 'a' })
        await peer.call(1, 'queue.declare', { queue: 'b' })
      }))

    it('keeps what is there when the limit is lower', () =>
      inVhost(target, 'limits-lower', async (admin, peer) => {
        await peer.call(1, 'queue.declare', { queue: 'a' })
        await peer.call(1, 'queue.declare', { queue: 'b' })
        await admin.putVhostLimit('limits-lower', 'max-queues', 0)
        await peer.call(1, 'queue.declare', { queue: 'b' })
        peer.send(1, 'queue.declare', { queue: 'c' })
        expect(await peer.outcome()).toContain("cannot declare queue 'c': queue limit in vhost 'limits-lower' (0)")
      }))

    it.each([
      ['max-foo', 1, 'Unrecognised terms [{<<"max-foo">>,1}] in limits'],
      ['max-queues', 'x' as unknown as number, 'max-queues should be a number, actually was <<"x">>'],
    ])('refuses to set %s to %s', (limit, value, reason) =>
      inVhost(target, 'limits-invalid', async (admin) => {
        const refusal = await refusalOf(admin.putVhostLimit('limits-invalid', limit, value))
        expect(refusal).toBe(`Validation failed\n\n${reason}\n`)
      }),
    )
  })

  describe('connections of a user', () => {
    it('refuses one more', () =>
      withUser(target, 'limits-user', async () => {
        const open = { user: 'limits-user', password: 'pw' }
        await target.admin.putUserLimit('limits-user', 'max-connections', 1)
        await using _first = await target.openConnection(open)
        expect(await untilRefused(() => target.openConnection(open))).toContain(
          "530 NOT_ALLOWED - connection refused for user 'limits-user': user connection limit (1) is reached",
        )
        await target.admin.deleteUserLimit('limits-user', 'max-connections')
        await (await target.openConnection(open)).close()
      }))

    it.each([
      ['max-foo', 1, 'Unrecognised terms [{<<"max-foo">>,1}] in user-limits'],
      ['max-connections', 'x' as unknown as number, 'max-connections should be a number, actually was <<"x">>'],
    ])('refuses to set %s to %s', (limit, value, reason) =>
      withUser(target, 'limits-user-invalid', async () => {
        expect(await refusalOf(target.admin.putUserLimit('limits-user-invalid', limit, value))).toBe(reason)
      }),
    )
  })

  describe('channels of a user', () => {
    it('refuses one more, over all connections', () =>
      withUser(target, 'limits-channels', async () => {
        const open = { user: 'limits-channels', password: 'pw' }
        await target.admin.putUserLimit('limits-channels', 'max-channels', 2)
        await using first = await target.openChannel(open)
        await using _second = await target.openChannel(open)
        const refusal = await untilRefused(() => target.openChannel(open))
        expect(refusal).toContain(
          "530 NOT_ALLOWED - number of channels opened for user 'limits-channels' has reached the maximum allowed user " +
            'limit of (2)',
        )
        await first.call(1, 'channel.close')
        const opened = () => target.openChannel(open).then((peer) => peer.close().then(() => true))
        await eventually(opened, 'the closed channel to count no more')
      }))
  })
})

it('limits queues, exchanges and vhosts of the whole broker', async () => {
  await using broker = await createBroker({ port: 0, queueMax: 1, exchangeMax: 15, vhostMax: 2 })
  await broker.admin.putVhost('limits-second')
  await expect(broker.admin.putVhost('limits-third')).rejects.toMatchObject({
    code: 'INVALID',
    message: "cannot create vhost 'limits-third': vhost limit of 2 is reached",
  })
  await using peer = await openChannel(broker.port)
  await peer.call(1, 'queue.declare', { queue: 'a' })
  await using second = await openChannel(broker.port, { virtualHost: 'limits-second' })
  second.send(1, 'queue.declare', { queue: 'b' })
  expect(await second.outcome()).toBe(
    "ch 406 PRECONDITION_FAILED - cannot declare queue 'b': queue limit in cluster (1) is reached [queue.declare]",
  )
  // Each vhost begins with seven.
  await peer.call(1, 'exchange.declare', { exchange: 'x', type: 'direct' })
  await peer.call(1, 'exchange.declare', { exchange: 'x', type: 'direct' })
  peer.send(1, 'exchange.declare', { exchange: 'y', type: 'direct' })
  expect(await peer.outcome()).toBe(
    "ch 406 PRECONDITION_FAILED - cannot declare exchange 'y' in vhost '/': exchange limit of 15 is reached " +
      '[exchange.declare]',
  )
})

it('counts a connection no more that was cut', async () => {
  await using broker = await createBroker({ port: 0 })
  await broker.admin.putVhostLimit('/', 'max-connections', 1)
  await broker.admin.putUserLimit('guest', 'max-connections', 1)
  await broker.admin.putUserLimit('guest', 'max-channels', 1)
  for (let i = 0; i < 3; i++) {
    const peer = await eventually(() => openChannel(broker.port), 'the connection before to be gone')
    await peer[Symbol.asyncDispose]()
  }
})

/** Connects until that is refused, and returns how. RabbitMQ counts a little after it has let somebody in. */
async function untilRefused(connect: () => Promise<RawPeer>): Promise<string> {
  const refusal = await eventually(async () => {
    try {
      await (await connect()).close()
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }, 'a refusal')
  return refusal ?? ''
}
