/**
 * Figures of the API: their shape beside RabbitMQ's in the same state, and their values under a load that is known.
 */

import { FrameType } from '@warrenmq/codec'
import { eventually, MODERN_CLIENT, type RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, untilReady } from '../support.ts'
import { compareShapes, type Json } from './shape.ts'
import { type Api, apiPair, onEachApi } from './support.ts'
import { WANTED_DIFFERENCES } from './wanted-differences.ts'

/** RabbitMQ takes its samples every 5 s. */
const SAMPLED_MS = 25_000
const RANGES =
  'lengths_age=60&lengths_incr=5&msg_rates_age=60&msg_rates_incr=5&data_rates_age=60&data_rates_incr=5' +
  '&node_stats_age=60&node_stats_incr=5'

interface Stats {
  readonly [name: string]: Json
}

/** A vhost with a load in it, and the names of what makes it. */
class Loaded implements AsyncDisposable {
  static async start(api: Api, vhost: string): Promise<Loaded> {
    const { admin } = api.target
    await admin.putVhost(vhost)
    await admin.putPermissions('guest', vhost, { configure: '.*', write: '.*', read: '.*' })
    const clientProperties = { ...MODERN_CLIENT, connection_name: 'figures' }
    const options = { virtualHost: vhost, clientProperties }
    const publisher = await api.target.openChannel(options)
    const consumer = await api.target.openChannel(options)
    const load = new Loaded(api, vhost, publisher, consumer)
    await load.#run()
    return load
  }

  readonly api: Api
  readonly vhost: string
  readonly publisher: RawPeer
  readonly consumer: RawPeer

  private constructor(api: Api, vhost: string, publisher: RawPeer, consumer: RawPeer) {
    this.api = api
    this.vhost = vhost
    this.publisher = publisher
    this.consumer = consumer
  }

  /**
   * 20 messages to `orders` through `x`, confirmed: 12 delivered and 10 of them acknowledged, 2 returned and delivered again, 8 waiting. 3 to
   * `got` through the default exchange: 1 got with and 1 without acknowledgement, and one more attempt when it is empty. 4 that no queue gets,
   * 1 of them mandatory.
   */
  async #run(): Promise<void> {
    const { publisher, consumer } = this
    await publisher.call(2, 'channel.open')
    await publisher.call(2, 'confirm.select')
    await declareExchange(publisher, 'x', 'topic')
    await declareQueue(publisher, 'orders', { exclusive: false, durable: true })
    await declareQueue(publisher, 'got', { exclusive: false })
    await bind(publisher, 'orders', 'x', 'order.#')
    for (let i = 0; i < 20; i++) publisher.publish(2, { exchange: 'x', routingKey: 'order.new' }, `order ${i}`)
    for (let i = 0; i < 3; i++) publisher.publish(2, { routingKey: 'got' }, 'x')
    for (let i = 0; i < 3; i++) publisher.publish(2, { exchange: 'x', routingKey: 'nowhere' }, 'x')
    publisher.publish(2, { exchange: 'x', routingKey: 'nowhere', mandatory: true }, 'x')
    while ((await publisher.nextFrame(2)).type !== FrameType.header) {}
    await untilReady(consumer, 'orders', 20)
    await untilReady(consumer, 'got', 3)
    await consumer.call(1, 'basic.qos', { prefetchCount: 12 })
    await consumer.call(1, 'basic.consume', { queue: 'orders', consumerTag: 'worker' })
    for (let i = 0; i < 12; i++) await consumer.expectContent(1, 'basic.deliver')
    await consumer.call(1, 'basic.cancel', { consumerTag: 'worker' })
    consumer.send(1, 'basic.ack', { deliveryTag: 10, multiple: true })
    consumer.send(1, 'basic.nack', { deliveryTag: 0, multiple: true, requeue: true })
    await untilReady(consumer, 'orders', 10)
    await consumer.call(1, 'basic.qos', { prefetchCount: 2 })
    await consumer.call(1, 'basic.consume', { queue: 'orders', consumerTag: 'worker' })
    for (let i = 0; i < 2; i++) await consumer.expectContent(1, 'basic.deliver')
    for (const noAck of [false, true, true]) {
      consumer.send(1, 'basic.get', { queue: 'got', noAck })
      await consumer.expectContent(1, 'basic.get-ok')
    }
    consumer.send(1, 'basic.get', { queue: 'got' })
    await consumer.expect(1, 'basic.get-empty')
  }

  /** What a path below `/api` shows; `{v}` stands for the vhost. */
  async show(path: string): Promise<Json> {
    return (await this.api.send('GET', path.replaceAll('{v}', this.vhost))).json
  }

  /** Waits until the object at a path, or that of this name in a list, has these statistics. */
  async untilStats(path: string, expected: Stats, name?: string): Promise<void> {
    let stats: Json = null
    const isThere = async () => {
      const shown = await this.show(path)
      const found = Array.isArray(shown) ? shown.find((each) => fieldOf(each, 'name') === name) : shown
      stats = fieldOf(found ?? null, 'message_stats')
      return Object.entries(expected).every(([field, value]) => fieldOf(stats, field) === value)
    }
    await eventually(isThere, `the figures of ${path}`, SAMPLED_MS).catch(() => {})
    expect(stats, path).toMatchObject(expected)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.publisher[Symbol.asyncDispose]()
    await this.consumer[Symbol.asyncDispose]()
    await this.api.target.admin.deleteVhost(this.vhost)
  }
}

