/** `/api/queues/{vhost}/{queue}/messages`: messages are looked at, and stay as they are. */

import { expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, sendTo } from '../support.ts'
import { onWarrenApi } from './support-beyond.ts'

interface Item {
  readonly id: number
  readonly [name: string]: unknown
}

interface Listing {
  readonly items: readonly Item[]
  readonly next_after: number | null
  readonly [name: string]: unknown
}

onWarrenApi((api) => {
  const { target } = api
  const path = (queue: string, rest = '') => `/queues/%2F/${encodeURIComponent(queue)}/messages${rest}`
  const list = async (queue: string, query = '', user?: string) => {
    const answer = await api.send('GET', path(queue, query), user === undefined ? {} : { user })
    expect(answer.status, answer.text).toBe(200)
    return answer.json as unknown as Listing
  }
  const payloads = async (queue: string, query = '') => (await list(queue, query)).items.map(({ payload }) => payload)

  it('shows what waits, oldest first, and leaves it there', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const headers = { kind: 'order', deep: { list: [1, 'two'] } }
    sendTo(peer, queue, 'one', { headers, correlationId: 'c-1', deliveryMode: 2, timestamp: 12 })
    sendTo(peer, queue, Uint8Array.of(0xff, 0, 1))
    sendTo(peer, queue, 'three')
    await peer.call(1, 'queue.declare', { queue, passive: true })
    const { items, ...rest } = await list(queue)
    expect(items[0]).toEqual({
      id: 0,
      state: 'ready',
      redelivered: false,
      payload_bytes: 3,
      exchange: '',
      routing_key: queue,
      properties: { headers, correlation_id: 'c-1', delivery_mode: 2, timestamp: 12 },
      payload: 'one',
      payload_encoding: 'string',
    })
    expect(items[1]).toMatchObject({ payload: '/wAB', payload_encoding: 'base64', properties: {} })
    expect(rest).toEqual({
      scanned: 3,
      next_after: null,
      messages_ready: 3,
      messages_delayed: 0,
      messages_unacknowledged: 0,
    })
    const { messageCount } = await peer.call(1, 'queue.declare', { queue, passive: true })
    expect(messageCount).toBe(3)
    peer.send(1, 'basic.get', { queue })
    expect(await peer.expectContent(1, 'basic.get-ok')).toMatchObject({ args: { redelivered: false } })
  })

  it('goes on where a page ended, and shows as much of a payload as is asked for', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (let i = 0; i < 25; i++) sendTo(peer, queue, `message ${i} äöü`)
    await peer.call(1, 'queue.declare', { queue, passive: true })
    const seen: number[] = []
    let after: number | null = -1
    while (after !== null) {
      const page: Listing = await list(queue, `?count=10&after=${after}`)
      seen.push(...page.items.map(({ id }) => id))
      after = page.next_after
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i))
    // Cut inside of a character.
    expect(await payloads(queue, '?count=1&truncate=11')).toEqual(['message 0 '])
    expect(await payloads(queue, '?count=1&truncate=2&encoding=base64')).toEqual([Buffer.from('me').toString('base64')])
    const [whole] = (await list(queue, '?after=23')).items
    expect((await api.send('GET', path(queue, '/24'))).json).toEqual(whole)
    expect((await api.send('GET', path(queue, '/25'))).status).toBe(404)
    expect((await api.send('GET', path(queue, '/x'))).status).toBe(404)
  })

  it('finds messages by text in what they carry', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, 'browse-topic', 'topic')
    await bind(peer, queue, 'browse-topic', '#')
    const publish = (routingKey: string, body: string, properties = {}) =>
      peer.publish(1, { exchange: 'browse-topic', routingKey }, body, properties)
    publish('a.b', 'first needle')
    publish('needle.c', 'second')
    publish('c', 'third', { headers: { needle: 'x', list: ['deep'] } })
    publish('d', 'fourth', { headers: { other: 'a needle b' }, correlationId: 'id-4' })
    publish('e', 'fifth', { type: 'needle' })
    publish('f', 'sixth', { headers: { table: { inner: 'needle' } } })
    publish('g', 'seventh', { headers: { nothing: 1 } })
    await peer.call(1, 'queue.declare', { queue, passive: true })
    expect(await payloads(queue, '?search=needle')).toEqual([
      'first needle',
      'second',
      'third',
      'fourth',
      'fifth',
      'sixth',
    ])
    expect(await payloads(queue, '?payload=needle')).toEqual(['first needle'])
    expect(await payloads(queue, '?routing_key=needle')).toEqual(['second'])
    expect(await payloads(queue, '?header=needle')).toEqual(['third'])
    expect(await payloads(queue, '?header=list=deep')).toEqual(['third'])
    expect(await payloads(queue, '?header=other=needle')).toEqual(['fourth'])
    expect(await payloads(queue, '?property=correlation_id=id-')).toEqual(['fourth'])
    expect(await payloads(queue, '?property=type')).toEqual(['fifth'])
    expect(await payloads(queue, '?search=needle&property=type')).toEqual(['fifth'])
    expect(await payloads(queue, '?search=nothing%20here')).toEqual([])
  })

  it('says who holds a message, and since when', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const before = Date.now() - 1
    for (let i = 0; i < 4; i++) sendTo(peer, queue, `m${i}`)
    await peer.call(1, 'basic.qos', { prefetchCount: 2 })
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'holder' })
    await peer.expectContent(1, 'basic.deliver')
    await peer.expectContent(1, 'basic.deliver')
    peer.send(1, 'basic.get', { queue })
    await peer.expectContent(1, 'basic.get-ok')
    const { items } = await list(queue, '?state=unacked')
    expect(items).toMatchObject([
      {
        id: 0,
        state: 'unacked',
        payload: 'm0',
        held_by: { user: 'guest', consumer_tag: 'holder', delivery_tag: 1, in_transaction: false },
      },
      { id: 1, held_by: { consumer_tag: 'holder', delivery_tag: 2 } },
      { id: 2, held_by: { consumer_tag: null, delivery_tag: 3 } },
    ])
    const held = items[0].held_by as { delivered_after: number; delivered_before: number; connection: string }
    expect(held.delivered_after).toBeGreaterThanOrEqual(before - 60_000)
    expect(held.delivered_before).toBeGreaterThanOrEqual(before)
    expect(held.connection).toContain('127.0.0.1')
    expect((await list(queue, '?state=all')).items.map(({ state }) => state)).toEqual([
      'unacked',
      'unacked',
      'unacked',
      'ready',
    ])
    expect((await list(queue)).items.map(({ id }) => id)).toEqual([3])
    // What comes later was handed out later.
    peer.send(1, 'basic.ack', { deliveryTag: 1 })
    await peer.expectContent(1, 'basic.deliver')
    const last = (await list(queue, '?state=unacked')).items.at(-1)?.held_by as { delivered_after: number }
    expect(last.delivered_after).toBeGreaterThanOrEqual(held.delivered_before)
  })

  it('knows what came back, what waits to be tried again, and how often', async () => {
    await using peer = await target.openChannel()
    const queue = 'browse-retries'
    const args = {
      'x-queue-type': 'quorum',
      'x-delayed-retry-type': 'failed',
      'x-delayed-retry-min': 60_000,
    }
    await peer.call(1, 'queue.declare', { queue, durable: true, arguments: args })
    for (const body of ['failed', 'returned', 'fresh']) sendTo(peer, queue, body)
    peer.send(1, 'basic.get', { queue })
    await peer.expectContent(1, 'basic.get-ok')
    peer.send(1, 'basic.get', { queue })
    await peer.expectContent(1, 'basic.get-ok')
    peer.send(1, 'basic.reject', { deliveryTag: 1, requeue: true })
    peer.send(1, 'basic.nack', { deliveryTag: 2, requeue: true })
    await peer.call(1, 'queue.declare', { queue, passive: true, durable: true })
    expect((await list(queue, '?state=all')).items).toMatchObject([
      {
        id: 0,
        state: 'delayed',
        ready_at: expect.any(Number),
        acquired_count: 1,
        delivery_count: 1,
        redelivered: true,
      },
      { id: 1, state: 'ready', acquired_count: 1, delivery_count: 0, redelivered: true },
      { id: 2, state: 'ready', redelivered: false },
    ])
    await peer.call(1, 'queue.delete', { queue })
  })

  it('orders by arrival what a priority queue has, and shows priorities and expiry', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', { arguments: { 'x-max-priority': 5, 'x-message-ttl': 600_000 } })
    for (let i = 0; i < 10; i++) sendTo(peer, queue, `${i}`, { priority: i % 3 })
    await peer.call(1, 'queue.declare', { queue, passive: true })
    const { items } = await list(queue)
    expect(items.map(({ payload, priority }) => [payload, priority])).toEqual(
      Array.from({ length: 10 }, (_, i) => [`${i}`, i % 3]),
    )
    expect(items[0].expires_at).toBeGreaterThan(Date.now())
    expect((await list(queue, '?count=3&after=4')).items.map(({ id }) => id)).toEqual([5, 6, 7])
  })

  it('looks through a long queue in slices', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (let i = 0; i < 40_000; i++) peer.publish(1, { routingKey: queue }, i === 39_990 ? 'the needle' : 'hay')
    await peer.call(1, 'queue.declare', { queue, passive: true })
    let longest = 0
    let turned = performance.now()
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - turned)
      turned = performance.now()
    }, 1)
    const found = await list(queue, '?search=needle')
    clearInterval(watch)
    expect(found.items.map(({ id }) => id)).toEqual([39_990])
    expect(found.scanned).toBe(40_000)
    // Generous: the machine may be busy. What is found out is that it is not one piece.
    expect(longest).toBeLessThan(1000)
  })

  it('refuses what it does not understand, and who may not read', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    for (const query of ['?state=gone', '?count=0', '?count=1001', '?after=x', '?encoding=xml', '?truncate=-1']) {
      expect((await api.send('GET', path(queue, query))).status, query).toBe(400)
    }
    expect((await api.send('GET', path('browse-nosuch'))).status).toBe(404)
    await target.admin.putUser('browse-reader', { password: 'x', tags: ['management'] })
    await target.admin.putPermissions('browse-reader', '/', { configure: '', write: '.*', read: '^mine' })
    expect((await api.send('GET', path(queue), { user: 'browse-reader:x' })).status).toBe(401)
    expect((await api.send('GET', path(queue, '/0'), { user: 'browse-reader:x' })).status).toBe(401)
  })
})
