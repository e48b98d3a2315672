/**
 * Clients that hold deliveries for too long, by a clock that is set here; `whole-broker.test.ts` compares the close and its text with
 * RabbitMQ, whose clock cannot be set.
 */

import { type Broker, createBroker } from '@warrenmq/broker'
import { typed } from '@warrenmq/codec'
import { eventually, openChannel, type RawPeer } from '@warrenmq/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { declareQueue, drain, get, sendTo, takeDeliveries, untilReady } from './support.ts'

const timedOut = (channel: number, timeoutMs: number) =>
  `ch 406 PRECONDITION_FAILED - delivery acknowledgement on channel ${channel} timed out. Timeout value used: ${timeoutMs} ms. ` +
  'This timeout value can be configured, see consumers doc guide to learn more [0.0]'

let clock: ManualClock
let broker: Broker
let peer: RawPeer

async function start(consumerTimeoutMs = 1_800_000): Promise<void> {
  clock = new ManualClock()
  broker = await createBroker({ port: 0, clock, consumerTimeoutMs })
  peer = await openChannel(broker.port)
}

/** Asks for an answer on the connection, which shows that nothing was closed. */
async function expectOpen(channel = 1): Promise<void> {
  await peer.call(channel, 'channel.flow', { active: true })
}

beforeEach(() => start())

/** The client goes first: the broker would wait for its answer by a clock that stands still. */
async function stop(): Promise<void> {
  await peer[Symbol.asyncDispose]()
  await eventually(() => broker.connectionCount === 0, 'the end of the connection')
  await broker.close()
}

afterEach(() => stop())

describe('consumer timeout', () => {
  it('closes the channel that holds a delivery for longer than half an hour, once, and requeues', async () => {
    await peer.call(2, 'channel.open')
    const queue = await declareQueue(peer)
    await peer.call(2, 'basic.consume', { queue })
    sendTo(peer, queue, 'slow')
    await takeDeliveries(peer, 1, 2)
    clock.advance(29 * 60_000)
    await expectOpen(2)
    clock.advance(4 * 60_000)
    expect(await peer.outcome()).toBe(timedOut(2, 1_800_000))
    await untilReady(peer, queue, 1)
    clock.advance(120 * 60_000)
    await expectOpen()
    expect(peer.pending).toEqual([])
    expect((await get(peer, queue))?.args.redelivered).toBe(true)
    await peer.call(2, 'channel.open')
  })

  it('does not say it again before the client has answered the close', async () => {
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(2, 'basic.consume', { queue })
    sendTo(peer, queue, 'slow')
    await takeDeliveries(peer, 1, 2)
    clock.advance(120 * 60_000)
    await peer.expect(2, 'channel.close')
    clock.advance(120 * 60_000)
    await expectOpen()
    expect(peer.pending).toEqual([])
  })

  it('leaves those alone who acknowledge in time, and consumers that need not', async () => {
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    await peer.call(1, 'basic.consume', { queue })
    for (let minutes = 0; minutes < 90; minutes += 15) {
      sendTo(peer, queue, 'm')
      await takeDeliveries(peer, 1)
      clock.advance(15 * 60_000)
      peer.send(1, 'basic.ack', { multiple: true })
      await expectOpen()
    }
    const other = await declareQueue(peer)
    await peer.call(2, 'basic.consume', { queue: other, noAck: true })
    sendTo(peer, other, 'm')
    await takeDeliveries(peer, 1, 2)
    clock.advance(90 * 60_000)
    await expectOpen(2)
  })

  it('finds the one delivery that was left out among many', async () => {
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue })
    for (let deliveryTag = 1; deliveryTag <= 40; deliveryTag++) {
      sendTo(peer, queue, `${deliveryTag}`)
      await takeDeliveries(peer, 1)
      if (deliveryTag !== 7) peer.send(1, 'basic.ack', { deliveryTag })
      await expectOpen()
      if (deliveryTag <= 36) clock.advance(60_000)
    }
    clock.advance(3 * 60_000)
    expect(await peer.outcome()).toBe(timedOut(1, 1_800_000))
    await peer.call(1, 'channel.open')
    expect(await drain(peer, queue)).toEqual(['7'])
  })

  it('counts what was got too', async () => {
    const queue = await declareQueue(peer)
    sendTo(peer, queue, 'm')
    await get(peer, queue, { noAck: false })
    clock.advance(33 * 60_000)
    expect(await peer.outcome()).toBe(timedOut(1, 1_800_000))
  })

  it('takes the timeout of the queue before the general one, and that of the consumer before both', async () => {
    const timeout = (timeoutMs: number) => ({ 'x-consumer-timeout': typed('l', timeoutMs) })
    const short = await declareQueue(peer, 'timeout-short', { arguments: timeout(10_000) })
    const long = await declareQueue(peer, 'timeout-long', { arguments: timeout(7_200_000) })
    for (const channel of [2, 3, 4]) await peer.call(channel, 'channel.open')
    await peer.call(2, 'basic.consume', { queue: long })
    await peer.call(3, 'basic.consume', { queue: long, arguments: timeout(60_000) })
    for (let count = 0; count < 2; count++) sendTo(peer, long, 'm')
    await takeDeliveries(peer, 1, 2)
    await takeDeliveries(peer, 1, 3)
    sendTo(peer, short, 'm')
    await get(peer, short, { noAck: false, channel: 4 })
    clock.advance(15_001)
    expect(await peer.outcome()).toBe(timedOut(4, 10_000))
    clock.advance(90_000)
    expect(await peer.outcome()).toBe(timedOut(3, 60_000))
    // It has gone to the other consumer.
    await takeDeliveries(peer, 1, 2)
    clock.advance(110 * 60_000)
    await expectOpen(2)
    clock.advance(15 * 60_000)
    expect(await peer.outcome()).toBe(timedOut(2, 7_200_000))
  })

  it('remembers the timeout of a consumer that was cancelled', async () => {
    const queue = await declareQueue(peer)
    const args = { 'x-consumer-timeout': 20_000 }
    await peer.call(1, 'basic.consume', { queue, consumerTag: 't', arguments: args })
    sendTo(peer, queue, 'm')
    await takeDeliveries(peer, 1)
    await peer.call(1, 'basic.cancel', { consumerTag: 't' })
    clock.advance(31_000)
    expect(await peer.outcome()).toBe(timedOut(1, 20_000))
  })

  it('can be set, and switched off', async () => {
    await stop()
    await start(2000)
    const queue = await declareQueue(peer)
    sendTo(peer, queue, 'm')
    await get(peer, queue, { noAck: false })
    clock.advance(1999)
    await expectOpen()
    clock.advance(1001)
    expect(await peer.outcome()).toBe(timedOut(1, 2000))
    await stop()
    await start(0)
    const other = await declareQueue(peer)
    sendTo(peer, other, 'm')
    await get(peer, other, { noAck: false })
    clock.advance(4 * 60 * 60_000)
    await expectOpen()
  })

  it('refuses a queue whose timeout is no number', async () => {
    peer.send(1, 'queue.declare', { queue: 'timeout-bad', exclusive: true, arguments: { 'x-consumer-timeout': '5s' } })
    expect(await peer.outcome()).toBe(
      "ch 406 PRECONDITION_FAILED - invalid arg 'x-consumer-timeout' for queue 'timeout-bad' in vhost '/': \"expected integer, got longstr\" [queue.declare]",
    )
  })
})