function fieldOf(value: Json, name: string): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null
  return value[name] ?? null
}

const SORTED_BY = [
  'messages',
  'messages_ready',
  'messages_unacknowledged',
  'message_bytes_ready',
  'consumers',
  'message_stats.publish',
  'message_stats.deliver_get',
  'message_stats.ack',
  'message_stats.publish_details.rate',
]
const DELIVERED = { deliver: 14, deliver_no_ack: 0, redeliver: 2, ack: 10, get: 0, get_no_ack: 0, get_empty: 0 }
const GOT = { deliver: 0, deliver_no_ack: 0, redeliver: 0, ack: 0, get: 1, get_no_ack: 2, get_empty: 1 }
const BOTH = { deliver: 14, deliver_no_ack: 0, redeliver: 2, ack: 10, get: 1, get_no_ack: 2, get_empty: 1 }
const PUBLISHED = { publish: 27, confirm: 27, return_unroutable: 1, drop_unroutable: 3 }

onEachApi(
  (api) => {
    it('counts what happened, each thing once', { timeout: 90_000 }, async () => {
      await using load = await Loaded.start(api, 'figures-values')
      const { name: publisher } = await connectionOf(load, load.publisher)
      const { name: consumer } = await connectionOf(load, load.consumer)
      await load.untilStats('/queues/{v}', { publish: 20, ...DELIVERED, deliver_get: 14 }, 'orders')
      await load.untilStats('/queues/{v}', { publish: 3, ...GOT, deliver_get: 3 }, 'got')
      await load.untilStats(`/channels/${encodeURIComponent(`${publisher} (2)`)}`, PUBLISHED)
      await load.untilStats(`/channels/${encodeURIComponent(`${consumer} (1)`)}`, { ...BOTH, deliver_get: 17 })
      await load.untilStats('/vhosts/{v}', { ...PUBLISHED, ...BOTH, deliver_get: 17 })
      await load.untilStats('/exchanges/{v}/x', { publish_in: 24, publish_out: 20 })
      await load.untilStats('/exchanges/{v}/amq.default', { publish_in: 3, publish_out: 3 })
      for (const key of SORTED_BY) {
        const sorted = (await load.show(`/queues/{v}?sort=${key}&sort_reverse=true`)) as Json[]
        const values = sorted.map((queue) => key.split('.').reduce<Json>((value, name) => fieldOf(value, name), queue))
        expect(values, key).toHaveLength(2)
        expect(values.map(Number), key).toEqual(values.map(Number).sort((a, b) => b - a))
      }
      const findOrders = async () => {
        const queues = (await load.show('/queues/{v}')) as { [name: string]: Json }[]
        return queues.find(({ name, messages }) => name === 'orders' && messages === 10)
      }
      // RabbitMQ takes 5 s for what a queue has, too.
      expect(await eventually(findOrders, 'the length of the queue', SAMPLED_MS)).toMatchObject({
        messages_ready: 8,
        messages_unacknowledged: 2,
        consumers: 1,
        message_bytes: 80,
        message_bytes_ready: 64,
        message_bytes_unacknowledged: 16,
      })
    })

    it('keeps what a closed channel and a deleted queue did among the figures of the vhost', {
      timeout: 60_000,
    }, async () => {
      await using load = await Loaded.start(api, 'figures-past')
      await load.consumer.call(1, 'channel.close', { replyCode: 200, replyText: '' })
      await load.publisher.call(1, 'queue.delete', { queue: 'orders' })
      load.publisher.send(2, 'channel.close', { replyCode: 200, replyText: '' })
      await load.untilStats('/vhosts/{v}', { ...PUBLISHED, ...BOTH, deliver_get: 17 })
    })
  },
  { collectStatisticsIntervalMs: 100 },
)

