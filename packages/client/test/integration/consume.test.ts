/** Consuming with a handler and with `for await`. */

import { defineMessage, type Message, type StandardSchema } from '@warrenmq/client'
import { eventually, within } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { connectTo, onEachBroker, temporaryQueue, uniqueName } from './support.ts'

onEachBroker((target) => {
  it('hands messages to a handler in order and acknowledges them', async () => {
    await using s = await setUp()
    await s.send(200)
    const got: string[] = []
    const consumer = await s.channel.consume(s.queue, (message) => got.push(message.text()))
    await eventually(() => got.length === 200, 'all messages')
    expect(got).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`))
    await consumer.cancel()
    expect(await s.left()).toBe(0)
  })

  it('handles as many at a time as it may, and acknowledges out of order', async () => {
    await using s = await setUp()
    await s.send(60)
    let running = 0
    let most = 0
    let done = 0
    const consumer = await s.channel.consume(
      s.queue,
      async (message) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, (Number(message.text()) * 7) % 5))
        running--
        done++
      },
      { concurrency: 7, prefetch: 20 },
    )
    await eventually(() => done === 60, 'all messages')
    expect(most).toBe(7)
    await consumer.cancel()
    expect(await s.left()).toBe(0)
  })

  it('gives a message back when the handler throws, and tells of it', async () => {
    await using s = await setUp()
    await s.send(1)
    const seen: boolean[] = []
    const errors: unknown[] = []
    s.channel.on('handlerFailed', ({ error }) => errors.push(error))
    await s.channel.consume(s.queue, async (message) => {
      seen.push(message.redelivered)
      if (seen.length === 1) throw new Error('first')
    })
    await eventually(() => seen.length === 2, 'the second delivery')
    expect(seen).toEqual([false, true])
    expect(errors).toMatchObject([{ message: 'first' }])
  })

  it('dead-letters a message when the handler throws and onError says so', async () => {
    await using s = await setUp()
    const dead = await temporaryQueue(s.channel)
    const queue = await temporaryQueue(s.channel, { deadLetterExchange: '', deadLetterRoutingKey: dead })
    await s.publisher.sendToQueue(queue, 'bad')
    await s.publisher.sendToQueue(queue, 'ignored')
    await s.channel.consume(
      queue,
      () => {
        throw new Error('no')
      },
      { onError: (_error, message) => (message.text() === 'bad' ? 'reject' : 'ack') },
    )
    await eventually(async () => (await s.channel.checkQueue(dead)).messageCount === 1, 'the dead letter')
    expect((await s.channel.get(dead))?.message.text()).toBe('bad')
  })

  it('leaves a message alone that the handler settled', async () => {
    await using s = await setUp()
    await s.send(3)
    let count = 0
    await s.channel.consume(s.queue, (message) => {
      count++
      expect(message.ack()).toBe(true)
      expect(message.ack()).toBe(false)
      expect(message.isSettled).toBe(true)
      throw new Error('after it was settled')
    })
    await eventually(() => count === 3, 'all messages')
    expect(await s.left()).toBe(0)
  })

  it('finishes what is in hand when it is cancelled, and gives the rest back', async () => {
    await using s = await setUp()
    await s.send(10)
    let finish = () => {}
    let started = 0
    const consumer = await s.channel.consume(s.queue, () => {
      started++
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    })
    await eventually(() => started === 1, 'the first message')
    let ended = false
    const cancelling = consumer.cancel().then(() => {
      ended = true
    })
    await eventually(async () => (await s.left()) === 9, 'the rest')
    expect(ended).toBe(false)
    finish()
    await within(cancelling, 'the cancellation')
    expect(started).toBe(1)
    expect(await s.left()).toBe(9)
    expect(await consumer.finished).toBeUndefined()
  })

  it('ends a consumer whose queue is deleted with CONSUMER_CANCELLED', async () => {
    await using s = await setUp()
    const consumer = await s.channel.consume(s.queue, () => {})
    await s.channel.deleteQueue(s.queue)
    expect(await within(consumer.finished, 'the end')).toMatchObject({ code: 'CONSUMER_CANCELLED' })
    await consumer.cancel()
  })

  it('ends a consumer when its signal is given', async () => {
    await using s = await setUp()
    const ending = new AbortController()
    const consumer = await s.channel.consume(s.queue, () => {}, { signal: ending.signal })
    ending.abort()
    expect(await within(consumer.finished, 'the end')).toBeUndefined()
    expect((await s.channel.checkQueue(s.queue)).consumerCount).toBe(0)
  })

  it('does not begin what is aborted already', async () => {
    await using s = await setUp()
    const signal = AbortSignal.abort()
    await expect(s.channel.consume(s.queue, () => {}, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(s.channel.messages(s.queue, { signal }).next()).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(s.channel.publish('', s.queue, 'x', { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await s.channel.checkQueue(s.queue)).toMatchObject({ messageCount: 0, consumerCount: 0 })
  })

  it('acknowledges what was handled before the connection is closed in the same tick', async () => {
    await using s = await setUp()
    const { queue } = await s.channel.declareQueue(uniqueName('kept'), { expiresMs: 60_000 })
    await s.publisher.publishAll(Array.from({ length: 10 }, () => ({ routingKey: queue, body: 'x' })))
    const other = await connectTo(target)
    const messages: Message[] = []
    const channel = await other.openChannel()
    await new Promise<void>((resolve) => {
      void channel.consume(
        queue,
        (message) => {
          messages.push(message)
          if (messages.length === 10) resolve()
          return new Promise(() => {})
        },
        { concurrency: 10 },
      )
    })
    for (const message of messages) message.ack()
    await other.close()
    expect((await s.channel.checkQueue(queue)).messageCount).toBe(0)
  })

  it('refuses to consume from no queue, and keeps the reason', async () => {
    await using s = await setUp()
    const channel = await s.connection.openChannel()
    await expect(channel.consume('no such', () => {})).rejects.toMatchObject({ code: 'CHANNEL_CLOSED', replyCode: 404 })
    expect(channel.state).toBe('closed')
  })

  it('gives messages to `for await`, and what was not seen back', async () => {
    await using s = await setUp()
    await s.send(20)
    const got: string[] = []
    for await (const message of s.channel.messages(s.queue)) {
      got.push(message.text())
      message.ack()
      if (got.length === 5) break
    }
    expect(got).toEqual(['0', '1', '2', '3', '4'])
    await eventually(async () => (await s.left()) === 15, 'the rest')
    expect((await s.channel.checkQueue(s.queue)).consumerCount).toBe(0)
  })

  it('holds no more than the prefetch, and settles each its own way', async () => {
    await using s = await setUp()
    await s.send(6)
    const messages: Message[] = []
    const stream = s.channel.messages(s.queue, { prefetch: 3 })
    for (let i = 0; i < 3; i++) messages.push((await stream.next()).value as Message)
    expect(await s.left()).toBe(3)
    messages[2].ack()
    messages[0].requeue()
    messages[1].reject()
    const rest = [(await stream.next()).value, (await stream.next()).value, (await stream.next()).value] as Message[]
    expect(rest.map((message) => message.text()).sort()).toEqual(expect.arrayContaining(['0']))
    await stream.return()
  })

  it('throws from `for await` when the queue is deleted', async () => {
    await using s = await setUp()
    await s.send(1)
    await expect(
      (async () => {
        for await (const message of s.channel.messages(s.queue)) {
          message.ack()
          await s.channel.deleteQueue(s.queue)
        }
      })(),
    ).rejects.toMatchObject({ code: 'CONSUMER_CANCELLED' })
  })

  it('bounds what piles up before a slow consumer without acknowledgements', async () => {
    await using s = await setUp()
    // Its connection is not read while too much waits; confirms need another one.
    await using other = await connectTo(target)
    const queue = (await s.channel.declareQueue(uniqueName('shared'), { expiresMs: 60_000 })).queue
    const stream = (await other.openChannel()).messages(queue, { noAck: true })
    const first = stream.next()
    await eventually(async () => (await s.channel.checkQueue(queue)).consumerCount === 1, 'the consumer')
    await s.publisher.publishAll(Array.from({ length: 20_000 }, () => ({ routingKey: queue, body: 'x' })))
    await first
    let count = 1
    while (count < 20_000) {
      await within(stream.next(), 'a message')
      count++
    }
    await stream.return()
  })

  it('checks messages against their contract on both ways', async () => {
    await using s = await setUp()
    const order = defineMessage<{ total: number }>({ type: 'order', routingKey: s.queue, schema: hasTotal })
    await s.publisher.send(order, { total: 5 })
    await expect(s.publisher.send(order, {} as { total: number })).rejects.toMatchObject({ code: 'INVALID_MESSAGE' })
    await s.publisher.sendToQueue(s.queue, { nothing: 1 })
    await s.publisher.sendToQueue(s.queue, 'not json')
    await s.publisher.send(order, { total: 7 })
    const totals: number[] = []
    const failures: unknown[] = []
    s.channel.on('handlerFailed', ({ error }) => failures.push(error))
    const consumer = await s.channel.consume(s.queue, (message) => totals.push(message.value.total), {
      contract: order,
    })
    await eventually(() => totals.length === 2, 'the valid ones')
    expect(totals).toEqual([5, 7])
    expect(failures).toMatchObject([{ code: 'INVALID_MESSAGE' }, { code: 'INVALID_MESSAGE' }])
    await consumer.cancel()
    expect(await s.left()).toBe(0)
  })

  async function setUp() {
    const connection = await connectTo(target)
    const channel = await connection.openChannel()
    const publisher = await connection.createPublisher()
    const queue = uniqueName('consume')
    await channel.declareQueue(queue, { exclusive: true })
    return {
      connection,
      channel,
      publisher,
      queue,
      send: async (count: number) => {
        const bodies = Array.from({ length: count }, (_, i) => ({ routingKey: queue, body: `${i}` }))
        await publisher.publishAll(bodies)
      },
      left: async () => (await channel.checkQueue(queue)).messageCount,
      [Symbol.asyncDispose]: () => connection.close(),
    }
  }
})

const hasTotal: StandardSchema<{ total: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof (value as { total?: unknown })?.total === 'number'
        ? { value: value as { total: number } }
        : { issues: [{ message: 'expected number', path: ['total'] }] },
  },
}
