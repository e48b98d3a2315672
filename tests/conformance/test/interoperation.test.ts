/** Programs on different clients that work together over one broker. */
import { dirname, join } from 'node:path'
import { startProgram, within } from '@warrenmq/testkit'
import { expect, inject, it } from 'vitest'
import { openSession, texts } from '../src/amqplib.ts'
import { Deliveries } from '../src/deliveries.ts'
import { brokerUrl, describePika } from '../src/suites.ts'

describePika((start, target) => {
  it('serves requests of amqplib by a server on pika', async () => {
    await using server = start('rpc_server', 'inter-rpc')
    await server.expect('ready')
    await using session = await openSession(target)
    const channel = await session.connection.createChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    const answers = await Deliveries.from(channel, queue, '', true)
    const requests = ['5', '10', '20']
    for (const request of requests) {
      channel.sendToQueue('inter-rpc', Buffer.from(request), { replyTo: queue, correlationId: `fib ${request}` })
    }
    const received = await answers.take(requests.length)
    expect(received.map(({ properties, content }) => `${properties.correlationId}: ${content}`)).toEqual([
      'fib 5: 5',
      'fib 10: 55',
      'fib 20: 6765',
    ])
    expect(await server.terminate()).toEqual([{ event: 'closed' }])
  })

  it('brings headers of amqplib to pika, and headers of pika to amqplib', async () => {
    // No fraction: pika makes a whole number of it.
    const headers = { text: 'Grüße', whole: 70_000, big: 2 ** 40, yes: true, none: null, list: [1, { a: 'b' }] }
    await using session = await openSession(target)
    const channel = await session.connection.createChannel()
    await using consumer = start('consumer', 'inter-headers', '1')
    await consumer.expect('ready')
    channel.sendToQueue('inter-headers', Buffer.from('x'), { headers })
    expect(await consumer.expect('received')).toEqual({ exchange: '', key: 'inter-headers', body: 'x', headers })

    await channel.assertExchange('inter-headers', 'fanout', { durable: false })
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.bindQueue(queue, 'inter-headers', '')
    const deliveries = await Deliveries.from(channel, queue)
    const messages = JSON.stringify([{ body: 'y', headers }])
    await using publisher = start('publisher', 'inter-headers', 'fanout', messages)
    await publisher.finish()
    expect((await deliveries.next()).properties.headers).toEqual(headers)
  })

  const amqpPublish = inject('foreign').amqpTools
  it.runIf(amqpPublish !== undefined)('hands tasks of amqp-publish to workers on pika', async () => {
    await using worker = start('worker', 'inter-tasks')
    await worker.expect('ready')
    const tool = join(dirname(String(amqpPublish)), 'amqp-publish')
    await using publisher = startProgram(tool, ['-u', brokerUrl(target), '-r', 'inter-tasks', '-l', '-p'], {
      input: 'a\nb\n',
    })
    expect(await within(publisher.exited, 'the end of amqp-publish')).toBe(0)
    for (const body of ['a\n', 'b\n']) {
      expect(await worker.expect('received')).toMatchObject({ body })
      worker.tell('ack')
    }
    expect(await worker.terminate()).toEqual([{ event: 'closed' }])
  })

  it('shares a queue between workers on pika and on amqplib', async () => {
    await using worker = start('worker', 'inter-shared')
    await worker.expect('ready')
    await using session = await openSession(target)
    const channel = await session.connection.createChannel()
    await channel.prefetch(1)
    const own = await Deliveries.from(channel, 'inter-shared')
    await using producer = start('new_task', 'inter-shared', 'a', 'b', 'c')
    await producer.finish()
    expect(await worker.expect('received')).toMatchObject({ body: 'a' })
    const b = await own.next()
    expect(texts([b])).toEqual(['b'])
    channel.nack(b, false, true)
    const again = await own.next()
    expect(`${again.content} ${again.fields.redelivered}`).toBe('b true')
    worker.tell('ack')
    expect(await worker.expect('received')).toMatchObject({ body: 'c' })
    worker.tell('ack')
    channel.ack(again)
    expect(await worker.terminate()).toEqual([{ event: 'closed' }])
  })
})
