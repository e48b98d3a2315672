/** Memory and disk alarms: who publishes is blocked, nobody else is, and nothing is lost. */

import { encodeMethodFrame } from '@warrenmq/codec'
import { eventually, MODERN_CLIENT, openChannel } from '@warrenmq/testkit'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Broker, createBroker } from '../../src/index.ts'
import { declareQueue, inspect, sendTo, takeDeliveries } from './support.ts'

describe('alarms', () => {
  let broker: Broker
  beforeAll(() => () => broker.close())
  beforeEach(async () => {
    broker ??= await createBroker({ port: 0 })
  })
  afterEach(() => {
    for (const resource of ['memory', 'disk'] as const) broker.alarms.clear(resource)
  })

  it('block a connection from its first publish on, say why, and let it go with nothing lost', async () => {
    await using publisher = await openChannel(broker.port)
    await using other = await openChannel(broker.port)
    const { queue } = await other.call(1, 'queue.declare', { exclusive: false, autoDelete: true })
    broker.alarms.raise('memory')
    const bodies = Array.from({ length: 2000 }, (_, number) => String(number).padEnd(200))
    for (const body of bodies) sendTo(publisher, queue, body)
    publisher.send(1, 'confirm.select')
    expect(await publisher.expect(0, 'connection.blocked')).toEqual({ reason: 'low on memory' })
    expect((await inspect(other, queue)).messageCount).toBe(0)
    expect(publisher.pending).toEqual([])
    broker.alarms.clear('memory')
    await publisher.expect(0, 'connection.unblocked')
    await publisher.expect(1, 'confirm.select-ok')
    await other.call(1, 'basic.consume', { queue, noAck: true })
    expect(await takeDeliveries(other, bodies.length)).toEqual(bodies)
  })

  it('block one that publishes a message without a body after that message, as RabbitMQ does', async () => {
    await using publisher = await openChannel(broker.port)
    await using other = await openChannel(broker.port)
    const { queue } = await other.call(1, 'queue.declare', { exclusive: false, autoDelete: true })
    broker.alarms.raise('memory')
    sendTo(publisher, queue, '')
    sendTo(publisher, queue, '')
    await publisher.expect(0, 'connection.blocked')
    expect((await inspect(other, queue)).messageCount).toBe(1)
    broker.alarms.clear('memory')
    await eventually(async () => (await inspect(other, queue)).messageCount === 2, 'the second message')
  })

  it('are told only to clients that understand it', async () => {
    const clientProperties = { ...MODERN_CLIENT, capabilities: {} }
    await using publisher = await openChannel(broker.port, { clientProperties })
    const queue = await declareQueue(publisher)
    broker.alarms.raise('disk')
    sendTo(publisher, queue, 'body')
    broker.alarms.clear('disk')
    await eventually(async () => (await inspect(publisher, queue)).messageCount === 1, 'the message')
    expect(publisher.pending).toEqual([])
  })

  it('leave everybody else alone: who does not publish opens, declares and consumes', async () => {
    await using before = await openChannel(broker.port)
    const { queue } = await before.call(1, 'queue.declare', { exclusive: false, autoDelete: true })
    sendTo(before, queue, 'waiting')
    await eventually(async () => (await inspect(before, queue)).messageCount === 1, 'the message')
    broker.alarms.raise('memory')
    await using consumer = await openChannel(broker.port)
    await declareQueue(consumer)
    await consumer.call(1, 'basic.consume', { queue })
    const { args } = await consumer.expectContent(1, 'basic.deliver')
    consumer.send(1, 'basic.ack', args)
    await consumer.call(1, 'channel.flow', { active: true })
  })

  it('hold also for connections that open meanwhile', async () => {
    broker.alarms.raise('disk')
    await using publisher = await openChannel(broker.port)
    const queue = await declareQueue(publisher)
    sendTo(publisher, queue, 'body')
    expect(await publisher.expect(0, 'connection.blocked')).toEqual({ reason: 'low on disk' })
  })

  it('name all resources that are short, and end with the last of them', async () => {
    await using publisher = await openChannel(broker.port)
    const queue = await declareQueue(publisher)
    broker.alarms.raise('disk')
    broker.alarms.raise('memory')
    sendTo(publisher, queue, 'body')
    expect(await publisher.expect(0, 'connection.blocked')).toEqual({ reason: 'low on disk & memory' })
    broker.alarms.clear('memory')
    publisher.write(encodeMethodFrame(1, 'channel.flow', { active: true }))
    await using other = await openChannel(broker.port)
    await other.call(1, 'channel.flow', { active: true })
    expect(publisher.pending).toEqual([])
    broker.alarms.clear('disk')
    await publisher.expect(0, 'connection.unblocked')
    await publisher.expect(1, 'channel.flow-ok')
  })

  it('stop neither heartbeats to a blocked client nor its connection for want of its own', async () => {
    await using publisher = await openChannel(broker.port, { heartbeat: 1 })
    await using other = await openChannel(broker.port, { heartbeat: 1 })
    const queue = await declareQueue(publisher)
    broker.alarms.raise('memory')
    sendTo(publisher, queue, 'body')
    await publisher.expect(0, 'connection.blocked')
    // The other one dies of silence meanwhile.
    await other.untilEnd()
    await eventually(() => publisher.heartbeatCount >= 4, 'heartbeats')
    expect(publisher.ended).toBe(false)
  })

  it('do not keep a blocked connection from being told that the broker closes', async () => {
    await using publisher = await openChannel(broker.port)
    const queue = await declareQueue(publisher)
    broker.alarms.raise('memory')
    sendTo(publisher, queue, 'body')
    await publisher.expect(0, 'connection.blocked')
    const closed = broker.close()
    expect(await publisher.outcome()).toMatch(/320 .*CONNECTION_FORCED/)
    await closed
    broker = await createBroker({ port: 0 })
  })
})

describe('the memory alarm', () => {
  it('comes with the figures and goes with them', async () => {
    await using broker = await createBroker({ port: 0, memoryHighWatermarkBytes: 1 })
    expect(broker.alarms.isRaised('memory')).toBe(true)
    broker.alarms.memoryLimit = 1e12
    expect(broker.alarms.isRaised('memory')).toBe(false)
    broker.alarms.memoryLimit = 1
    expect(broker.alarms.isRaised('memory')).toBe(true)
  })

  it('of the disk likewise', async () => {
    await using broker = await createBroker({ port: 0, diskFreeLimitBytes: 2 ** 52 })
    expect(broker.alarms.isRaised('disk')).toBe(true)
    broker.alarms.diskFreeLimit = 0
    await eventually(() => !broker.alarms.isRaised('disk'), 'the end of the alarm')
  })
})
