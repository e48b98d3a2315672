/**
 * What concerns a whole broker, on this one and on a RabbitMQ of its own: an alarm blocks every publisher, how long deliveries may be held
 * is a setting of the node, and a shut-down ends all. The RabbitMQ that other files use at the same time must have none of it.
 */

import { eventually, MODERN_CLIENT, openChannel, openConnection, startRabbit } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type AlarmResource, createBroker } from '../../src/index.ts'
import { declareQueue, get, inspect, sendTo, takeDeliveries, untilReady } from './support.ts'

const LIMIT_MS = 120_000
const CONSUMER_TIMEOUT_MS = 2000

/** A broker whose alarms can be raised, and that gives up on deliveries after {@link CONSUMER_TIMEOUT_MS}. */
interface WholeBroker {
  readonly port: number
  raise(resource: AlarmResource): unknown
  clear(resource: AlarmResource): unknown
  close(): Promise<void>
}

async function startWarren(): Promise<WholeBroker> {
  const broker = await createBroker({ port: 0, consumerTimeoutMs: CONSUMER_TIMEOUT_MS })
  const { alarms, port } = broker
  return { port, raise: alarms.raise, clear: alarms.clear, close: () => broker.close() }
}

async function startOwnRabbit(): Promise<WholeBroker> {
  const rabbit = await startRabbit(inject('foreign').rabbitmqServer as string)
  const evaluate = (expression: string) => rabbit.control('eval', `${expression}.`)
  // It looks at the deliveries of a channel once a minute by default.
  await evaluate(
    `application:set_env(rabbit, consumer_timeout, ${CONSUMER_TIMEOUT_MS}), application:set_env(rabbit, channel_tick_interval, 500)`,
  )
  return {
    port: rabbit.port,
    raise: (resource) => evaluate(`rabbit_alarm:set_alarm({{resource_limit, ${resource}, node()}, []})`),
    clear: (resource) => evaluate(`rabbit_alarm:clear_alarm({resource_limit, ${resource}, node()})`),
    close: async () => {
      await rabbit.shutDown()
      await rabbit[Symbol.asyncDispose]()
    },
  }
}

describe('warren', () => defineSuite(startWarren))
describe.runIf(inject('foreign').rabbitmqServer !== undefined)('rabbitmq', () => defineSuite(startOwnRabbit))

function defineSuite(start: () => Promise<WholeBroker>): void {
  let broker: WholeBroker
  beforeAll(async () => {
    broker = await start()
  }, LIMIT_MS)
  afterAll(() => broker.close(), LIMIT_MS)

  it('blocks who publishes under an alarm, says why, and loses nothing', { timeout: LIMIT_MS }, async () => {
    const { port, raise, clear } = broker
    await using publisher = await openChannel(port)
    await using bodiless = await openChannel(port)
    await using other = await openChannel(port)
    const { queue } = await other.call(1, 'queue.declare', { autoDelete: true })

    await raise('memory')
    for (const body of ['one', 'two']) sendTo(publisher, queue, body)
    for (let count = 0; count < 2; count++) sendTo(bodiless, queue, '')
    expect(await publisher.outcome()).toBe('connection.blocked {"reason":"low on memory"}')
    expect(await bodiless.outcome()).toBe('connection.blocked {"reason":"low on memory"}')
    // A message without a body ends with its header, and is the last that is taken.
    await untilReady(other, queue, 1)

    await raise('disk')
    await using late = await openChannel(port)
    sendTo(late, queue, 'three')
    expect(await late.outcome()).toBe('connection.blocked {"reason":"low on disk & memory"}')
    await clear('memory')
    await other.call(1, 'channel.flow', { active: true })
    // No second word for a second reason, nor for one reason less.
    expect(publisher.pending).toEqual([])

    await clear('disk')
    for (const peer of [publisher, bodiless, late]) expect(await peer.outcome()).toBe('connection.unblocked {}')
    await untilReady(other, queue, 5)
  })

  it('lets those who do not publish open, declare and consume under an alarm', { timeout: LIMIT_MS }, async () => {
    const { port, raise, clear } = broker
    await using before = await openChannel(port)
    const { queue } = await before.call(1, 'queue.declare', { autoDelete: true })
    sendTo(before, queue, 'waiting')
    await untilReady(before, queue, 1)
    await raise('disk')
    await using consumer = await openChannel(port)
    await declareQueue(consumer)
    await consumer.call(1, 'basic.consume', { queue, noAck: true })
    expect(await takeDeliveries(consumer, 1)).toEqual(['waiting'])

    // A client that would not understand the word is stopped without it.
    await using quiet = await openChannel(port, { clientProperties: { ...MODERN_CLIENT, capabilities: {} } })
    sendTo(quiet, queue, 'held')
    await using publisher = await openChannel(port)
    sendTo(publisher, queue, 'held')
    expect(await publisher.outcome()).toBe('connection.blocked {"reason":"low on disk"}')
    expect(await inspect(consumer, queue)).toEqual({ messageCount: 0, consumerCount: 1 })
    await clear('disk')
    expect(await takeDeliveries(consumer, 2)).toEqual(['held', 'held'])
    await quiet.call(1, 'channel.flow', { active: true })
  })

  it('keeps up heartbeats with who is blocked, and misses none of theirs', { timeout: LIMIT_MS }, async () => {
    const { port, raise, clear } = broker
    await using peer = await openChannel(port, { heartbeat: 1 })
    const queue = await declareQueue(peer)
    await raise('memory')
    sendTo(peer, queue, 'held')
    expect(await peer.outcome()).toBe('connection.blocked {"reason":"low on memory"}')
    // A client that is not blocked is given up after two intervals.
    await eventually(() => peer.heartbeatCount > 6, 'heartbeats')
    await clear('memory')
    expect(await peer.outcome()).toBe('connection.unblocked {}')
    await untilReady(peer, queue, 1)
  })

  it('closes a channel that holds a delivery for too long, and that alone', async () => {
    await using peer = await openChannel(broker.port)
    await peer.call(2, 'channel.open')
    const queue = await declareQueue(peer)
    await peer.call(2, 'basic.consume', { queue })
    sendTo(peer, queue, 'slow')
    expect(await takeDeliveries(peer, 1, 2)).toEqual(['slow'])
    expect(await peer.outcome()).toBe(
      `ch 406 PRECONDITION_FAILED - delivery acknowledgement on channel 2 timed out. Timeout value used: ${CONSUMER_TIMEOUT_MS} ms. ` +
        'This timeout value can be configured, see consumers doc guide to learn more [0.0]',
    )
    const again = await eventually(() => get(peer, queue), 'the message')
    expect(again?.args.redelivered).toBe(true)
  })

  it('tells its clients when it shuts down', { timeout: LIMIT_MS }, async () => {
    await using peer = await openConnection(broker.port)
    await using publisher = await openChannel(broker.port)
    const closed = broker.close()
    for (const each of [peer, publisher]) {
      expect(await each.outcome()).toBe(
        "conn 320 CONNECTION_FORCED - broker forced connection closure with reason 'shutdown' [0.0]",
      )
    }
    await closed
  })
}
