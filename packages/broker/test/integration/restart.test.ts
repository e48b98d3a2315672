/**
 * What is there after an orderly stop and a start, on this broker with a data directory and on a RabbitMQ of its own, and what only this broker
 * keeps: deliveries counted, identities, messages that wait.
 */

import { typed } from '@warrenmq/codec'
import { eventually, openChannel, type RawPeer, startRabbit } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type CreateBrokerOptions, createBroker } from '../../src/index.ts'
import { DataDirectories } from './crash-copy.ts'
import { get, inspect, untilGone, untilReady } from './support.ts'

const LIMIT_MS = 120_000
const PERSISTENT = { deliveryMode: 2 }

/** A broker that can be stopped and started again with its data. */
interface RestartableBroker extends AsyncDisposable {
  readonly port: number
  restart(): Promise<void>
}

async function startWarren(options: CreateBrokerOptions = {}): Promise<RestartableBroker> {
  const data = new DataDirectories()
  const dataDirectory = await data.create()
  let broker = await createBroker({ port: 0, dataDirectory, ...options })
  return {
    get port() {
      return broker.port
    },
    async restart() {
      await broker.close()
      broker = await createBroker({ port: 0, dataDirectory, ...options })
    },
    async [Symbol.asyncDispose]() {
      await broker.close()
      await data[Symbol.asyncDispose]()
    },
  }
}

async function startOwnRabbit(): Promise<RestartableBroker> {
  const rabbit = await startRabbit(inject('foreign').rabbitmqServer as string)
  return {
    port: rabbit.port,
    async restart() {
      await rabbit.control('stop_app')
      await rabbit.control('start_app')
    },
    [Symbol.asyncDispose]: () => rabbit[Symbol.asyncDispose](),
  }
}

/** Publishes persistent messages to a queue and waits until they are confirmed. */
async function publish(peer: RawPeer, queue: string, bodies: readonly string[], properties = {}): Promise<void> {
  for (const body of bodies) peer.publish(1, { routingKey: queue }, body, { ...PERSISTENT, ...properties })
  await confirmed(peer)
}

let publishedMarks = 0

/** Waits until all that was published before is confirmed. */
async function confirmed(peer: RawPeer): Promise<void> {
  await peer.call(2, 'channel.open')
  await peer.call(2, 'tx.select')
  peer.publish(2, { routingKey: `nowhere-${publishedMarks++}` }, '')
  await peer.call(2, 'tx.commit')
  await peer.call(2, 'channel.close', { replyCode: 200, replyText: '' })
}

/** Takes all messages out, each with whether it is redelivered. */
async function drainFlags(peer: RawPeer, queue: string): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const message = await get(peer, queue)
    if (message === undefined) return found
    found.push(`${message.body}${message.args.redelivered ? ' again' : ''}`)
  }
}

describe('warren', () => defineSuite(() => startWarren()))
describe.runIf(inject('foreign').rabbitmqServer !== undefined)('rabbitmq', () => defineSuite(startOwnRabbit))

function defineSuite(start: () => Promise<RestartableBroker>): void {
  let broker: RestartableBroker
  beforeAll(async () => {
    broker = await start()
  }, LIMIT_MS)
  afterAll(() => broker[Symbol.asyncDispose](), LIMIT_MS)

  it('a restart keeps what is durable, and nothing else', { timeout: LIMIT_MS }, async () => {
    const before = await openChannel(broker.port)
    await before.call(1, 'exchange.declare', { exchange: 'durable-x', type: 'topic', durable: true, autoDelete: true })
    await before.call(1, 'exchange.declare', { exchange: 'transient-x', type: 'topic' })
    await before.call(1, 'queue.declare', { queue: 'durable-q', durable: true })
    await before.call(1, 'queue.declare', { queue: 'transient-q' })
    await before.call(1, 'queue.declare', { queue: 'exclusive-q', durable: true, exclusive: true })
    await before.call(1, 'queue.bind', { queue: 'durable-q', exchange: 'durable-x', routingKey: 'a.#' })
    await before.call(1, 'queue.bind', { queue: 'durable-q', exchange: 'transient-x', routingKey: '#' })
    await before.call(1, 'queue.bind', { queue: 'transient-q', exchange: 'durable-x', routingKey: '#' })
    before.publish(1, { exchange: 'durable-x', routingKey: 'a.b' }, 'one', PERSISTENT)
    before.publish(1, { exchange: 'durable-x', routingKey: 'a.b' }, 'lost', { deliveryMode: 1 })
    await publish(before, 'durable-q', ['two', 'three', 'four'])
    const inHand = await get(before, 'durable-q', { noAck: false })
    expect(inHand?.body.toString()).toBe('one')

    before.socket.destroy()
    await broker.restart()
    const after = await openChannel(broker.port)
    await untilGone(after, 'transient-q')
    await untilGone(after, 'exclusive-q')
    expect(await drainFlags(after, 'durable-q')).toEqual(['one again', 'two', 'three', 'four'])
    after.publish(1, { exchange: 'durable-x', routingKey: 'a.c' }, 'bound still')
    await untilReady(after, 'durable-q', 1)
    after.send(1, 'exchange.declare', { exchange: 'transient-x', passive: true, type: 'topic' })
    expect(await after.outcome()).toContain('ch 404 NOT_FOUND')
    after.socket.destroy()
  })

  it('a restart keeps priorities, and time to live goes on', { timeout: LIMIT_MS }, async () => {
    const before = await openChannel(broker.port)
    await before.call(1, 'queue.declare', {
      queue: 'priorities',
      durable: true,
      arguments: { 'x-max-priority': typed('I', 5) },
    })
    await publish(before, 'priorities', ['low'], { priority: 0 })
    await publish(before, 'priorities', ['high 1', 'high 2'], { priority: 5 })
    await before.call(1, 'queue.declare', { queue: 'expiring', durable: true })
    await publish(before, 'expiring', ['soon'], { expiration: '1' })
    await publish(before, 'expiring', ['late'], { expiration: '3600000' })

    before.socket.destroy()
    await broker.restart()
    const after = await openChannel(broker.port)
    expect(await drainFlags(after, 'priorities')).toEqual(['high 1', 'high 2', 'low'])
    await eventually(async () => (await inspect(after, 'expiring')).messageCount === 1, 'the end of what has expired')
    const late = await get(after, 'expiring')
    expect(late?.body.toString()).toBe('late')
    after.socket.destroy()
  })
}

