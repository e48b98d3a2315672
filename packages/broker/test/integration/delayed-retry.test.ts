/** Messages that come back wait before they are delivered again. RabbitMQ has this since 4.3, for quorum queues: it runs on ours alone. */

import { type Broker, createBroker } from '@warrenmq/broker'
import { type FieldTable, typed } from '@warrenmq/codec'
import { eventually, openChannel, type RawPeer } from '@warrenmq/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { declareQueue, drain, get, inspect, sendTo, takeDeliveries } from './support.ts'

const QUORUM = { 'x-queue-type': 'quorum' }

let clock: ManualClock
let broker: Broker
let peer: RawPeer

beforeEach(async () => {
  clock = new ManualClock()
  broker = await createBroker({ port: 0, clock })
  peer = await openChannel(broker.port)
})

afterEach(async () => {
  await peer[Symbol.asyncDispose]()
  await eventually(() => broker.connectionCount === 0, 'the end of the connection')
  await broker.close()
})

function retries(type: string, min: number, max?: number): FieldTable {
  const args = { 'x-delayed-retry-type': type, 'x-delayed-retry-min': min }
  return max === undefined ? args : { ...args, 'x-delayed-retry-max': max }
}

async function declare(args: FieldTable, queue = 'retry'): Promise<string> {
  await peer.call(1, 'queue.declare', { queue, durable: true, arguments: args })
  return queue
}

/** Gets the only message and gives it back. */
async function giveBack(queue: string, method: 'basic.reject' | 'basic.nack'): Promise<void> {
  const message = await get(peer, queue, { noAck: false })
  peer.send(1, method, { deliveryTag: message?.args.deliveryTag ?? -1, requeue: true })
}

/** Whether the message is ready again after `milliseconds`, and not one before. */
async function expectReadyAfter(queue: string, milliseconds: number): Promise<void> {
  expect((await inspect(peer, queue)).messageCount).toBe(0)
  clock.advance(milliseconds - 1)
  expect((await inspect(peer, queue)).messageCount).toBe(0)
  clock.advance(1)
  expect((await inspect(peer, queue)).messageCount).toBe(1)
}

