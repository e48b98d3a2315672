/** Exclusive queues: closed to other connections, and gone with their own. */

import type { MethodInput } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { declareQueue, drain, itRefuses, onEachBroker, type Refusal, untilGone } from './support.ts'

type Declare = MethodInput<'queue.declare'>

const LOCKED =
  'It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.'

function redeclare(queue: string, first: Declare, second: Declare) {
  return async (peer: RawPeer) => {
    await peer.call(1, 'queue.declare', { queue, exclusive: true, ...first })
    peer.send(1, 'queue.declare', { queue, exclusive: true, ...second })
  }
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses another exclusivity, before anything else',
    steps: redeclare('queue-exclusive', {}, { exclusive: false, durable: true, autoDelete: true }),
    expected: `ch 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'queue-exclusive' in vhost '/'. ${LOCKED} [queue.declare]`,
  },
  {
    name: 'refuses to make a shared queue exclusive',
    steps: redeclare('queue-shared', { exclusive: false, autoDelete: true }, { autoDelete: true }),
    expected: `ch 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'queue-shared' in vhost '/'. ${LOCKED} [queue.declare]`,
  },
]

/** What another connection may not do with an exclusive queue. */
const LOCKED_METHODS: readonly [name: string, send: (peer: RawPeer, queue: string) => void][] = [
  ['queue.declare', (peer, queue) => peer.send(1, 'queue.declare', { queue, exclusive: true })],
  ['queue.declare', (peer, queue) => peer.send(1, 'queue.declare', { queue, passive: true })],
  ['queue.bind', (peer, queue) => peer.send(1, 'queue.bind', { queue, exchange: 'amq.direct' })],
  ['queue.purge', (peer, queue) => peer.send(1, 'queue.purge', { queue })],
  ['queue.delete', (peer, queue) => peer.send(1, 'queue.delete', { queue })],
  ['basic.consume', (peer, queue) => peer.send(1, 'basic.consume', { queue })],
  ['basic.get', (peer, queue) => peer.send(1, 'basic.get', { queue })],
]

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it.each(LOCKED_METHODS)("refuses another connection's %s", async (method, send) => {
    await using owner = await target.openChannel()
    await using other = await target.openChannel()
    const queue = await declareQueue(owner, 'queue-locked')
    send(other, queue)
    expect(await other.outcome()).toBe(
      `ch 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '${queue}' in vhost '/'. ${LOCKED} [${method}]`,
    )
  })

  it('refuses another connection that unbinds it', async () => {
    await using owner = await target.openChannel()
    await using other = await target.openChannel()
    const queue = await declareQueue(owner)
    const binding = { queue, exchange: 'amq.direct', routingKey: 'queue-own' }
    await owner.call(1, 'queue.bind', binding)
    other.send(1, 'queue.unbind', binding)
    expect(await other.outcome()).toBe(
      `ch 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '${queue}' in vhost '/'. ${LOCKED} [queue.unbind]`,
    )
    owner.publish(1, { exchange: 'amq.direct', routingKey: 'queue-own' }, 'still bound')
    expect(await drain(owner, queue)).toEqual(['still bound'])
  })

  it('lets another connection publish to it, and unbind what is not bound', async () => {
    await using owner = await target.openChannel()
    await using other = await target.openChannel()
    const queue = await declareQueue(owner)
    await other.call(1, 'queue.unbind', { queue, exchange: 'amq.direct', routingKey: 'queue-never' })
    await other.call(1, 'confirm.select')
    other.publish(1, { routingKey: queue }, 'theirs')
    await other.expect(1, 'basic.ack')
    expect(await drain(owner, queue)).toEqual(['theirs'])
  })

  it('is gone before connection.close-ok', async () => {
    await using owner = await target.openChannel()
    await using other = await target.openChannel()
    const queue = await declareQueue(owner)
    await owner.call(0, 'connection.close', { replyCode: 200 })
    other.send(1, 'queue.declare', { queue, passive: true })
    expect(await other.outcome()).toBe(`ch 404 NOT_FOUND - no queue '${queue}' in vhost '/' [queue.declare]`)
  })

  it('goes with a dropped connection', async () => {
    await using owner = await target.openChannel()
    await using other = await target.openConnection()
    const queue = await declareQueue(owner)
    owner.socket.destroy()
    await untilGone(other, queue)
  })

  it('is deleted with its connection although declared durable', async () => {
    await using owner = await target.openChannel()
    await using other = await target.openConnection()
    const queue = await declareQueue(owner, 'queue-exclusive-durable', { durable: true })
    await owner.close()
    await untilGone(other, queue)
  })

  it('counts as not durable although declared durable', async () => {
    await using peer = await target.openChannel()
    await declareQueue(peer, 'queue-exclusive-transient', { durable: true })
    await declareQueue(peer, 'queue-exclusive-transient', { durable: true })
    await declareQueue(peer, 'queue-exclusive-transient', { durable: false })
  })
})