async function connectionOf(load: Loaded, peer: RawPeer): Promise<{ name: string }> {
  const find = async () => {
    const all = (await load.show('/vhosts/{v}/connections')) as { name: string; peer_port: number }[]
    return all.find((each) => each.peer_port === peer.socket.localPort)
  }
  return (await eventually(find, 'the connection in the list', SAMPLED_MS)) as { name: string }
}

/** A broker that keeps what went between which two objects. RabbitMQ of the run does not: its answers were recorded. */
describe('detailed rates', () => {
  const { warren } = apiPair({ collectStatisticsIntervalMs: 100, managementRatesMode: 'detailed' })

  it('tell who published to what, and who took from what', { timeout: 30_000 }, async () => {
    await using load = await Loaded.start(warren, 'figures-detailed')
    const { name: publisher } = await connectionOf(load, load.publisher)
    const { name: consumer } = await connectionOf(load, load.consumer)
    await load.untilStats('/vhosts/{v}', { ...PUBLISHED, ...BOTH, deliver_get: 17 })
    const vhost = load.vhost
    expect(await load.show('/queues/{v}/orders')).toMatchObject({
      incoming: [{ exchange: { name: 'x', vhost }, stats: { publish: 20 } }],
      deliveries: [
        {
          channel_details: { connection_name: consumer, name: `${consumer} (1)`, number: 1, user: 'guest' },
          stats: { ...DELIVERED, deliver_get: 14 },
        },
      ],
      consumer_details: [
        { consumer_tag: 'worker', ack_required: true, prefetch_count: 2, queue: { name: 'orders', vhost } },
      ],
    })
    expect(await load.show('/exchanges/{v}/x')).toMatchObject({
      incoming: [{ channel_details: { name: `${publisher} (2)` }, stats: { publish: 24, drop_unroutable: 3 } }],
      outgoing: [{ queue: { name: 'orders', vhost }, stats: { publish: 20 } }],
    })
    const { publishes } = (await load.show(`/channels/${encodeURIComponent(`${publisher} (2)`)}`)) as {
      publishes: Json[]
    }
    expect(publishes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          exchange: { name: '', vhost },
          stats: expect.objectContaining({ publish: 3, confirm: 3, return_unroutable: 0 }),
        }),
        expect.objectContaining({
          exchange: { name: 'x', vhost },
          stats: expect.objectContaining({ publish: 24, confirm: 24, return_unroutable: 1, drop_unroutable: 3 }),
        }),
      ]),
    )
  })
})

describe('no rates', () => {
  const { warren } = apiPair({ collectStatisticsIntervalMs: 100, managementRatesMode: 'none' })

  it('are shown where none are wanted, but lengths are', { timeout: 30_000 }, async () => {
    await using load = await Loaded.start(warren, 'figures-none')
    expect(await load.show('/queues/{v}/orders')).toMatchObject({ messages: 10 })
    expect(await load.show('/queues/{v}/orders')).not.toHaveProperty('message_stats')
    expect(await load.show('/vhosts/{v}')).not.toHaveProperty('message_stats')
    expect(await load.show('/overview')).toMatchObject({ rates_mode: 'none', message_stats: {} })
  })
})

