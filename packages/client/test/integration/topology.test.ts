/** Declaring, binding, deleting. */

import { defineTopology } from '@warrenmq/client'
import { expect, it } from 'vitest'
import { connectTo, onEachBroker, uniqueName } from './support.ts'

onEachBroker((target) => {
  it('declares exchanges, queues and bindings from one object', async () => {
    await using connection = await connectTo(target)
    const [events, copies, bills] = [uniqueName('events'), uniqueName('copies'), uniqueName('bills')]
    const topology = defineTopology({
      exchanges: {
        [events]: { type: 'topic', autoDelete: true, alternateExchange: 'amq.fanout' },
        [copies]: { type: 'fanout', autoDelete: true, durable: false, internal: true },
      },
      queues: {
        [bills]: {
          exclusive: true,
          messageTtlMs: 60_000,
          lengthMax: 10,
          priorityMax: 5,
          arguments: { 'x-expires': 60_000 },
        },
      },
      bindings: [
        { source: events, exchange: copies, routingKey: 'order.#' },
        { source: copies, queue: bills },
      ],
    })
    await connection.declare(topology)
    await connection.declare(topology)
    await using publisher = await connection.createPublisher({ mandatory: true })
    await publisher.publish(events, 'order.new', 'x')
    await using channel = await connection.openChannel()
    expect((await channel.checkQueue(bills)).messageCount).toBe(1)
    await channel.checkExchange(events)
    await channel.unbind({ source: events, exchange: copies, routingKey: 'order.#' })
    await channel.unbind({ source: copies, queue: bills })
    expect(await channel.purgeQueue(bills)).toBe(1)
    expect(await channel.deleteQueue(bills)).toBe(0)
  })

  it('takes durable and not exclusive for a named queue, and exclusive for one without a name', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const name = uniqueName('durable')
    await channel.declareQueue(name)
    await channel.call('queue.declare', { queue: name, durable: true })
    await channel.deleteQueue(name, { ifUnused: true, ifEmpty: true })
    const { queue } = await channel.declareQueue()
    await using other = await connectTo(target)
    await using stranger = await other.openChannel()
    await expect(stranger.checkQueue(queue)).rejects.toMatchObject({ replyCode: 405, replyName: 'RESOURCE_LOCKED' })
  })

  it('tells why a declaration is refused', async () => {
    await using connection = await connectTo(target)
    await using first = await connection.openChannel()
    const name = uniqueName('refused')
    await first.declareQueue(name, { exclusive: true })
    await using second = await connection.openChannel()
    await expect(second.declareQueue(name, { exclusive: true, messageTtlMs: 1 })).rejects.toMatchObject({
      code: 'CHANNEL_CLOSED',
      replyCode: 406,
      replyName: 'PRECONDITION_FAILED',
    })
  })

  it('answers calls that are sent without waiting for each other', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const queues = await Promise.all(Array.from({ length: 50 }, () => channel.declareQueue()))
    const consumers = await Promise.all(queues.map(({ queue }) => channel.consume(queue, () => {})))
    const rest = await Promise.all([
      ...consumers.map((consumer) => consumer.cancel()),
      ...queues.map(({ queue }) => channel.get(queue)),
    ])
    expect(rest.every((result) => result === undefined)).toBe(true)
    expect(new Set(queues.map(({ queue }) => queue)).size).toBe(50)
  })
})
