/** Publishing with confirms. */

import { typed } from '@warrenmq/client'
import { eventually } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { connectTo, onEachBroker, temporaryQueue, uniqueName } from './support.ts'

onEachBroker((target) => {
  it('resolves each publish once the message is in its queue', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    await using publisher = await connection.createPublisher()
    await Promise.all(Array.from({ length: 500 }, (_, i) => publisher.sendToQueue(queue, `${i}`)))
    expect((await channel.checkQueue(queue)).messageCount).toBe(500)
    expect(publisher.pendingCount).toBe(0)
  })

  it('brings every property, header and body as it was given', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    await using publisher = await connection.createPublisher({ persistent: false })
    const queue = await temporaryQueue(channel)
    const properties = {
      contentType: 'application/x-mine',
      contentEncoding: 'identity',
      headers: {
        text: 'ä',
        whole: 1,
        big: 2n ** 60n,
        float: 1.5,
        yes: true,
        nothing: null,
        list: [1, 'b'],
        table: { a: 1 },
      },
      persistent: true,
      priority: 7,
      correlationId: 'correlation ü',
      replyTo: 'reply',
      expirationMs: 60_000,
      messageId: 'id',
      timestamp: new Date(1_700_000_000_000),
      type: 'kind',
      userId: 'guest',
      appId: 'app',
    }
    await publisher.sendToQueue(queue, Uint8Array.of(1, 2, 3), properties)
    const message = (await channel.get(queue))?.message
    expect(message?.properties).toEqual({ ...properties, headers: expect.objectContaining(properties.headers) })
    expect(message).toMatchObject({ exchange: '', routingKey: queue, redelivered: false, size: 3 })
    expect([...(message?.body ?? [])]).toEqual([1, 2, 3])
    await publisher.sendToQueue(queue, 'x', { headers: { short: typed('s', 5) } })
    expect((await channel.get(queue))?.message.properties).toMatchObject({ persistent: false, headers: { short: 5 } })
  })

  it('reads values back by their content type', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    await using publisher = await connection.createPublisher()
    const queue = await temporaryQueue(channel)
    const values = [{ a: [1] }, 'text ü', Uint8Array.of(0, 255), null, 12]
    for (const value of values) await publisher.sendToQueue(queue, value)
    for (const value of values) {
      const message = (await channel.get(queue, { noAck: true }))?.message
      expect(value instanceof Uint8Array ? new Uint8Array(message?.value as Uint8Array) : message?.value).toEqual(value)
    }
    expect(await channel.get(queue)).toBeUndefined()
  })

  it.each([0, 1, 4084, 4088, 4089, 65_000, 131_064, 131_065, 1_000_000])('brings a body of %i bytes', async (size) => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    await using publisher = await connection.createPublisher()
    const queue = await temporaryQueue(channel)
    const body = new Uint8Array(size).map((_, i) => i * 7)
    await publisher.sendToQueue(queue, body)
    await publisher.sendToQueue(queue, body, { headers: { long: 'x'.repeat(20_000) } })
    for (const _ of [1, 2]) {
      const message = (await channel.get(queue, { noAck: true }))?.message
      expect(Buffer.compare(message?.body as Uint8Array, body)).toBe(0)
    }
  })

  it('rejects a mandatory message that finds no queue, and only that one', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    await using publisher = await connection.createPublisher({ mandatory: true })
    const queue = await temporaryQueue(channel)
    const results = await Promise.allSettled([
      publisher.sendToQueue(queue, 'a'),
      publisher.sendToQueue('nowhere', 'a'),
      publisher.sendToQueue(queue, 'a'),
      publisher.sendToQueue('nowhere', 'b'),
      publisher.sendToQueue('nowhere', 'b', { mandatory: false }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({
      reason: { code: 'MESSAGE_RETURNED', replyCode: 312, replyText: 'NO_ROUTE', exchange: '', routingKey: 'nowhere' },
    })
  })

  it('rejects what a full queue refuses with MESSAGE_NACKED', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    await using publisher = await connection.createPublisher()
    const queue = await temporaryQueue(channel, { lengthMax: 1, overflow: 'reject-publish' })
    await publisher.sendToQueue(queue, 'fits')
    await expect(publisher.sendToQueue(queue, 'does not')).rejects.toMatchObject({ code: 'MESSAGE_NACKED' })
  })

  it('goes on with another channel after a mistake', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    await using publisher = await connection.createPublisher()
    const queue = await temporaryQueue(channel)
    await expect(publisher.publish('no such exchange', '', 'x')).rejects.toMatchObject({
      code: 'CHANNEL_CLOSED',
      replyCode: 404,
    })
    await publisher.sendToQueue(queue, 'works')
    expect((await channel.checkQueue(queue)).messageCount).toBe(1)
  })

  it('rejects what cannot be sent, and sends the rest', async () => {
    await using connection = await connectTo(target)
    await using publisher = await connection.createPublisher()
    const long = 'x'.repeat(256)
    for (const bad of [
      { messageId: long },
      { priority: 256 },
      { priority: 1.5 },
      { headers: { f: (() => 1) as never } },
      { type: 7 as never },
    ]) {
      await expect(publisher.publish('amq.fanout', '', 'x', bad)).rejects.toMatchObject({ code: 'VALUE_OUT_OF_RANGE' })
    }
    await expect(publisher.publish('amq.fanout', long, 'x')).rejects.toMatchObject({ code: 'VALUE_OUT_OF_RANGE' })
    await expect(publisher.publish('amq.fanout', '', undefined)).rejects.toMatchObject({ code: 'INVALID_MESSAGE' })
    await publisher.publish('amq.fanout', '', 'x')
  })

  it('holds what exceeds the window, refuses what exceeds that, and drains', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    await using publisher = await connection.createPublisher({ window: 2, heldMax: 3 })
    const given = Array.from({ length: 6 }, () => publisher.sendToQueue(queue, 'x'))
    expect(publisher.pendingCount).toBe(5)
    await expect(given[5]).rejects.toMatchObject({ code: 'PUBLISHER_FULL' })
    await publisher.drain()
    await expect(publisher.flush()).rejects.toMatchObject({ code: 'PUBLISHER_FULL' })
    await publisher.flush()
    await Promise.all(given.slice(0, 5))
    expect((await channel.checkQueue(queue)).messageCount).toBe(5)
  })

  it('publishes as many messages as an iterable has, whatever the window', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    await using publisher = await connection.createPublisher({ window: 10, heldMax: 1 })
    async function* messages() {
      for (let i = 0; i < 1000; i++) yield { routingKey: queue, body: `${i}` }
    }
    await publisher.publishAll(messages())
    expect((await channel.checkQueue(queue)).messageCount).toBe(1000)
    await expect(publisher.publishAll([{ routingKey: 'nowhere', mandatory: true, body: '' }])).rejects.toMatchObject({
      code: 'MESSAGE_RETURNED',
    })
  })

  it('gives up a message whose signal is given', async () => {
    await using connection = await connectTo(target)
    await using publisher = await connection.createPublisher()
    await expect(publisher.publish('amq.fanout', '', 'x', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    await publisher.publish('amq.fanout', '', 'x', { signal: new AbortController().signal })
  })

  it('closes a publisher after what was given is confirmed', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    const publisher = await connection.createPublisher({ window: 10 })
    const given = Array.from({ length: 100 }, () => publisher.sendToQueue(queue, 'x'))
    await publisher.close()
    await Promise.all(given)
    await expect(publisher.sendToQueue(queue, 'x')).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' })
  })

  it('publishes without confirms on a channel, and tells of what came back', async () => {
    await using connection = await connectTo(target)
    await using channel = await connection.openChannel()
    const queue = await temporaryQueue(channel)
    const returned: string[] = []
    channel.on('returned', ({ message, replyText }) => returned.push(`${replyText} ${message.text()}`))
    await channel.publish('', queue, 'arrives')
    await channel.publish('', uniqueName('none'), 'comes back', { mandatory: true })
    await eventually(() => returned.length > 0, 'the return')
    expect(returned).toEqual(['NO_ROUTE comes back'])
    expect((await channel.get(queue))?.message.text()).toBe('arrives')
  })
})
