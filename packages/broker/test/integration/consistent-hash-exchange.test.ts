/** Exchanges that choose one queue by hash: `x-consistent-hash` and `x-modulus-hash`. */

import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, itRefuses, onEachBroker, type Refusal } from './support.ts'
import { declareBound, type Numbered, spread } from './support-exchanges.ts'

const TYPE = 'x-consistent-hash'

function bindWith(routingKey: string) {
  return async (peer: RawPeer) => {
    const exchange = await declareExchange(peer, 'ch-refuse', TYPE)
    peer.send(1, 'queue.bind', { queue: await declareQueue(peer), exchange, routingKey })
  }
}

function declareWith(args: object) {
  return (peer: RawPeer) => peer.send(1, 'exchange.declare', { exchange: 'ch-bad', type: TYPE, arguments: { ...args } })
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses a weight that is no number',
    steps: bindWith('notint'),
    expected: 'ch 406 PRECONDITION_FAILED - The binding key must be an integer: <<"notint">> [queue.bind]',
  },
  {
    name: 'refuses an empty weight',
    steps: bindWith(''),
    expected: 'ch 406 PRECONDITION_FAILED - The binding key must be an integer: <<>> [queue.bind]',
  },
  {
    name: 'refuses a weight with spaces',
    steps: bindWith(' 3'),
    expected: 'ch 406 PRECONDITION_FAILED - The binding key must be an integer: <<" 3">> [queue.bind]',
  },
  {
    name: 'refuses a fraction as weight',
    steps: bindWith('3.0'),
    expected: 'ch 406 PRECONDITION_FAILED - The binding key must be an integer: <<"3.0">> [queue.bind]',
  },
  {
    name: 'refuses weight 0',
    steps: bindWith('0'),
    expected: 'ch 406 PRECONDITION_FAILED - The binding key must be greater than 0 [queue.bind]',
  },
  {
    name: 'refuses a negative weight',
    steps: bindWith('-1'),
    expected: 'ch 406 PRECONDITION_FAILED - The binding key must be greater than 0 [queue.bind]',
  },
  {
    name: 'refuses a bad weight of an exchange binding',
    steps: async (peer) => {
      await declareExchange(peer, 'ch-source', TYPE)
      await declareExchange(peer, 'ch-destination', 'fanout')
      peer.send(1, 'exchange.bind', { source: 'ch-source', destination: 'ch-destination', routingKey: 'x' })
    },
    expected: 'ch 406 PRECONDITION_FAILED - The binding key must be an integer: <<"x">> [exchange.bind]',
  },
  {
    name: 'refuses to hash a header and a property',
    steps: declareWith({ 'hash-header': 'h', 'hash-property': 'message_id' }),
    expected: 'ch 406 PRECONDITION_FAILED - hash-header and hash-property are mutually exclusive [exchange.declare]',
  },
  {
    name: 'refuses an unknown property',
    steps: declareWith({ 'hash-property': 'bogus' }),
    expected: 'ch 406 PRECONDITION_FAILED - Unsupported property: bogus [exchange.declare]',
  },
  {
    name: 'refuses a header name that is no string',
    steps: declareWith({ 'hash-header': 1 }),
    expected: "ch 406 PRECONDITION_FAILED - invalid type 'signedint' for arg 'hash-header' [exchange.declare]",
    rabbit: 'conn 541 INTERNAL_ERROR [0.0]',
    deviation: 'hash-argument-type',
  },
  {
    name: 'looks at the alternate exchange first',
    steps: declareWith({ 'hash-property': 'bogus', 'alternate-exchange': 1 }),
    expected:
      "ch 406 PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange 'ch-bad' in vhost '/' [exchange.declare]",
  },
  {
    name: 'refuses another type',
    steps: async (peer) => {
      await declareExchange(peer, 'ch-type', TYPE)
      peer.send(1, 'exchange.declare', { exchange: 'ch-type', type: 'fanout', autoDelete: true })
    },
    expected:
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'ch-type' in vhost '/': received 'fanout' but current is ''x-consistent-hash'' [exchange.declare]",
  },
]