describe('warren alone', () => {
  it('counts deliveries of a quorum queue on, and gives a message up in time', async () => {
    await using broker = await startWarren()
    const before = await openChannel(broker.port)
    const args = {
      'x-queue-type': typed('S', 'quorum'),
      'x-delivery-limit': typed('I', 2),
      'x-dead-letter-exchange': typed('S', ''),
      'x-dead-letter-routing-key': typed('S', 'dead'),
    }
    await before.call(1, 'queue.declare', { queue: 'quorum', durable: true, arguments: args })
    await before.call(1, 'queue.declare', { queue: 'dead', durable: true })
    await publish(before, 'quorum', ['poison'], { deliveryMode: 1 })
    const fail = async (peer: RawPeer) => {
      const taken = await get(peer, 'quorum', { noAck: false })
      peer.send(1, 'basic.reject', { deliveryTag: taken?.args.deliveryTag ?? 0, requeue: true })
      const count = taken?.properties.headers?.['x-delivery-count']
      return Number(count instanceof Object && 'value' in count ? count.value : (count ?? 0))
    }
    expect(await fail(before)).toBe(0)
    expect(await fail(before)).toBe(1)
    await untilReady(before, 'quorum', 1)
    before.socket.destroy()
    await broker.restart()
    const after = await openChannel(broker.port)
    expect(await fail(after)).toBe(2)
    await untilReady(after, 'dead', 1)
    expect((await inspect(after, 'quorum')).messageCount).toBe(0)
    after.socket.destroy()
  })

  it('remembers identities, and messages that wait in an exchange', async () => {
    await using broker = await startWarren()
    const before = await openChannel(broker.port)
    const deduplicates = { 'x-deduplication': typed('t', true), 'x-deduplication-header': typed('S', 'id') }
    await before.call(1, 'queue.declare', { queue: 'once', durable: true, arguments: deduplicates })
    const delayed = { 'x-delayed-type': typed('S', 'fanout') }
    await before.call(1, 'exchange.declare', {
      exchange: 'later',
      type: 'x-delayed-message',
      durable: true,
      arguments: delayed,
    })
    await before.call(1, 'queue.declare', { queue: 'due', durable: true })
    await before.call(1, 'queue.bind', { queue: 'due', exchange: 'later', routingKey: '' })
    const headers = { id: 'a' }
    await publish(before, 'once', ['first'], { headers })
    before.publish(1, { exchange: 'later', routingKey: '' }, 'waited', { ...PERSISTENT, headers: { 'x-delay': 700 } })
    before.publish(1, { exchange: 'later', routingKey: '' }, 'lost', { deliveryMode: 1, headers: { 'x-delay': 700 } })
    await confirmed(before)
    before.socket.destroy()
    await broker.restart()
    const after = await openChannel(broker.port)
    await publish(after, 'once', ['again'], { headers })
    expect(await drainFlags(after, 'once')).toEqual(['first'])
    await untilReady(after, 'due', 1)
    expect(await drainFlags(after, 'due')).toEqual(['waited'])
    after.socket.destroy()
  })
})
