/** Queues and exchanges that drop duplicates. RabbitMQ has none, so this runs on ours alone. */

import { type Broker, createBroker } from '@warrenmq/broker'
import { type FieldTable, typed } from '@warrenmq/codec'
import { openChannel, type RawPeer } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { bind, declareExchange, declareQueue, drain, get, inspect, untilReady } from './support.ts'

const HEADER = 'x-deduplication-header'
const clock = new ManualClock()
let broker: Broker

beforeAll(async () => {
  broker = await createBroker({ port: 0, clock })
})
afterAll(() => broker.close())

const open = (): Promise<RawPeer> => openChannel(broker.port)

/** Declares something that drops duplicates and returns the exchange, the routing key and the queue of it. */
const PLACES: readonly [string, (peer: RawPeer, name: string, args?: FieldTable) => Promise<[string, string]>][] = [
  [
    'a queue',
    async (peer, name, args = {}) => {
      const queue = await declareQueue(peer, name, { arguments: { 'x-deduplication': true, ...args } })
      return ['', queue]
    },
  ],
  [
    'an exchange',
    async (peer, name, args = {}) => {
      await declareExchange(peer, name, 'direct', { arguments: { 'x-deduplication': true, ...args } })
      const queue = await declareQueue(peer)
      await bind(peer, queue, name, queue)
      return [name, queue]
    },
  ],
]