const WAYS: readonly { what: string; args: object; message: Numbered }[] = [
  { what: 'the routing key', args: {}, message: (i) => ({ routingKey: `key-${i}` }) },
  { what: 'a header', args: { 'hash-header': 'h' }, message: (i) => ({ properties: { headers: { h: `${i}` } } }) },
  {
    what: 'message_id',
    args: { 'hash-property': 'message_id' },
    message: (i) => ({ properties: { messageId: `${i}` } }),
  },
  {
    what: 'correlation_id',
    args: { 'hash-property': 'correlation_id' },
    message: (i) => ({ properties: { correlationId: `${i}` } }),
  },
  { what: 'timestamp', args: { 'hash-property': 'timestamp' }, message: (i) => ({ properties: { timestamp: i } }) },
]

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it.each(WAYS)('spreads messages by $what', async ({ what, args, message }) => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, `ch-by-${what}`, TYPE, ['1', '1', '1'], { ...args })
    const found = await spread(peer, `ch-by-${what}`, queues, 600, message)
    expect(sum(found)).toBe(600)
    for (const each of found) expect(each).toBeGreaterThan(120)
  })

  it('gives queues shares by their weights', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'ch-weights', TYPE, ['1', '+3'])
    const [light, heavy] = await spread(peer, 'ch-weights', queues, 1000)
    expect(light + heavy).toBe(1000)
    expect(heavy / light).toBeGreaterThan(2.2)
    expect(heavy / light).toBeLessThan(4)
  })

  it('counts only the first of two bindings to a queue', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'ch-twice', TYPE, ['1', '1'])
    await bind(peer, queues[0], 'ch-twice', '9')
    const [twice, once] = await spread(peer, 'ch-twice', queues, 600)
    expect(twice + once).toBe(600)
    expect(once).toBeGreaterThan(200)
  })

  it('sends what has the same key to the same queue', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'ch-same', TYPE, ['1', '1', '1', '1'])
    const found = await spread(peer, 'ch-same', queues, 50, () => ({ routingKey: 'same' }))
    expect(found.filter((each) => each > 0)).toEqual([50])
  })

  it.each([
    ['no headers', () => ({})],
    ['other headers', (i: number) => ({ properties: { headers: { other: i } } })],
  ])('sends all messages without the header to one queue: %s', async (what, message) => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, `ch-no-${what}`, TYPE, ['1', '1', '1'], { 'hash-header': 'h' })
    const found = await spread(peer, `ch-no-${what}`, queues, 60, message)
    expect(found.filter((each) => each > 0)).toEqual([60])
  })

  it('sends all messages without the property to one queue', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'ch-no-id', TYPE, ['1', '1', '1'], { 'hash-property': 'message_id' })
    const found = await spread(peer, 'ch-no-id', queues, 60, (i) => ({ routingKey: `${i}` }))
    expect(found.filter((each) => each > 0)).toEqual([60])
  })

  it('does not look at CC', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'ch-cc', TYPE, ['1', '1', '1'])
    const found = await spread(peer, 'ch-cc', queues, 60, (i) => ({ properties: { headers: { CC: [`${i}`] } } }))
    expect(found.filter((each) => each > 0)).toEqual([60])
  })

  it('hands on to the rest what an unbound queue would have got', async () => {
    await using peer = await target.openChannel()
    const queues = await declareBound(peer, 'ch-unbind', TYPE, ['1', '1', '1'])
    await peer.call(1, 'queue.unbind', { queue: queues[1], exchange: 'ch-unbind', routingKey: '1' })
    const [first, gone, last] = await spread(peer, 'ch-unbind', queues, 600)
    expect(gone).toBe(0)
    expect(first + last).toBe(600)
    expect(Math.min(first, last)).toBeGreaterThan(200)
  })

  it('reaches queues over an exchange, and the alternate exchange when nothing is bound', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ch-inner', 'fanout')
    const inner = await declareQueue(peer)
    await bind(peer, inner, 'ch-inner')
    const args = { 'alternate-exchange': 'ch-inner' }
    await peer.call(1, 'exchange.declare', { exchange: 'ch-outer', type: TYPE, arguments: args })
    peer.publish(1, { exchange: 'ch-outer' }, 'alternate')
    await peer.call(1, 'exchange.bind', { source: 'ch-outer', destination: 'ch-inner', routingKey: '1' })
    peer.publish(1, { exchange: 'ch-outer' }, 'bound')
    expect(await drain(peer, inner)).toEqual(['alternate', 'bound'])
    await peer.call(1, 'exchange.delete', { exchange: 'ch-outer' })
  })

  it('does not compare its arguments when it is declared again', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'ch-again', TYPE, { arguments: { 'hash-header': 'a' } })
    await declareExchange(peer, 'ch-again', TYPE, { arguments: { 'hash-property': 'bogus' } })
    await peer.call(1, 'exchange.delete', { exchange: 'ch-again' })
  })

  describe('x-modulus-hash', () => {
    it('spreads messages by the routing key over all bindings', async () => {
      await using peer = await target.openChannel()
      const queues = await declareBound(peer, 'mod', 'x-modulus-hash', ['a', ''])
      await bind(peer, queues[0], 'mod', 'b')
      const [twice, once] = await spread(peer, 'mod', queues, 900)
      expect(twice + once).toBe(900)
      expect(twice / once).toBeGreaterThan(1.4)
      expect(twice / once).toBeLessThan(2.8)
    })

    it('sends what has the same key to the same queue, one copy whatever is in CC', async () => {
      await using peer = await target.openChannel()
      const queues = await declareBound(peer, 'mod-same', 'x-modulus-hash', ['', '', ''])
      const same = await spread(peer, 'mod-same', queues, 30, () => ({}))
      expect(same.filter((each) => each > 0)).toEqual([30])
      const copies = await spread(peer, 'mod-same', queues, 30, (i) => ({ properties: { headers: { CC: [`${i}`] } } }))
      expect(sum(copies)).toBe(30)
    })
  })
})
