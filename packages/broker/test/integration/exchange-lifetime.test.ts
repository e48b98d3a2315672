/** When exchanges go by themselves, and what goes with them. */

import { eventually, type RawPeer } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, onEachBroker } from './support.ts'

const missing = (exchange: string) => `ch 404 NOT_FOUND - no exchange '${exchange}' in vhost '/' [exchange.declare]`

onEachBroker((target) => {
  it('keeps an auto-delete exchange that never had a binding', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ex-fresh', 'fanout')
    await peer.call(1, 'queue.unbind', { queue: await declareQueue(peer), exchange: 'ex-fresh' })
    await peer.call(1, 'exchange.declare', { exchange: 'ex-fresh', passive: true })
    await peer.call(1, 'exchange.delete', { exchange: 'ex-fresh' })
  })

  it.each<[string, string, (peer: RawPeer, queue: string) => Promise<unknown>]>([
    [
      'its last binding is removed',
      'ex-unbound',
      (peer, queue) => peer.call(1, 'queue.unbind', { queue, exchange: 'ex-unbound' }),
    ],
    ['its last queue is deleted', 'ex-orphan', (peer, queue) => peer.call(1, 'queue.delete', { queue })],
  ])('deletes an auto-delete exchange when %s', async (_when, exchange, removeBinding) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, exchange, 'fanout')
    await bind(peer, queue, exchange)
    await removeBinding(peer, queue)
    peer.send(1, 'exchange.declare', { exchange, passive: true })
    expect(await peer.outcome()).toBe(missing(exchange))
  })

  it('cascades auto-delete along bindings between exchanges', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, 'ex-first', 'fanout')
    await declareExchange(peer, 'ex-second', 'fanout')
    await peer.call(1, 'exchange.bind', { source: 'ex-first', destination: 'ex-second' })
    await bind(peer, queue, 'ex-second')
    await peer.call(1, 'queue.delete', { queue })
    await peer.call(2, 'channel.open')
    peer.send(2, 'exchange.declare', { exchange: 'ex-second', passive: true })
    expect(await peer.outcome()).toBe(missing('ex-second'))
    peer.send(1, 'exchange.declare', { exchange: 'ex-first', passive: true })
    expect(await peer.outcome()).toBe(missing('ex-first'))
  })

  it('deletes an auto-delete exchange when the exclusive queues of a connection go', async () => {
    await using owner = await target.openChannel()
    await declareExchange(owner, 'ex-watched', 'fanout')
    await bind(owner, await declareQueue(owner), 'ex-watched')
    await owner.close()
    await using watcher = await target.openConnection()
    let channel = 1
    await eventually(async () => {
      await watcher.call(channel, 'channel.open')
      watcher.send(channel, 'exchange.declare', { exchange: 'ex-watched', passive: true })
      return (await watcher.nextMethod(channel++)).name === 'channel.close'
    }, 'the end of the exchange')
  })

  it('deletes an auto-delete exchange when the exchange that it was bound to is deleted', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ex-source', 'fanout')
    await declareExchange(peer, 'ex-target', 'fanout')
    await peer.call(1, 'exchange.bind', { source: 'ex-source', destination: 'ex-target' })
    await peer.call(1, 'exchange.delete', { exchange: 'ex-target' })
    peer.send(1, 'exchange.declare', { exchange: 'ex-source', passive: true })
    expect(await peer.outcome()).toBe(missing('ex-source'))
  })

  it('removes the bindings of a deleted exchange', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, 'ex-fleeting', 'fanout')
    await bind(peer, queue, 'ex-fleeting')
    await peer.call(1, 'exchange.delete', { exchange: 'ex-fleeting' })
    await declareExchange(peer, 'ex-fleeting', 'fanout')
    peer.publish(1, { exchange: 'ex-fleeting' }, 'lost')
    await peer.call(1, 'exchange.delete', { exchange: 'ex-fleeting' })
    expect(await drain(peer, queue)).toEqual([])
  })
})
