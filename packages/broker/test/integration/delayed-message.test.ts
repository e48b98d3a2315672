/** `x-delayed-message`: messages are routed later. RabbitMQ's plugin is not in its distribution, so this runs on ours alone. */

import { type Broker, createBroker } from '@warrenmq/broker'
import { type FieldTable, typed } from '@warrenmq/codec'
import { openChannel, type RawPeer } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { bind, declareExchange, declareQueue, drain, get, inspect, untilReady } from './support.ts'

const TYPE = 'x-delayed-message'
const clock = new ManualClock()
let broker: Broker

beforeAll(async () => {
  broker = await createBroker({ port: 0, clock })
})
afterAll(() => broker.close())

/** A channel and a queue bound to a new delayed exchange with the key `k`. */
async function open(exchange: string, delayedType = 'direct'): Promise<{ peer: RawPeer; queue: string }> {
  const peer = await openChannel(broker.port)
  await declareExchange(peer, exchange, TYPE, { arguments: { 'x-delayed-type': delayedType } })
  const queue = await declareQueue(peer)
  await bind(peer, queue, exchange, 'k')
  return { peer, queue }
}

function publish(peer: RawPeer, exchange: string, body: string, delay: unknown, headers: FieldTable = {}): void {
  const all = { 'x-delay': delay, ...headers } as FieldTable
  peer.publish(1, { exchange, routingKey: 'k' }, body, { headers: all })
}

/** Waits until the broker has handled what was sent on channel 1. */
async function settled(peer: RawPeer, queue: string): Promise<number> {
  return (await inspect(peer, queue)).messageCount
}

