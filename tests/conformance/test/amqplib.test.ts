/** What programs on amqplib do: confirms, properties, acknowledgements, errors of a channel. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { openSession, refusal, texts } from '../src/amqplib.ts'
import { Deliveries } from '../src/deliveries.ts'
import { onEachTarget } from '../src/suites.ts'

/** Every content property but the deprecated cluster id. */
const PROPERTIES = {
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  deliveryMode: 2,
  priority: 7,
  correlationId: 'c-1',
  replyTo: 'answers',
  expiration: '600000',
  messageId: 'm-1',
  timestamp: 1_700_000_000,
  type: 'order',
  userId: 'guest',
  appId: 'shop',
}

/** A value of each type that amqplib writes into a table. */
const HEADERS = {
  text: 'Grüße',
  empty: '',
  yes: true,
  no: false,
  byte: -128,
  short: 32_767,
  int: -2_147_483_648,
  long: 1_099_511_627_776,
  double: 0.5,
  nothing: null,
  bytes: Buffer.from([0, 206, 255]),
  list: [1, 'two', [true, null], { three: 3 }],
  table: { inner: { innermost: 'x' }, none: {} },
  at: { '!': 'timestamp', value: 1_700_000_000 },
  price: { '!': 'decimal', value: { places: 2, digits: 1999 } },
  single: { '!': 'float', value: 1.5 },
}