describe.each([
  ['quorum', QUORUM],
  ['classic', {}],
] as const)('delayed retry of a %s queue', (_type, type) => {
  it('waits longer with every failed delivery, up to the maximum', async () => {
    const queue = await declare({ ...type, ...retries('all', 1000, 3500) })
    sendTo(peer, queue, 'm')
    for (const wait of [1000, 2000, 3000, 3500, 3500]) {
      await giveBack(queue, 'basic.reject')
      await expectReadyAfter(queue, wait)
    }
    const message = await get(peer, queue)
    expect(message?.args.redelivered).toBe(true)
    expect(message?.properties.headers).toEqual({
      'x-acquired-count': typed('l', 5),
      'x-delivery-count': typed('l', 5),
    })
  })

  it('waits the minimum for what was returned', async () => {
    const queue = await declare({ ...type, ...retries('all', 1000) })
    sendTo(peer, queue, 'm')
    for (let round = 0; round < 3; round++) {
      await giveBack(queue, 'basic.nack')
      await expectReadyAfter(queue, 1000)
    }
  })

  it.each([
    ['failed', 'basic.reject', 'basic.nack'],
    ['returned', 'basic.nack', 'basic.reject'],
  ] as const)('makes only %s deliveries wait', async (retryType, delayed, immediate) => {
    const queue = await declare({ ...type, ...retries(retryType, 1000) })
    sendTo(peer, queue, 'm')
    await giveBack(queue, immediate)
    expect((await inspect(peer, queue)).messageCount).toBe(1)
    await giveBack(queue, delayed)
    clock.advance(999)
    expect((await inspect(peer, queue)).messageCount).toBe(0)
    clock.advance(10_000)
    expect((await inspect(peer, queue)).messageCount).toBe(1)
  })

  it('puts them back to their places', async () => {
    const queue = await declare({ ...type, ...retries('all', 1000) })
    for (const body of ['a', 'b', 'c', 'd']) sendTo(peer, queue, body)
    for (let taken = 0; taken < 3; taken++) await get(peer, queue, { noAck: false })
    for (const deliveryTag of [3, 1]) peer.send(1, 'basic.reject', { deliveryTag, requeue: true })
    expect((await inspect(peer, queue)).messageCount).toBe(1)
    clock.advance(500)
    peer.send(1, 'basic.reject', { deliveryTag: 2, requeue: true })
    await inspect(peer, queue)
    clock.advance(500)
    expect((await inspect(peer, queue)).messageCount).toBe(3)
    clock.advance(500)
    expect(await drain(peer, queue)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('delivers what has waited to a consumer, by itself', async () => {
    const queue = await declare({ ...type, ...retries('failed', 1000) })
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue })
    sendTo(peer, queue, 'again')
    await takeDeliveries(peer, 1, 2)
    peer.send(2, 'basic.reject', { deliveryTag: 1, requeue: true })
    sendTo(peer, queue, 'meanwhile')
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['meanwhile'])
    await inspect(peer, queue)
    clock.advance(1000)
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['again'])
  })

  it('makes what a lost channel held wait', async () => {
    const queue = await declare({ ...type, ...retries('failed', 1000) })
    sendTo(peer, queue, 'm')
    await peer.call(2, 'channel.open')
    await get(peer, queue, { noAck: false, channel: 2 })
    await peer.call(2, 'channel.close', { replyCode: 200 })
    await expectReadyAfter(queue, 1000)
  })

  it('drops what waits with a purge, and with the queue', async () => {
    const queue = await declare({ ...type, ...retries('all', 1000) })
    for (const body of ['a', 'b', 'c']) sendTo(peer, queue, body)
    await giveBack(queue, 'basic.reject')
    await giveBack(queue, 'basic.reject')
    expect((await peer.call(1, 'queue.purge', { queue })).messageCount).toBe(3)
    sendTo(peer, queue, 'd')
    await giveBack(queue, 'basic.reject')
    expect((await peer.call(1, 'queue.delete', { queue })).messageCount).toBe(1)
    clock.advance(60_000)
    await peer.call(1, 'channel.flow', { active: true })
  })

  it.each([
    ['disabled', retries('disabled', 1000)],
    ['without a minimum', { 'x-delayed-retry-type': 'all' }],
  ])('is off when %s', async (_how, args) => {
    const queue = await declare({ ...type, ...args })
    sendTo(peer, queue, 'm')
    await giveBack(queue, 'basic.reject')
    expect((await inspect(peer, queue)).messageCount).toBe(1)
  })

  it('outlasts a time to live, which ends when the wait has', async () => {
    const queue = await declare({ ...type, ...retries('all', 5000), 'x-message-ttl': 1000 })
    sendTo(peer, queue, 'm')
    await giveBack(queue, 'basic.reject')
    await inspect(peer, queue)
    clock.advance(5000)
    expect((await inspect(peer, queue)).messageCount).toBe(0)
    expect(await get(peer, queue)).toBeUndefined()
  })
})

describe('delayed retry', () => {
  it('ends at the delivery limit of a quorum queue', async () => {
    const dead = await declareQueue(peer, 'retry-dead')
    const letters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead }
    const queue = await declare({ ...QUORUM, ...retries('all', 1000), 'x-delivery-limit': 1, ...letters })
    sendTo(peer, queue, 'm')
    await giveBack(queue, 'basic.reject')
    await expectReadyAfter(queue, 1000)
    await giveBack(queue, 'basic.reject')
    await inspect(peer, queue)
    clock.advance(60_000)
    expect((await inspect(peer, queue)).messageCount).toBe(0)
    expect(await drain(peer, dead)).toEqual(['m'])
  })

  it.each([
    ['x-delayed-retry-type', 'sometimes', 'invalid_delayed_retry_type'],
    ['x-delayed-retry-type', 1, '{unacceptable_type,signedint}'],
    ['x-delayed-retry-min', -1, '{value_negative,-1}'],
    ['x-delayed-retry-max', '5s', '"expected integer, got longstr"'],
  ])('refuses %s = %s', async (name, value, reason) => {
    peer.send(1, 'queue.declare', { queue: 'retry-bad', arguments: { [name]: value } })
    expect(await peer.outcome()).toBe(
      `ch 406 PRECONDITION_FAILED - invalid arg '${name}' for queue 'retry-bad' in vhost '/': ${reason} [queue.declare]`,
    )
  })
})