describe('delays', () => {
  it('routes a message when its time has come and not before, and negates the header', async () => {
    const { peer, queue } = await open('dm-time')
    await using _ = peer
    publish(peer, 'dm-time', 'late', 5000)
    expect(await settled(peer, queue)).toBe(0)
    clock.advance(4999)
    expect(await settled(peer, queue)).toBe(0)
    clock.advance(1)
    await untilReady(peer, queue, 1)
    const message = await get(peer, queue)
    expect(message?.args).toMatchObject({ exchange: 'dm-time', routingKey: 'k', redelivered: false })
    expect(message?.properties.headers).toEqual({ 'x-delay': typed('I', -5000) })
  })

  it('routes by the time that is due, and in the order of arrival at the same time', async () => {
    const { peer, queue } = await open('dm-order')
    await using _ = peer
    for (const [body, delay] of [
      ['c', 300],
      ['a', 100],
      ['d', 300],
      ['b', 200],
    ] as const) {
      publish(peer, 'dm-order', body, delay)
    }
    await settled(peer, queue)
    clock.advance(1000)
    await untilReady(peer, queue, 4)
    expect(await drain(peer, queue)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('keeps delays beyond what timers can count exactly', async () => {
    const { peer, queue } = await open('dm-long')
    await using _ = peer
    publish(peer, 'dm-long', 'long', 2 ** 32 - 1)
    await settled(peer, queue)
    clock.advance(2 ** 31)
    expect(await settled(peer, queue)).toBe(0)
    clock.advance(2 ** 31 - 2)
    expect(await settled(peer, queue)).toBe(0)
    clock.advance(1)
    await untilReady(peer, queue, 1)
    expect((await get(peer, queue))?.properties.headers).toEqual({ 'x-delay': typed('l', -(2 ** 32 - 1)) })
  })

  it.each([
    ['a string of digits', '100'],
    ['a float', 100.9],
    ['any integer type', typed('s', 100)],
    ['a decimal', typed('D', { scale: 1, value: 1005 })],
  ])('takes %s', async (what, delay) => {
    const { peer, queue } = await open(`dm-${what}`)
    await using _ = peer
    publish(peer, `dm-${what}`, 'x', delay)
    expect(await settled(peer, queue)).toBe(0)
    clock.advance(100)
    await untilReady(peer, queue, 1)
    expect((await get(peer, queue))?.properties.headers?.['x-delay']).toEqual(typed('I', -100))
  })

  it.each([
    ['no delay', undefined],
    ['0', 0],
    ['a negative delay', -100],
    ['more than 2^32-1', typed('l', 2 ** 32)],
    ['text', 'soon'],
    ['a bool', true],
    ['an array', [100]],
    ['NaN', Number.NaN],
  ])('routes at once: %s', async (what, delay) => {
    const { peer, queue } = await open(`dm-${what}`)
    await using _ = peer
    publish(peer, `dm-${what}`, 'x', delay)
    expect(await drain(peer, queue)).toEqual(['x'])
  })
})

describe('routing', () => {
  it('goes by the bindings of the time it is due', async () => {
    const { peer, queue } = await open('dm-bindings', 'topic')
    await using _ = peer
    publish(peer, 'dm-bindings', 'x', 10)
    const later = await declareQueue(peer)
    await bind(peer, later, 'dm-bindings', '#')
    await peer.call(1, 'queue.unbind', { queue, exchange: 'dm-bindings', routingKey: 'k' })
    clock.advance(10)
    await untilReady(peer, later, 1)
    expect(await settled(peer, queue)).toBe(0)
  })

  it('delays what comes over a binding, while other queues get it at once and as it is', async () => {
    const { peer, queue } = await open('dm-inner')
    await using _ = peer
    await declareExchange(peer, 'dm-outer', 'fanout')
    await peer.call(1, 'exchange.bind', { source: 'dm-outer', destination: 'dm-inner' })
    const direct = await declareQueue(peer)
    await bind(peer, direct, 'dm-outer')
    publish(peer, 'dm-outer', 'x', 10)
    expect((await get(peer, direct))?.properties.headers).toEqual({ 'x-delay': typed('I', 10) })
    clock.advance(10)
    await untilReady(peer, queue, 1)
    expect((await get(peer, queue))?.args).toMatchObject({ exchange: 'dm-outer', routingKey: 'k' })
  })

  it('does not delay again on another delayed exchange', async () => {
    const { peer, queue } = await open('dm-second')
    await using _ = peer
    await declareExchange(peer, 'dm-first', TYPE, { arguments: { 'x-delayed-type': 'fanout' } })
    await peer.call(1, 'exchange.bind', { source: 'dm-first', destination: 'dm-second' })
    publish(peer, 'dm-first', 'x', 10)
    await settled(peer, queue)
    clock.advance(10)
    await untilReady(peer, queue, 1)
  })

  it('goes by CC and BCC as well, and shows no BCC', async () => {
    const { peer, queue } = await open('dm-cc')
    await using _ = peer
    const other = await declareQueue(peer)
    await bind(peer, other, 'dm-cc', 'bcc')
    publish(peer, 'dm-cc', 'x', 10, { BCC: ['bcc'] })
    await settled(peer, queue)
    clock.advance(10)
    await untilReady(peer, queue, 1)
    expect(Object.keys((await get(peer, other))?.properties.headers ?? {})).toEqual(['x-delay'])
  })

  it('uses the alternate exchange when the message is due, not before', async () => {
    const { peer, queue } = await open('dm-alternate')
    await using _ = peer
    const args = { 'x-delayed-type': 'direct', 'alternate-exchange': 'dm-alternate' }
    await peer.call(1, 'exchange.declare', { exchange: 'dm-unbound', type: TYPE, arguments: args })
    publish(peer, 'dm-unbound', 'x', 10)
    expect(await settled(peer, queue)).toBe(0)
    clock.advance(10)
    await untilReady(peer, queue, 1)
  })

  it('may choose by hash, and remember what is due', async () => {
    const { peer } = await open('dm-history', 'x-recent-history')
    await using _ = peer
    publish(peer, 'dm-history', 'x', 10)
    const early = await declareQueue(peer)
    await bind(peer, early, 'dm-history', 'early')
    expect(await settled(peer, early)).toBe(0)
    clock.advance(10)
    await untilReady(peer, early, 1)
    const late = await declareQueue(peer)
    await bind(peer, late, 'dm-history')
    expect(await drain(peer, late)).toEqual(['x'])
  })

  it('routes more than fit in one slice, in order', async () => {
    const { peer, queue } = await open('dm-many')
    await using _ = peer
    for (let i = 0; i < 5000; i++) publish(peer, 'dm-many', `${i}`, 10)
    await settled(peer, queue)
    clock.advance(10)
    await untilReady(peer, queue, 5000)
    expect(await drain(peer, queue)).toEqual(Array.from({ length: 5000 }, (_, i) => `${i}`))
  })
})

describe('what the publisher hears', () => {
  it('is the confirm, at once', async () => {
    const { peer } = await open('dm-confirm')
    await using _ = peer
    await peer.call(1, 'confirm.select')
    publish(peer, 'dm-confirm', 'x', 10)
    expect(await peer.expect(1, 'basic.ack')).toMatchObject({ deliveryTag: 1 })
  })

  it('is no return of a mandatory message that waits', async () => {
    const { peer } = await open('dm-mandatory')
    await using _ = peer
    await peer.call(1, 'confirm.select')
    const headers = { 'x-delay': 10 }
    peer.publish(1, { exchange: 'dm-mandatory', routingKey: 'nowhere', mandatory: true }, 'x', { headers })
    await peer.expect(1, 'basic.ack')
    peer.publish(1, { exchange: 'dm-mandatory', routingKey: 'nowhere', mandatory: true }, 'x')
    expect((await peer.expectContent(1, 'basic.return')).args.replyCode).toBe(312)
  })

  it('counts from the commit in a transaction, and nothing waits of one that is rolled back', async () => {
    const { peer, queue } = await open('dm-tx')
    await using _ = peer
    await peer.call(1, 'tx.select')
    publish(peer, 'dm-tx', 'rolled back', 10)
    await peer.call(1, 'tx.rollback')
    publish(peer, 'dm-tx', 'committed', 10)
    await settled(peer, queue)
    clock.advance(5)
    await peer.call(1, 'tx.commit')
    clock.advance(9)
    expect(await settled(peer, queue)).toBe(0)
    clock.advance(1)
    await untilReady(peer, queue, 1)
    expect(await drain(peer, queue)).toEqual(['committed'])
  })
})

describe('the exchange', () => {
  it('drops what waits when it goes', async () => {
    const { peer, queue } = await open('dm-gone')
    await using _ = peer
    publish(peer, 'dm-gone', 'x', 10)
    await peer.call(1, 'exchange.delete', { exchange: 'dm-gone' })
    await declareExchange(peer, 'dm-gone', TYPE, { arguments: { 'x-delayed-type': 'direct' } })
    await bind(peer, queue, 'dm-gone', 'k')
    clock.advance(10)
    publish(peer, 'dm-gone', 'at once', 0)
    expect(await drain(peer, queue)).toEqual(['at once'])
  })

  const must = "ch 406 PRECONDITION_FAILED - Invalid argument, 'x-delayed-type' must be an existing exchange type"
  it.each([
    ['no type to route by', {}, must],
    ['a type that is no string', { 'x-delayed-type': 1 }, must],
    [
      'itself as type to route by',
      { 'x-delayed-type': TYPE },
      "ch 406 PRECONDITION_FAILED - Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'",
    ],
    ['an unknown type', { 'x-delayed-type': 'x-no' }, "conn 503 COMMAND_INVALID - unknown exchange type 'x-no'"],
    [
      'arguments that the type refuses',
      { 'x-delayed-type': 'x-consistent-hash', 'hash-property': 'bogus' },
      'ch 406 PRECONDITION_FAILED - Unsupported property: bogus',
    ],
  ])('refuses %s', async (_what, args, text) => {
    await using peer = await openChannel(broker.port)
    peer.send(1, 'exchange.declare', { exchange: 'dm-refused', type: TYPE, arguments: args as FieldTable })
    expect(await peer.outcome()).toBe(`${text} [exchange.declare]`)
  })
})