describe.each(PLACES)('%s', (place, declare) => {
  function publisher(peer: RawPeer, [exchange, queue]: [string, string]) {
    return (body: string, headers: FieldTable, properties: object = {}) =>
      peer.publish(1, { exchange, routingKey: queue }, body, { headers, ...properties })
  }

  it('drops what has the same value in the header, and confirms it', async () => {
    await using peer = await open()
    const at = await declare(peer, `${place} 1`)
    const publish = publisher(peer, at)
    await peer.call(1, 'confirm.select')
    publish('a', { [HEADER]: 'one' })
    publish('duplicate', { [HEADER]: 'one' })
    publish('b', { [HEADER]: 'two' })
    let confirmed = 0
    while (confirmed < 3) confirmed = Number((await peer.expect(1, 'basic.ack')).deliveryTag)
    expect(await drain(peer, at[1])).toEqual(['a', 'b'])
    publish('duplicate after it was consumed', { [HEADER]: 'one' })
    await peer.expect(1, 'basic.ack')
    expect((await inspect(peer, at[1])).messageCount).toBe(0)
  })

  it('tells values apart by type and value, but not by the width of an integer', async () => {
    await using peer = await open()
    const at = await declare(peer, `${place} 2`)
    const publish = publisher(peer, at)
    const values: [string, unknown][] = [
      ['integer', 1],
      ['same', typed('l', 1)],
      ['string', '1'],
      ['bool', true],
      ['long', 'x'.repeat(5000)],
      ['same', 'x'.repeat(5000)],
      ['longer', 'x'.repeat(5001)],
      ['array', [1]],
    ]
    for (const [body, value] of values) publish(body, { [HEADER]: value } as FieldTable)
    expect(await drain(peer, at[1])).toEqual(['integer', 'string', 'bool', 'long', 'longer', 'array'])
  })

  it('does not look at messages without the header, whatever their message id', async () => {
    await using peer = await open()
    const at = await declare(peer, `${place} 3`)
    const publish = publisher(peer, at)
    publish('a', {}, { messageId: 'same' })
    publish('b', {}, { messageId: 'same' })
    publish('c', { [HEADER]: null })
    publish('d', { [HEADER]: null })
    peer.publish(1, { exchange: at[0], routingKey: at[1] }, 'e')
    expect(await drain(peer, at[1])).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('goes by the header that it was told', async () => {
    await using peer = await open()
    const at = await declare(peer, `${place} 4`, { 'x-deduplication-header': 'order' })
    const publish = publisher(peer, at)
    publish('a', { order: 1, [HEADER]: 'same' })
    publish('b', { order: 2, [HEADER]: 'same' })
    publish('c', { order: 1 })
    expect(await drain(peer, at[1])).toEqual(['a', 'b'])
  })

  it('remembers the last ones up to its size', async () => {
    await using peer = await open()
    const at = await declare(peer, `${place} 5`, { 'x-deduplication-size': 2 })
    const publish = publisher(peer, at)
    for (const value of ['1', '2', '1', '3', '2', '1']) publish(value, { [HEADER]: value })
    expect(await drain(peer, at[1])).toEqual(['1', '2', '3', '1'])
  })

  it('remembers for as long as it was told, from the first', async () => {
    await using peer = await open()
    const at = await declare(peer, `${place} 6`, { 'x-deduplication-ttl': 1000 })
    const publish = publisher(peer, at)
    publish('a', { [HEADER]: 1 })
    await inspect(peer, at[1])
    clock.advance(999)
    publish('b', { [HEADER]: 1 })
    await inspect(peer, at[1])
    clock.advance(1)
    publish('c', { [HEADER]: 1 })
    expect(await drain(peer, at[1])).toEqual(['a', 'c'])
  })

  it('returns no duplicate that is mandatory', async () => {
    await using peer = await open()
    const [exchange, queue] = await declare(peer, `${place} 7`)
    await peer.call(1, 'confirm.select')
    for (let i = 0; i < 2; i++) {
      peer.publish(1, { exchange, routingKey: queue, mandatory: true }, 'x', { headers: { [HEADER]: 1 } })
      await peer.expect(1, 'basic.ack')
    }
    expect(await drain(peer, queue)).toEqual(['x'])
  })

  it('drops duplicates in a transaction, and remembers nothing of one that is rolled back', async () => {
    await using peer = await open()
    const at = await declare(peer, `${place} 8`)
    const publish = publisher(peer, at)
    await peer.call(1, 'tx.select')
    publish('rolled back', { [HEADER]: 1 })
    await peer.call(1, 'tx.rollback')
    publish('a', { [HEADER]: 1 })
    publish('b', { [HEADER]: 1 })
    await peer.call(1, 'tx.commit')
    expect(await drain(peer, at[1])).toEqual(['a'])
  })
})

describe('a full queue', () => {
  it.each(['queue', 'exchange'])('can be sent again what it refused: %s', async (place) => {
    await using peer = await open()
    const deduplication = { 'x-deduplication': true }
    const limits = { 'x-max-length': 1, 'x-overflow': 'reject-publish' }
    const args = place === 'queue' ? { ...limits, ...deduplication } : limits
    const queue = await declareQueue(peer, '', { arguments: args })
    const exchange = await declareExchange(peer, `full-${place}`, 'fanout', {
      arguments: place === 'exchange' ? deduplication : {},
    })
    await bind(peer, queue, exchange)
    await peer.call(1, 'confirm.select')
    const publish = (value: number) =>
      peer.publish(1, { exchange, routingKey: '' }, `${value}`, { headers: { [HEADER]: value } })
    publish(1)
    await peer.expect(1, 'basic.ack')
    publish(2)
    await peer.expect(1, 'basic.nack')
    expect(await drain(peer, queue)).toEqual(['1'])
    publish(2)
    await peer.expect(1, 'basic.ack')
    expect(await drain(peer, queue)).toEqual(['2'])
  })
})

describe('messages on their way back', () => {
  it('are no duplicates when they were dead-lettered', async () => {
    await using peer = await open()
    const args = { 'x-deduplication': true, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dd-retry' }
    const work = await declareQueue(peer, 'dd-work', { arguments: args })
    const retry = { 'x-message-ttl': 10, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dd-work' }
    await declareQueue(peer, 'dd-retry', { arguments: retry })
    peer.publish(1, { routingKey: work }, 'x', { headers: { [HEADER]: 1 } })
    const first = await get(peer, work, { noAck: false })
    peer.send(1, 'basic.reject', { deliveryTag: first?.args.deliveryTag ?? 0, requeue: false })
    await untilReady(peer, 'dd-retry', 1)
    clock.advance(10)
    await untilReady(peer, work, 1)
  })

  it('are no duplicates when they were delayed by the same exchange', async () => {
    await using peer = await open()
    const args = { 'x-deduplication': true, 'x-delayed-type': 'fanout' }
    const exchange = await declareExchange(peer, 'dd-delayed', 'x-delayed-message', { arguments: args })
    const queue = await declareQueue(peer)
    await bind(peer, queue, exchange)
    for (let i = 0; i < 2; i++) peer.publish(1, { exchange }, `${i}`, { headers: { [HEADER]: 1, 'x-delay': 10 } })
    expect((await inspect(peer, queue)).messageCount).toBe(0)
    clock.advance(10)
    await untilReady(peer, queue, 1)
    expect(await drain(peer, queue)).toEqual(['0'])
  })
})

describe('refused', () => {
  it.each<[FieldTable, string, string]>([
    [{ 'x-deduplication': 'true' }, 'x-deduplication', '{unacceptable_type,longstr}'],
    [{ 'x-deduplication': true, 'x-deduplication-header': 1 }, HEADER, '{unacceptable_type,signedint}'],
    [{ 'x-deduplication': true, 'x-deduplication-header': '' }, HEADER, 'empty_header_name'],
    [
      { 'x-deduplication': true, 'x-deduplication-size': '5' },
      'x-deduplication-size',
      '"expected integer, got longstr"',
    ],
    [{ 'x-deduplication': true, 'x-deduplication-size': 0 }, 'x-deduplication-size', '{value_zero,0}'],
    [
      { 'x-deduplication': true, 'x-deduplication-size': 1_000_001 },
      'x-deduplication-size',
      '{value_too_large,1000001}',
    ],
    [{ 'x-deduplication': true, 'x-deduplication-ttl': -1 }, 'x-deduplication-ttl', '{value_negative,-1}'],
    [{ 'x-deduplication-ttl': 5 }, 'x-deduplication-ttl', 'no_deduplication_defined'],
    [{ 'x-message-deduplication': true }, 'x-message-deduplication', '"not supported, see x-deduplication"'],
  ])('%j', async (args, name, reason) => {
    await using peer = await open()
    peer.send(1, 'queue.declare', { queue: 'dd-bad', exclusive: true, arguments: args })
    const text = (resource: string) =>
      `PRECONDITION_FAILED - invalid arg '${name}' for ${resource} in vhost '/': ${reason}`
    expect(await peer.outcome()).toBe(`ch 406 ${text("queue 'dd-bad'")} [queue.declare]`)
    await peer.call(2, 'channel.open')
    peer.send(2, 'exchange.declare', { exchange: 'dd-bad', type: 'fanout', arguments: args })
    expect(await peer.outcome()).toBe(`ch 406 ${text("exchange 'dd-bad'")} [exchange.declare]`)
  })

  it('a queue that is declared again with other arguments', async () => {
    await using peer = await open()
    await declareQueue(peer, 'dd-again', { arguments: { 'x-deduplication': true } })
    peer.send(1, 'queue.declare', { queue: 'dd-again', exclusive: true })
    expect(await peer.outcome()).toBe(
      "ch 406 PRECONDITION_FAILED - inequivalent arg 'x-deduplication' for queue 'dd-again' in vhost '/': received none but current is the value 'true' of type 'bool' [queue.declare]",
    )
  })
})