onEachTarget((target) => {
  it('brings all properties and headers to the consumer as they were sent', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    channel.sendToQueue(queue, Buffer.from('{}'), { ...PROPERTIES, headers: HEADERS })
    await channel.waitForConfirms()
    const consumer = await Deliveries.from(channel, queue, 'reader')
    const { content, fields, properties } = await consumer.next()
    expect(content.toString()).toBe('{}')
    expect(fields).toEqual({
      consumerTag: 'reader',
      deliveryTag: 1,
      redelivered: false,
      exchange: '',
      routingKey: queue,
    })
    const { single, ...sent } = HEADERS
    expect(properties).toEqual({
      ...PROPERTIES,
      headers: { ...sent, single: single.value },
      clusterId: undefined,
    })
  })

  it('confirms every message once, also one that no queue takes', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    const confirmed: number[] = []
    for (let number = 0; number < 200; number += 1) {
      const key = number % 50 === 0 ? 'nobody' : queue
      channel.publish('', key, Buffer.from(String(number)), {}, (error) => {
        if (error === null) confirmed.push(number)
      })
    }
    await channel.waitForConfirms()
    expect(confirmed.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, number) => number))
    expect(await channel.checkQueue(queue)).toEqual({ queue, messageCount: 196, consumerCount: 0 })
  })

  it('returns a mandatory message without a route before it confirms it', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    const order: string[] = []
    channel.on('return', ({ content, fields, properties }) => {
      const { replyCode, replyText, exchange, routingKey } = fields as unknown as Record<string, unknown>
      order.push(`${replyCode} ${replyText} '${exchange}' '${routingKey}' ${content} ${properties.messageId}`)
    })
    channel.publish('amq.topic', 'no.body', Buffer.from('back'), { mandatory: true, messageId: 'm' }, () => {
      order.push('confirmed')
    })
    await channel.waitForConfirms()
    expect(order).toEqual(["312 NO_ROUTE 'amq.topic' 'no.body' back m", 'confirmed'])
  })

  it('puts back what is refused, in its place, and drops what is refused for good', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    for (const text of ['a', 'b', 'c', 'd']) channel.sendToQueue(queue, Buffer.from(text))
    await channel.waitForConfirms()
    const consumer = await Deliveries.from(channel, queue)
    const [a, b, c, d] = await consumer.take(4)
    channel.nack(c, false, true)
    const again = await consumer.next()
    expect([again.content.toString(), again.fields.redelivered, again.fields.deliveryTag]).toEqual(['c', true, 5])
    channel.nack(b, true, true)
    const returned = await consumer.take(2)
    expect(texts(returned)).toEqual(texts([a, b]))
    channel.nack(d, false, false)
    channel.ack(again)
    channel.ackAll()
    expect(await channel.checkQueue(queue)).toMatchObject({ messageCount: 0 })
    expect(consumer.waiting).toBe(0)
  })

  it('keeps unsettled messages within the prefetch of the consumer', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.prefetch(2)
    const consumer = await Deliveries.from(channel, queue)
    for (const text of ['a', 'b', 'c', 'd', 'e']) channel.sendToQueue(queue, Buffer.from(text))
    await channel.waitForConfirms()
    const [a, b] = await consumer.take(2)
    expect(await channel.checkQueue(queue)).toMatchObject({ messageCount: 3 })
    expect(consumer.waiting).toBe(0)
    channel.ack(b)
    expect(texts([await consumer.next()])).toEqual(['c'])
    expect(await channel.checkQueue(queue)).toMatchObject({ messageCount: 2 })
    channel.ack(a)
    channel.nackAll(false)
    expect(texts(await consumer.take(2))).toEqual(['d', 'e'])
  })

  it('gets messages one at a time, with the number of those left', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    expect(await channel.get(queue)).toBe(false)
    for (const text of ['a', 'b']) channel.sendToQueue(queue, Buffer.from(text))
    await channel.waitForConfirms()
    const first = await channel.get(queue)
    expect(first && { ...first.fields, text: first.content.toString() }).toEqual({
      deliveryTag: 1,
      redelivered: false,
      exchange: '',
      routingKey: queue,
      messageCount: 1,
      text: 'a',
    })
    await channel.recover()
    const again = await channel.get(queue, { noAck: true })
    expect(again && [again.content.toString(), again.fields.redelivered]).toEqual(['a', true])
    expect(await channel.purgeQueue(queue)).toEqual({ messageCount: 1 })
    expect(await channel.get(queue)).toBe(false)
  })

  it('routes over bound exchanges, once to each queue', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    await channel.assertExchange('conf.source', 'topic', { autoDelete: true, durable: false })
    await channel.assertExchange('conf.sink', 'fanout', { durable: false })
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.bindExchange('conf.sink', 'conf.source', 'a.#')
    await channel.bindQueue(queue, 'conf.sink', '')
    await channel.bindQueue(queue, 'conf.source', '*.b')
    for (const key of ['a.b', 'a', 'c.b', 'c']) channel.publish('conf.source', key, Buffer.from(key))
    await channel.waitForConfirms()
    const consumer = await Deliveries.from(channel, queue)
    expect(texts(await consumer.take(3))).toEqual(['a.b', 'a', 'c.b'])
    expect(await channel.checkQueue(queue)).toMatchObject({ messageCount: 0 })
    await channel.deleteExchange('conf.sink')
    await channel.unbindQueue(queue, 'conf.source', '*.b')
    // Its last binding is gone, and so is the exchange: `autoDelete`.
    expect(await refusal(channel, () => channel.checkExchange('conf.source'))).toContain(
      "404 (NOT-FOUND) with message \"NOT_FOUND - no exchange 'conf.source' in vhost '/'\"",
    )
  })

  it('tells a consumer that its queue is gone', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createChannel()
    await channel.assertQueue('conf.doomed', { durable: false })
    const consumer = await Deliveries.from(channel, 'conf.doomed')
    expect(await channel.deleteQueue('conf.doomed')).toEqual({ messageCount: 0 })
    expect(await consumer.nextOrCancel()).toBeNull()
  })

  it('closes a channel for a mistake and leaves the other channels open', async () => {
    await using session = await openSession(target)
    const other = await session.connection.createChannel()
    await other.assertQueue('conf.held', { exclusive: true, durable: false })
    const open = () => session.connection.createChannel()
    expect(await refusal(await open(), (channel) => channel.checkQueue('conf.nosuch'))).toBe(
      "Channel closed by server: 404 (NOT-FOUND) with message \"NOT_FOUND - no queue 'conf.nosuch' in vhost '/'\"",
    )
    expect(await refusal(await open(), (channel) => channel.assertExchange('amq.topic', 'fanout'))).toBe(
      'Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg ' +
        "'type' for exchange 'amq.topic' in vhost '/': received 'fanout' but current is 'topic'\"",
    )
    expect(await refusal(await open(), (channel) => channel.publish('conf.nosuch', '', Buffer.of()))).toBe(
      "Channel closed by server: 404 (NOT-FOUND) with message \"NOT_FOUND - no exchange 'conf.nosuch' in vhost '/'\"",
    )
    await using second = await openSession(target)
    const stranger = await second.connection.createChannel()
    expect(await refusal(stranger, (channel) => channel.checkQueue('conf.held'))).toContain(
      "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'conf.held' in vhost '/'",
    )
    expect(await other.checkQueue('conf.held')).toMatchObject({ consumerCount: 0 })
  })

  it('carries bodies over many frames unchanged, and empty ones', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createConfirmChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    const bodies = [0, 1, 131_064, 131_065, 5_000_000].map((size) => randomBytes(size))
    for (const body of bodies) channel.sendToQueue(queue, body)
    await channel.waitForConfirms()
    const received = await (await Deliveries.from(channel, queue)).take(bodies.length)
    expect(received.map(({ content }) => hash(content))).toEqual(bodies.map(hash))
  })

  it('ends an exclusive queue with its connection', async () => {
    await using session = await openSession(target)
    const channel = await session.connection.createChannel()
    const first = await openSession(target)
    const owner = await first.connection.createChannel()
    const { queue } = await owner.assertQueue('', { exclusive: true })
    const closed = once(first.connection, 'close')
    await first.connection.close()
    await closed
    expect(await refusal(channel, () => channel.checkQueue(queue))).toContain(`no queue '${queue}' in vhost '/'`)
  })
})

function hash(body: Buffer): string {
  return `${body.length} ${createHash('sha256').update(body).digest('hex')}`
}
