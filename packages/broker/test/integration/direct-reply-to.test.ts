/** Direct reply-to: replies that go straight to the channel that asked, without a queue that a client could declare. */

import { typed } from '@warrenmq/codec'
import type { RawPeer, Target } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { declareQueue, get, inspect, itRefuses, onEachBroker, type Refusal, sendTo, takeDeliveries } from './support.ts'

const REPLY_TO = 'amq.rabbitmq.reply-to'

const consumeReplies = (peer: RawPeer, consumerTag = 'replies') =>
  peer.call(1, 'basic.consume', { queue: REPLY_TO, consumerTag, noAck: true })

const REFUSALS: readonly Refusal[] = [
  {
    name: 'refuses a reply consumer that acknowledges',
    steps: (peer) => peer.send(1, 'basic.consume', { queue: REPLY_TO }),
    expected: 'ch 406 PRECONDITION_FAILED - reply consumer cannot acknowledge [basic.consume]',
  },
  {
    name: 'refuses a second reply consumer',
    steps: async (peer) => {
      await consumeReplies(peer)
      peer.send(1, 'basic.consume', { queue: REPLY_TO, noAck: true })
    },
    expected: 'ch 406 PRECONDITION_FAILED - reply consumer already set [basic.consume]',
  },
  {
    name: 'says of a second one that acknowledges what it says of a first',
    steps: async (peer) => {
      await consumeReplies(peer)
      peer.send(1, 'basic.consume', { queue: REPLY_TO })
    },
    expected: 'ch 406 PRECONDITION_FAILED - reply consumer cannot acknowledge [basic.consume]',
  },
  {
    name: 'refuses a tag in use for a reply consumer',
    steps: async (peer) => {
      const queue = await declareQueue(peer)
      await peer.call(1, 'basic.consume', { queue, consumerTag: 't' })
      peer.send(1, 'basic.consume', { queue: REPLY_TO, consumerTag: 't', noAck: true })
    },
    expected: "conn 530 NOT_ALLOWED - attempt to reuse consumer tag 't' [basic.consume]",
  },
  {
    name: 'refuses a request without a reply consumer',
    steps: (peer) => sendTo(peer, 'nosuch', 'request', { replyTo: REPLY_TO }),
    expected: 'ch 406 PRECONDITION_FAILED - fast reply consumer does not exist [basic.publish]',
  },
  {
    name: 'refuses a request after the reply consumer was cancelled',
    steps: async (peer) => {
      await consumeReplies(peer)
      await peer.call(1, 'basic.cancel', { consumerTag: 'replies' })
      sendTo(peer, 'nosuch', 'request', { replyTo: REPLY_TO })
    },
    expected: 'ch 406 PRECONDITION_FAILED - fast reply consumer does not exist [basic.publish]',
  },
  {
    name: 'refuses a user-id that is wrong after the missing reply consumer',
    steps: (peer) => sendTo(peer, 'nosuch', 'request', { replyTo: REPLY_TO, userId: 'other' }),
    expected: 'ch 406 PRECONDITION_FAILED - fast reply consumer does not exist [basic.publish]',
  },
  ...['basic.get', 'queue.purge', 'queue.bind'].map((method): Refusal => {
    return {
      name: `has no queue of that name for ${method}`,
      steps: (peer) => peer.send(1, method as 'queue.bind', { queue: REPLY_TO, exchange: 'amq.direct' }),
      expected: `ch 404 NOT_FOUND - no queue 'amq.rabbitmq.reply-to' in vhost '/' [${method}]`,
    }
  }),
  ...[false, true].map((passive): Refusal => {
    return {
      name: `does not know a made-up name, declared ${passive ? 'passively' : 'actively'}`,
      steps: (peer) => peer.send(1, 'queue.declare', { queue: `${REPLY_TO}.made-up`, passive }),
      expected: `ch 404 NOT_FOUND - no queue 'amq.rabbitmq.reply-to.made-up' in vhost '/' [queue.declare]`,
    }
  }),
]

/** A client with a reply consumer and a server with a queue for requests, on a connection each. */
async function openPair(target: Target): Promise<{ client: RawPeer; server: RawPeer; requests: string }> {
  const client = await target.openChannel()
  const server = await target.openChannel()
  const requests = await declareQueue(server)
  await consumeReplies(client)
  return { client, server, requests }
}