onEachApi((api) => {
  it('shows a user what is theirs', { timeout: 60_000 }, async () => {
    const { admin } = api.target
    await admin.putVhost('figures-own')
    await admin.putUser('figures-user', { password: 'figures-user', tags: ['management'] })
    const all = { configure: '.*', write: '.*', read: '.*' }
    for (const user of ['guest', 'figures-user']) await admin.putPermissions(user, 'figures-own', all)
    await using theirs = await api.target.openChannel({ virtualHost: 'figures-own' })
    await using own = await api.target.openChannel({
      virtualHost: 'figures-own',
      user: 'figures-user',
      password: 'figures-user',
    })
    await declareQueue(own, 'mine')
    const user = 'figures-user:figures-user'
    const show = async (path: string) => (await api.send('GET', path, { user })).json
    const isListed = async () => ((await show('/connections')) as Json[]).length === 1
    await eventually(isListed, 'the connection in the list', SAMPLED_MS)
    const [connection] = (await show('/connections')) as { user: string; peer_port: number }[]
    expect(connection).toMatchObject({ user: 'figures-user', peer_port: own.socket.localPort })
    expect(await show('/channels')).toHaveLength(1)
    expect(await show('/vhosts/figures-own/connections')).toHaveLength(1)
    expect(await show('/overview')).toMatchObject({ object_totals: { connections: 1, channels: 1, queues: 1 } })
    expect(await show('/overview')).not.toHaveProperty('listeners')
    const name = (peer: RawPeer) => `127.0.0.1:${peer.socket.localPort} -> 127.0.0.1:${api.target.port}`
    const path = `/connections/${encodeURIComponent(name(theirs))}`
    const answer = await api.send('GET', path, { user })
    expect(answer.status).toBe(401)
    expect(answer.json).toEqual({ error: 'not_authorised', reason: 'User not authorised to access object' })
    expect((await api.send('GET', '/nodes', { user })).status).toBe(401)
    await admin.deleteVhost('figures-own')
    await admin.deleteUser('figures-user')
  })

  it.each([
    'lengths_age=501&lengths_incr=1',
    'lengths_age=-5&lengths_incr=5',
    'msg_rates_age=60&msg_rates_incr=0',
    'data_rates_age=100000&data_rates_incr=1',
  ])('refuses the range %s', async (range) => {
    const { status, json } = await api.send('GET', `/overview?${range}`)
    const [age, incr] = range.split('&').map((part) => part.split('=')[1])
    expect({ status, json }).toEqual({
      status: 400,
      json: { error: 'bad_request', reason: `Invalid range parameters: age ${age}, incr ${incr}` },
    })
  })
})

describe('shapes', () => {
  const pair = apiPair({ collectStatisticsIntervalMs: 1000 })

  it('are those of RabbitMQ in the same state', { timeout: 120_000 }, async (context) => {
    if (pair.rabbit === undefined) return context.skip()
    await using ours = await Loaded.start(pair.warren, 'figures-shapes')
    await using theirs = await Loaded.start(pair.rabbit, 'figures-shapes')
    for (const load of [ours, theirs]) {
      await load.untilStats('/vhosts/{v}', { ...PUBLISHED, ...BOTH })
      await load.untilStats('/queues/{v}', { publish: 20, ...DELIVERED }, 'orders')
    }
    for (const path of PATHS) {
      const [here, there] = [await pathFor(ours, path), await pathFor(theirs, path)]
      const differences = compareShapes(
        `GET ${path}`,
        await ours.show(here),
        await theirs.show(there),
        WANTED_DIFFERENCES,
      )
      expect.soft(differences, path).toEqual([])
    }
  })
})

/** `{c}` and `{p}` stand for the connections of consumer and publisher, `{n}` for the node. */
const PATHS = [
  '/overview',
  `/overview?${RANGES}`,
  '/nodes',
  `/nodes?${RANGES}`,
  '/nodes/{n}',
  '/nodes/{n}?memory=true',
  '/nodes/{n}/memory',
  '/nodes/{n}/memory/relative',
  '/vhosts/{v}',
  `/vhosts/{v}?${RANGES}`,
  '/vhosts/{v}/connections',
  '/vhosts/{v}/channels',
  '/connections/username/guest',
  '/connections/{c}',
  `/connections/{c}?${RANGES}`,
  '/connections/{c}/channels',
  '/channels/{c} (1)',
  '/channels/{p} (2)',
  `/channels/{p} (2)?${RANGES}`,
  '/consumers/{v}',
  '/queues/{v}',
  `/queues/{v}?${RANGES}`,
  '/queues/{v}?disable_stats=true',
  '/queues/{v}/orders',
  `/queues/{v}/orders?${RANGES}`,
  '/queues/{v}/got',
  '/exchanges/{v}',
  '/exchanges/{v}/x',
  `/exchanges/{v}/x?${RANGES}`,
  '/exchanges/{v}/amq.default',
  '/queues/{v}?disable_stats=true&enable_queue_totals=true',
]

async function pathFor(load: Loaded, path: string): Promise<string> {
  const { name: consumer } = await connectionOf(load, load.consumer)
  const { name: publisher } = await connectionOf(load, load.publisher)
  const [node] = (await load.show('/nodes')) as { name: string }[]
  return path
    .replace('{c}', encodeURIComponent(consumer))
    .replace('{p}', encodeURIComponent(publisher))
    .replace('{n}', node.name)
    .replace(/ \((\d)\)/, '%20($1)')
}
