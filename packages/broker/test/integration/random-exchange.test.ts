/** Exchanges that choose one queue by chance: `x-random`, and `x-local-random`, which RabbitMQ has from 4.0 on. */

import { createBroker } from '@warrenmq/broker'
import { openChannel } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, onEachBroker } from './support.ts'
import { declareBound, spread } from './support-exchanges.ts'

onEachBroker((target) => {
  it('gives every binding the same share, whatever its key', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'random', 'x-random', ['', 'some.key'])
    await bind(peer, queues[0], 'random', 'other')
    const [twice, once] = await spread(peer, 'random', queues, 900, () => ({}))
    expect(twice + once).toBe(900)
    expect(twice / once).toBeGreaterThan(1.4)
    expect(twice / once).toBeLessThan(2.8)
  })

  it('gives a message to one queue, whatever is in CC', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'random-cc', 'x-random', ['', ''])
    const [one, other] = await spread(peer, 'random-cc', queues, 50, (i) => ({
      properties: { headers: { CC: [`${i}`] } },
    }))
    expect(one + other).toBe(50)
  })

  it('chooses behind another exchange too', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'random-inner', 'x-random', ['', ''])
    await declareExchange(peer, 'random-outer', 'direct')
    await peer.call(1, 'exchange.bind', { source: 'random-outer', destination: 'random-inner', routingKey: 'k' })
    const found = await spread(peer, 'random-outer', queues, 100, () => ({ routingKey: 'k' }))
    expect(found[0] + found[1]).toBe(100)
    expect(Math.min(...found)).toBeGreaterThan(0)
  })

  it('returns what nothing is bound for', async () => {
    await using peer = await target.openChannel()
    await peer.call(1, 'exchange.declare', { exchange: 'random-none', type: 'x-random' })
    peer.publish(1, { exchange: 'random-none', mandatory: true }, 'x')
    expect((await peer.expectContent(1, 'basic.return')).args.replyCode).toBe(312)
    await peer.call(1, 'exchange.delete', { exchange: 'random-none' })
  })
})

describe('x-local-random', () => {
  it('spreads over the queues bound with an empty key and refuses other bindings', async () => {
    await using broker = await createBroker({ port: 0 })
    await using peer = await openChannel(broker.port)
    const queues = await declareBound(peer, 'local', 'x-local-random', ['', ''])
    const found = await spread(peer, 'local', queues, 100, () => ({ routingKey: 'any' }))
    expect(found[0] + found[1]).toBe(100)
    expect(Math.min(...found)).toBeGreaterThan(0)
    peer.send(1, 'queue.bind', { queue: queues[0], exchange: 'local', routingKey: 'key' })
    expect(await peer.outcome()).toBe(
      "ch 406 PRECONDITION_FAILED - Non empty binding 'key' key not permitted [queue.bind]",
    )
  })

  it('takes its chance from the source that the broker was given', async () => {
    await using broker = await createBroker({ port: 0, random: (count) => new Uint8Array(count) })
    await using peer = await openChannel(broker.port)
    await declareExchange(peer, 'always-first', 'x-random')
    const [first, second] = [await declareQueue(peer, 'first'), await declareQueue(peer, 'second')]
    await bind(peer, first, 'always-first')
    await bind(peer, second, 'always-first')
    for (let i = 0; i < 5; i++) peer.publish(1, { exchange: 'always-first' }, `${i}`)
    expect(await drain(peer, second)).toEqual([])
    expect(await drain(peer, first)).toHaveLength(5)
  })
})