/** Sends a request and returns the name to reply to that arrives with it. */
async function nameOf(client: RawPeer, server: RawPeer, requests: string): Promise<string> {
  sendTo(client, requests, 'request', { replyTo: REPLY_TO })
  for (;;) {
    const request = await get(server, requests)
    if (request !== undefined) return request.properties.replyTo as string
  }
}

onEachBroker((target) => {
  describe('refused', () => itRefuses(target, REFUSALS))

  it('carries a request and its reply, with properties and headers', async () => {
    const { client, server, requests } = await openPair(target)
    const properties = {
      contentType: 'text/plain',
      headers: { key: typed('S', 'value'), number: typed('I', 7) },
      deliveryMode: 1,
      priority: 3,
      correlationId: 'c1',
      replyTo: REPLY_TO,
      messageId: 'm1',
      appId: 'app',
    }
    await server.call(1, 'basic.consume', { queue: requests, noAck: true })
    sendTo(client, requests, 'request', properties)
    const request = await server.expectContent(1, 'basic.deliver')
    const { replyTo, ...others } = request.properties
    expect(replyTo).toMatch(/^amq\.rabbitmq\.reply-to\..{20,}$/)
    const { replyTo: _, ...sent } = properties
    expect(others).toMatchObject(sent)
    expect(request.body.toString()).toBe('request')
    sendTo(server, replyTo as string, 'reply', { correlationId: 'c1', headers: { a: 1 } })
    const reply = await client.expectContent(1, 'basic.deliver')
    expect({ ...reply.args, deliveryTag: Number(reply.args.deliveryTag) }).toEqual({
      consumerTag: 'replies',
      deliveryTag: 1,
      redelivered: false,
      exchange: '',
      routingKey: replyTo,
    })
    expect([reply.body.toString(), reply.properties.correlationId]).toEqual(['reply', 'c1'])
    expect(reply.properties.headers?.a).toEqual(typed('I', 1))
    await client.close()
    await server.close()
  })

  it('carries a request whose body comes in several frames, and a long reply', async () => {
    const { client, server, requests } = await openPair(target)
    const body = Buffer.alloc(300_000, 'x')
    client.publish(1, { routingKey: requests }, body, { replyTo: REPLY_TO })
    await server.call(1, 'basic.consume', { queue: requests, noAck: true })
    const request = await server.expectContent(1, 'basic.deliver')
    expect(request.body.equals(body)).toBe(true)
    sendTo(server, request.properties.replyTo as string, body)
    expect((await client.expectContent(1, 'basic.deliver')).body.equals(body)).toBe(true)
    await client.close()
    await server.close()
  })

  it('leaves any other reply-to alone', async () => {
    const { client, server, requests } = await openPair(target)
    const others = ['my-queue', 'amq.rabbitmq.reply-t0', 'amq.rabbitmq.reply-to.', '', 'amq.rabbitmq.reply-to.x']
    for (const replyTo of others) sendTo(client, requests, 'request', { replyTo })
    await server.call(1, 'basic.consume', { queue: requests, noAck: true })
    for (const replyTo of others) {
      expect((await server.expectContent(1, 'basic.deliver')).properties.replyTo).toBe(replyTo)
    }
    await client.close()
    await server.close()
  })

  it('answers for the name while the reply consumer is there, and not afterwards', async () => {
    const { client, server, requests } = await openPair(target)
    expect(await inspect(client, REPLY_TO)).toEqual({ messageCount: 0, consumerCount: 1 })
    expect(await client.call(1, 'queue.declare', { queue: REPLY_TO, durable: true })).toMatchObject({ queue: REPLY_TO })
    const queue = await nameOf(client, server, requests)
    expect(await inspect(server, queue)).toEqual({ messageCount: 0, consumerCount: 1 })
    expect(await server.call(1, 'queue.declare', { queue })).toMatchObject({ queue, messageCount: 0, consumerCount: 1 })
    await client.close()
    server.send(1, 'queue.declare', { queue, passive: true })
    expect(await server.outcome()).toBe(`ch 404 NOT_FOUND - no queue '${queue}' in vhost '/' [queue.declare]`)
    await server.close()
  })

  it('keeps its replies apart from those of other channels', async () => {
    const { client, server, requests } = await openPair(target)
    const other = await target.openChannel()
    await consumeReplies(other, 'others')
    const names = [await nameOf(client, server, requests), await nameOf(other, server, requests)]
    expect(names[0]).not.toBe(names[1])
    for (const round of [0, 1, 2]) {
      for (const [i, name] of names.entries()) sendTo(server, name, `${i} ${round}`)
    }
    expect(await takeDeliveries(client, 3)).toEqual(['0 0', '0 1', '0 2'])
    expect(await takeDeliveries(other, 3)).toEqual(['1 0', '1 1', '1 2'])
    await Promise.all([client.close(), server.close(), other.close()])
  })

  it('drops a reply that comes too late, also from who replied before, and confirms it', async () => {
    const { client, server, requests } = await openPair(target)
    const name = await nameOf(client, server, requests)
    await server.call(1, 'confirm.select')
    sendTo(server, name, 'in time')
    expect(await takeDeliveries(client, 1)).toEqual(['in time'])
    await server.expect(1, 'basic.ack')
    await client.call(1, 'basic.cancel', { consumerTag: 'replies' })
    await consumeReplies(client)
    sendTo(server, name, 'too late')
    await server.expect(1, 'basic.ack')
    const next = await nameOf(client, server, requests)
    expect(next).not.toBe(name)
    sendTo(server, next, 'in time again')
    expect(await takeDeliveries(client, 1)).toEqual(['in time again'])
    await client.call(1, 'channel.close', { replyCode: 200 })
    sendTo(server, next, 'too late')
    await server.expect(1, 'basic.ack')
    await Promise.all([client.close(), server.close()])
  })

  it('treats a name that was made up as a queue that is not there', async () => {
    const { client, server, requests } = await openPair(target)
    const name = await nameOf(client, server, requests)
    server.publish(1, { routingKey: `${REPLY_TO}.x`, mandatory: true }, 'made up')
    expect((await server.expectContent(1, 'basic.return')).args.replyText).toBe('NO_ROUTE')
    for (const exchange of ['amq.direct', 'amq.topic']) {
      server.publish(1, { exchange, routingKey: name, mandatory: true }, 'another exchange')
      expect((await server.expectContent(1, 'basic.return')).args.exchange).toBe(exchange)
    }
    sendTo(server, name, 'the only one')
    expect(await takeDeliveries(client, 1)).toEqual(['the only one'])
    await Promise.all([client.close(), server.close()])
  })

  it('takes the name as a key of CC and BCC, and brings each message once', async () => {
    const { client, server, requests } = await openPair(target)
    const name = await nameOf(client, server, requests)
    sendTo(server, 'nosuch', 'by CC', { headers: { CC: [name, name] } })
    sendTo(server, name, 'by BCC', { headers: { BCC: [name] } })
    sendTo(server, name, 'last')
    expect(await takeDeliveries(client, 3)).toEqual(['by CC', 'by BCC', 'last'])
    await Promise.all([client.close(), server.close()])
  })

  // RabbitMQ before 4.2 brings a mandatory reply and returns it too: its reply queue is no queue there.
  it.skipIf(target.isRabbit)('counts a mandatory reply as routed', async () => {
    const { client, server, requests } = await openPair(target)
    const name = await nameOf(client, server, requests)
    server.publish(1, { routingKey: name, mandatory: true }, 'reply')
    expect(await takeDeliveries(client, 1)).toEqual(['reply'])
    expect(await get(server, requests)).toBeUndefined()
    await Promise.all([client.close(), server.close()])
  })

  it('brings a reply of a transaction by its commit', async () => {
    const { client, server, requests } = await openPair(target)
    const name = await nameOf(client, server, requests)
    await server.call(1, 'tx.select')
    sendTo(server, name, 'in a transaction')
    await server.call(1, 'tx.commit')
    expect(await takeDeliveries(client, 1)).toEqual(['in a transaction'])
    await Promise.all([client.close(), server.close()])
  })

  it('cannot be consumed from, got from or bound by its whole name', async () => {
    const { client, server, requests } = await openPair(target)
    const queue = await nameOf(client, server, requests)
    for (const [channel, method] of [
      [2, 'basic.get'],
      [3, 'basic.consume'],
      [4, 'queue.bind'],
      [5, 'queue.purge'],
    ] as const) {
      await server.call(channel, 'channel.open')
      server.send(channel, method as 'queue.bind', { queue, exchange: 'amq.direct' })
      expect(await server.outcome()).toBe(`ch 404 NOT_FOUND - no queue '${queue}' in vhost '/' [${method}]`)
    }
    await server.call(1, 'queue.delete', { queue })
    sendTo(server, queue, 'still there')
    expect(await takeDeliveries(client, 1)).toEqual(['still there'])
    await Promise.all([client.close(), server.close()])
  })
})
