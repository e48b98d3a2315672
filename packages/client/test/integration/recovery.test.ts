/** Coming back after faults of the network, through a proxy that makes them. */

import type { Connection, ConnectionEvents } from '@warrenmq/client'
import { encodeMethodFrame } from '@warrenmq/codec'
import { eventually, type FaultProxy, startFaultProxy, type Target, within } from '@warrenmq/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connectTo, onEachBroker, QUICK, uniqueName } from './support.ts'

const unhandled: unknown[] = []
const note = (error: unknown) => unhandled.push(error)

beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

onEachBroker((target) => {
  it('restores exchanges, queues, bindings, prefetch and consumers', async () => {
    await using proxy = await startFaultProxy(target.port)
    await using connection = await connectTo(proxy)
    const channel = await connection.openChannel({ prefetch: 7 })
    const exchange = uniqueName('exchange')
    await channel.declareExchange(exchange, 'topic', { durable: false })
    const named = uniqueName('queue')
    await channel.declareQueue(named, { exclusive: true })
    const { queue: unnamed } = await channel.declareQueue()
    await channel.bind({ source: exchange, queue: named, routingKey: 'a.*' })
    await channel.bind({ source: exchange, queue: unnamed, routingKey: '*.b' })
    const got: string[] = []
    await channel.consume(named, (message) => got.push(`named ${message.text()}`))
    await channel.consume(unnamed, (message) => got.push(`unnamed ${message.text()}`))
    await using publisher = await connection.createPublisher({ mandatory: true })
    const events: string[] = []
    const renamed: ConnectionEvents['queueRenamed'][] = []
    connection.on('state', ({ to }) => events.push(to))
    connection.on('recovered', () => events.push('recovered'))
    connection.on('queueRenamed', (event) => renamed.push(event))
    await cutAndRecover(proxy, connection)
    expect(events).toEqual(['recovering', 'open', 'recovered'])
    expect(renamed).toMatchObject([{ from: unnamed }])
    await publisher.publish(exchange, 'a.b', 'both')
    await eventually(() => got.length === 2, 'both messages')
    expect(got.sort()).toEqual(['named both', 'unnamed both'])
    // The old name goes on to work.
    expect(await channel.checkQueue(unnamed)).toMatchObject({ queue: renamed[0].to, consumerCount: 1 })
    await channel.unbind({ source: exchange, queue: unnamed, routingKey: '*.b' })
    await channel.deleteQueue(unnamed)
    await cutAndRecover(proxy, connection)
    expect(renamed).toHaveLength(1)
    await channel.deleteExchange(exchange)
  })

  it('waits for its own exclusive queue when the broker has not noticed the loss yet', async () => {
    await using proxy = await startFaultProxy(target.port)
    await using connection = await connectTo(proxy)
    const channel = await connection.openChannel()
    const name = uniqueName('exclusive')
    await channel.declareQueue(name, { exclusive: true })
    const failed: string[] = []
    connection.on('restoreFailed', ({ what }) => failed.push(what))
    // The connection before stays open on the broker's side.
    proxy.cutClients()
    await within(next(connection, 'recovering'), 'the loss')
    setTimeout(() => proxy.cutBroker(), 300)
    await within(next(connection, 'open'), 'the recovery')
    expect(failed).toEqual([])
    expect((await channel.checkQueue(name)).queue).toBe(name)
  })

  it('publishes again what was not confirmed when the connection was cut', async () => {
    await using s = await setUp(target)
    const publisher = await s.connection.createPublisher({ window: 50 })
    const confirmed = new Set<string>()
    let stop = false
    const publishing = (async () => {
      for (let i = 0; !stop; i++) {
        if (i % 100 === 0) await publisher.drain()
        void publisher.sendToQueue(s.queue, `${i}`).then(() => confirmed.add(`${i}`))
      }
    })()
    for (let cuts = 0; cuts < 10; cuts++) {
      const before = confirmed.size
      await eventually(() => confirmed.size > before + 200, 'confirms')
      s.proxy.cut()
    }
    stop = true
    await within(publishing, 'the end of publishing')
    await within(publisher.flush(), 'the last confirms')
    await s.expectAll(confirmed)
  })

  it('rejects what was not confirmed when it was told to, and goes on', async () => {
    await using s = await setUp(target)
    const publisher = await s.connection.createPublisher({ onConnectionLost: 'reject' })
    s.proxy.silent = true
    const lost = Array.from({ length: 20 }, () => publisher.sendToQueue(s.queue, 'lost'))
    const settled = Promise.allSettled(lost)
    s.proxy.cut()
    s.proxy.silent = false
    for (const result of await within(settled, 'the rejections')) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'CONNECTION_LOST' } })
    }
    await publisher.sendToQueue(s.queue, 'arrives')
  })

  it('takes no message for handled whose acknowledgement did not arrive', async () => {
    await using s = await setUp(target)
    await using direct = await connectTo(target)
    await using publisher = await direct.createPublisher()
    const handled = new Set<string>()
    const channel = await s.connection.openChannel({ prefetch: 20 })
    const slow = async (text: string) => {
      await new Promise((resolve) => setImmediate(resolve))
      handled.add(text)
    }
    await channel.consume(s.queue, (message) => slow(message.text()), { concurrency: 5 })
    for (let round = 0; round < 8; round++) {
      const bodies = Array.from({ length: 50 }, (_, i) => ({ routingKey: s.queue, body: `${round}-${i}` }))
      await publisher.publishAll(bodies)
      s.proxy.cut()
    }
    await eventually(() => handled.size === 400, 'all messages')
    await using inspecting = await direct.openChannel()
    await eventually(async () => (await inspecting.checkQueue(s.queue)).messageCount === 0, 'the empty queue')
  })

  it('finds a half-open connection by its heartbeats', async () => {
    await using proxy = await startFaultProxy(target.port)
    await using connection = await connectTo(proxy, { heartbeatSeconds: 1 })
    proxy.silent = true
    const recovering = next(connection, 'recovering')
    expect(await within(recovering, 'the loss')).toMatchObject({ error: { code: 'CONNECTION_LOST' } })
    proxy.silent = false
    await within(next(connection, 'open'), 'the recovery')
  })

  it('holds messages while the broker has blocked the connection', async () => {
    await using s = await setUp(target)
    await using publisher = await s.connection.createPublisher()
    const told: unknown[] = []
    s.connection.on('blocked', (event) => told.push(event))
    s.connection.on('unblocked', (event) => told.push(event))
    s.proxy.inject(encodeMethodFrame(0, 'connection.blocked', { reason: 'low on memory' }))
    await eventually(() => told.length === 1, 'blocked')
    expect(s.connection.isBlocked).toBe(true)
    let isConfirmed = false
    const published = publisher.sendToQueue(s.queue, 'x').then(() => {
      isConfirmed = true
    })
    await s.connection.openChannel()
    expect([isConfirmed, publisher.pendingCount]).toEqual([false, 1])
    s.proxy.inject(encodeMethodFrame(0, 'connection.unblocked', {}))
    await within(published, 'the confirm')
    expect(told).toEqual([{ reason: 'low on memory' }, {}])
  })

  it('tells a publisher that gives up after its limit', async () => {
    await using s = await setUp(target)
    const publisher = await s.connection.createPublisher({ timeoutMs: 80 })
    s.proxy.silent = true
    const sent = publisher.sendToQueue(s.queue, 'on its way')
    await expect(within(sent, 'the limit')).rejects.toMatchObject({ code: 'TIMEOUT' })
    s.proxy.refusing = true
    s.proxy.cut()
    await expect(within(publisher.sendToQueue(s.queue, 'held'), 'the limit')).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(publisher.pendingCount).toBe(0)
  })

  it('stays connected over a slow link, and keeps order', async () => {
    await using s = await setUp(target)
    s.proxy.delayMs = 5
    await using publisher = await s.connection.createPublisher({ window: 10 })
    await publisher.publishAll(Array.from({ length: 100 }, (_, i) => ({ routingKey: s.queue, body: `${i}` })))
    const got: string[] = []
    const channel = await s.connection.openChannel()
    for await (const message of channel.messages(s.queue)) {
      got.push(message.text())
      message.ack()
      if (got.length === 100) break
    }
    expect(got).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`))
    expect(s.connection.state).toBe('open')
  })

  it.each([
    ['noise', Buffer.from('\xff\xfe garbage that is no frame at all \x00\x01', 'latin1')],
    ['a frame that ends wrong', Uint8Array.of(1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 51, 7)],
    ['a giant frame', Uint8Array.of(3, 0, 1, 0x7f, 0xff, 0xff, 0xff)],
    ['a body that belongs to nothing', Uint8Array.of(3, 0, 1, 0, 0, 0, 1, 65, 206)],
    ['a frame on a channel that is closed', Uint8Array.of(1, 0, 99, 0, 0, 0, 4, 0, 20, 0, 11, 206)],
    ['an answer to nothing', Uint8Array.of(1, 0, 1, 0, 0, 0, 4, 0, 85, 0, 11, 206)],
    ['an unknown method', Uint8Array.of(1, 0, 1, 0, 0, 0, 4, 0, 99, 0, 99, 206)],
    ['a confirm cut short', Uint8Array.of(1, 0, 1, 0, 0, 0, 4, 0, 60, 0, 80, 206)],
  ])('leaves a connection that brings %s, and comes back', async (_what, bytes) => {
    await using s = await setUp(target)
    await using publisher = await s.connection.createPublisher()
    const lost = next(s.connection, 'recovering')
    s.proxy.inject(bytes)
    expect(await within(lost, 'the loss')).toMatchObject({ error: { code: 'PROTOCOL_ERROR' } })
    await within(publisher.sendToQueue(s.queue, 'after'), 'a confirm')
  })

  it('ends for good when the attempts are used up, and tells everybody', async () => {
    const proxy = await startFaultProxy(target.port)
    const connection = await connectTo(proxy, { reconnect: { ...QUICK, attemptsMax: 3 } })
    const attempts: number[] = []
    connection.on('attempt', ({ number, delayMs, error }) => {
      attempts.push(number)
      expect(delayMs).toBeLessThanOrEqual(50)
      expect(error).toBeInstanceOf(Error)
    })
    const channel = await connection.openChannel()
    const consumer = await channel.consume((await channel.declareQueue()).queue, () => {})
    const publisher = await connection.createPublisher()
    const rpc = await connection.createRpcClient()
    const closed = next(connection, 'closed')
    const lost = next(connection, 'recovering')
    await proxy[Symbol.asyncDispose]()
    await within(lost, 'the loss')
    const waiting = [channel.declareQueue(), publisher.publish('', 'q', 'x'), publisher.drain(), rpc.request('q', 'x')]
    const results = await within(Promise.allSettled(waiting), 'the end of what waits')
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
    await within(closed, 'the end')
    expect(attempts).toEqual([1, 2])
    expect(await within(consumer.finished, 'the end of the consumer')).toBeInstanceOf(Error)
    expect([channel.state, connection.state]).toEqual(['closed', 'closed'])
    await connection.close()
  })

  it('does not come back when it was told not to', async () => {
    await using proxy = await startFaultProxy(target.port)
    const connection = await connectTo(proxy, { reconnect: false })
    const closed = next(connection, 'closed')
    proxy.cut()
    expect(await within(closed, 'the end')).toMatchObject({ from: 'open', error: { code: 'CONNECTION_LOST' } })
    await expect(connection.openChannel()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('can be closed in the middle of a recovery', async () => {
    const proxy = await startFaultProxy(target.port)
    const connection = await connectTo(proxy)
    const publisher = await connection.createPublisher()
    proxy.refusing = true
    proxy.cut()
    await eventually(() => connection.state === 'recovering', 'the loss')
    const published = publisher.publish('', 'q', 'x')
    const opening = connection.openChannel()
    const settled = Promise.allSettled([published, opening])
    await within(connection.close(), 'the end')
    for (const result of await settled) expect(result).toMatchObject({ reason: { code: 'CONNECTION_CLOSED' } })
    await proxy[Symbol.asyncDispose]()
  })

  it('leaves a consumer out whose queue is gone, and keeps the others', async () => {
    await using s = await setUp(target)
    await using direct = await connectTo(target)
    await using other = await direct.openChannel()
    const gone = (await other.declareQueue(uniqueName('gone'), { expiresMs: 60_000 })).queue
    const channel = await s.connection.openChannel()
    const got: string[] = []
    await channel.consume(s.queue, (message) => got.push(message.text()))
    // It is unknown to the connection that it must be declared again.
    const leftOut = await channel.consume(gone, () => {})
    const failed: string[] = []
    s.connection.on('restoreFailed', ({ what }) => failed.push(what))
    s.proxy.refusing = true
    s.proxy.cut()
    await eventually(async () => (await other.checkQueue(gone)).consumerCount === 0, 'the loss')
    await other.deleteQueue(gone)
    s.proxy.refusing = false
    expect(await within(leftOut.finished, 'the end of the consumer')).toMatchObject({ replyCode: 404 })
    await channel.publish('', s.queue, 'still here')
    await eventually(() => got.length === 1, 'the message')
    expect(failed).toEqual([`consumer of '${gone}'`])
  })

  it('comes back 200 times without leaving anything behind', async () => {
    await using s = await setUp(target)
    const channel = await s.connection.openChannel()
    const { queue } = await channel.declareQueue()
    const got = new Set<string>()
    await channel.consume(queue, (message) => got.add(message.text()))
    const publisher = await s.connection.createPublisher()
    for (let round = 0; round < 200; round++) {
      await cutAndRecover(s.proxy, s.connection)
      if (round % 50 === 0) await within(publisher.publish('', s.queue, 'x'), 'a confirm')
    }
    const handles = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length
    // Client and broker side of the proxy, and what the test run itself has.
    expect(s.proxy.openCount).toBe(1)
    expect(handles).toBeLessThan(20)
    expect(s.connection.registry.queues.size).toBe(1)
    expect((await channel.checkQueue(queue)).consumerCount).toBe(1)
  }, 120_000)
})

async function setUp(target: Target) {
  const proxy = await startFaultProxy(target.port)
  const owner = await connectTo(target)
  const channel = await owner.openChannel()
  const { queue } = await channel.declareQueue(uniqueName('recovery'), { expiresMs: 120_000 })
  const connection = await connectTo(proxy)
  return {
    proxy,
    connection,
    queue,
    /** Every one of these is in the queue, duplicates allowed. */
    async expectAll(bodies: ReadonlySet<string>) {
      const found = new Set<string>()
      for (;;) {
        const fetched = await channel.get(queue, { noAck: true })
        if (fetched === undefined) break
        found.add(fetched.message.text())
      }
      expect([...bodies].filter((body) => !found.has(body))).toEqual([])
      expect(bodies.size).toBeGreaterThan(0)
    },
    async [Symbol.asyncDispose]() {
      await connection.close()
      await channel.deleteQueue(queue)
      await owner.close()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

async function cutAndRecover(proxy: FaultProxy, connection: Connection): Promise<void> {
  const recovered = new Promise<void>((resolve) => {
    const end = connection.on('recovered', () => {
      end()
      resolve()
    })
  })
  proxy.cut()
  await within(recovered, 'the recovery')
}

/** The next change to a state. */
function next(connection: Connection, state: string): Promise<ConnectionEvents['state']> {
  return new Promise((resolve) => {
    const end = connection.on('state', (event) => {
      if (event.to !== state) return
      end()
      resolve(event)
    })
  })
}
