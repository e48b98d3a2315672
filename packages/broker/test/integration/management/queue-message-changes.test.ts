/** Single messages of a queue removed, moved, published again and redriven; the rest stays as it is. */

import { eventually, type RawPeer } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, sendTo } from '../support.ts'
import { onWarrenApi } from './support-beyond.ts'

onWarrenApi((api) => {
  const { target } = api
  const path = (queue: string, rest = '') => `/queues/%2F/${encodeURIComponent(queue)}/messages${rest}`
  const post = (queue: string, rest: string, body: object, user?: string) =>
    api.send('POST', path(queue, rest), { body, ...(user && { user }) })
  const move = async (queue: string, body: object) => {
    const answer = await post(queue, '/move', body)
    expect(answer.status, answer.text).toBe(200)
    return answer.json
  }
  const payloads = async (queue: string, state = 'ready') => {
    const answer = await api.send('GET', path(queue, `?count=1000&state=${state}`))
    return (answer.json as { items: { payload: string }[] }).items.map(({ payload }) => payload)
  }

  /** Takes everything out of a queue. */
  async function drain(peer: RawPeer, queue: string): Promise<string[]> {
    const taken: string[] = []
    for (;;) {
      peer.send(1, 'basic.get', { queue, noAck: true })
      const method = await peer.peek(1)
      if (method.includes('get-empty')) {
        await peer.expect(1, 'basic.get-empty' as never)
        return taken
      }
      taken.push(String((await peer.expectContent(1, 'basic.get-ok')).body))
    }
  }

  async function fill(peer: RawPeer, queue: string, count: number, properties = {}): Promise<void> {
    for (let i = 0; i < count; i++) sendTo(peer, queue, `m${i}`, properties)
    await peer.call(1, 'queue.declare', { queue, passive: true })
  }

  it.each([
    ['a plain queue', {}],
    ['a priority queue', { 'x-max-priority': 3 }],
    ['a queue with a limit', { 'x-max-length': 100, 'x-max-length-bytes': 10_000 }],
  ])('removes messages from anywhere in %s', async (_name, args) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, '', { exclusive: false, arguments: args })
    await fill(peer, queue, 6)
    for (const id of [2, 0, 5]) expect((await api.send('DELETE', path(queue, `/${id}`))).status).toBe(204)
    expect((await api.send('DELETE', path(queue, '/2'))).status).toBe(404)
    expect(await payloads(queue)).toEqual(['m1', 'm3', 'm4'])
    const { messageCount } = await peer.call(1, 'queue.declare', { queue, passive: true })
    expect(messageCount).toBe(3)
    sendTo(peer, queue, 'm6')
    expect(await drain(peer, queue)).toEqual(['m1', 'm3', 'm4', 'm6'])
    await fill(peer, queue, 3)
    expect(await drain(peer, queue)).toEqual(['m0', 'm1', 'm2'])
    await peer.call(1, 'queue.delete', { queue })
  })

  it('removes what came back, and what waits to be tried again', async () => {
    await using peer = await target.openChannel()
    const queue = 'change-retries'
    const args = { 'x-queue-type': 'quorum', 'x-delayed-retry-type': 'failed', 'x-delayed-retry-min': 60_000 }
    await peer.call(1, 'queue.declare', { queue, durable: true, arguments: args })
    await fill(peer, queue, 4)
    for (let i = 0; i < 4; i++) {
      peer.send(1, 'basic.get', { queue })
      await peer.expectContent(1, 'basic.get-ok')
    }
    peer.send(1, 'basic.nack', { deliveryTag: 2, multiple: true, requeue: true })
    peer.send(1, 'basic.reject', { deliveryTag: 3, requeue: true })
    peer.send(1, 'basic.reject', { deliveryTag: 4, requeue: true })
    await peer.call(1, 'queue.declare', { queue, passive: true, durable: true })
    for (const id of [0, 2]) expect((await api.send('DELETE', path(queue, `/${id}`))).status).toBe(204)
    expect(await payloads(queue, 'all')).toEqual(['m1', 'm3'])
    expect(await drain(peer, queue)).toEqual(['m1'])
    await peer.call(1, 'queue.delete', { queue })
  })

  it('removes what a consumer holds, who acknowledges it to no effect', async () => {
    await using peer = await target.openChannel()
    await using holder = await target.openChannel()
    const queue = 'change-held'
    await peer.call(1, 'queue.declare', { queue })
    await fill(peer, queue, 4)
    await holder.call(1, 'basic.qos', { prefetchCount: 2 })
    await holder.call(1, 'basic.consume', { queue, consumerTag: 'holder' })
    await holder.expectContent(1, 'basic.deliver')
    await holder.expectContent(1, 'basic.deliver')
    expect((await api.send('DELETE', path(queue, '/0'))).status).toBe(204)
    expect((await api.send('DELETE', path(queue, '/0'))).status).toBe(404)
    expect(await payloads(queue, 'unacked')).toEqual(['m1'])
    // Its place in the prefetch window is free once it is acknowledged.
    holder.send(1, 'basic.ack', { deliveryTag: 1 })
    expect(String((await holder.expectContent(1, 'basic.deliver')).body)).toBe('m2')
    expect((await api.send('DELETE', path(queue, '/1'))).status).toBe(204)
    holder.send(1, 'basic.reject', { deliveryTag: 2, requeue: true })
    expect(String((await holder.expectContent(1, 'basic.deliver')).body)).toBe('m3')
    expect((await api.send('DELETE', path(queue, '/2'))).status).toBe(204)
    holder.socket.destroy()
    // What it held and was removed does not come back, the other does.
    await eventually(async () => (await payloads(queue)).length > 0, 'the message that came back')
    expect(await payloads(queue, 'all')).toEqual(['m3'])
    await peer.call(1, 'queue.delete', { queue })
  })

  it('moves messages by number and by what they carry, and only those', async () => {
    await using peer = await target.openChannel()
    const from = await declareQueue(peer)
    const to = 'change-to'
    await peer.call(1, 'queue.declare', { queue: to })
    // An exclusive queue is its connection's.
    expect((await post(from, '/move', { ids: [1], queue: to })).status).toBe(400)
    const shared = 'change-from'
    await peer.call(1, 'queue.declare', { queue: shared })
    await fill(peer, shared, 10, { headers: { kind: 'x' }, deliveryMode: 2 })
    expect(await move(shared, { ids: [7, 3, 99], queue: to })).toEqual({
      moved: 2,
      ids: [3, 7],
      gone: 1,
      refused: 0,
      next_after: null,
    })
    expect(await payloads(shared)).toEqual(['m0', 'm1', 'm2', 'm4', 'm5', 'm6', 'm8', 'm9'])
    expect(await move(shared, { search: { payload: 'm8' }, queue: to })).toMatchObject({ moved: 1, ids: [8] })
    const first = (await move(shared, { search: { header: 'kind=x' }, count: 2, queue: to })) as { next_after: number }
    expect(first).toMatchObject({ moved: 2, ids: [0, 1], next_after: 1 })
    expect(await move(shared, { search: {}, after: first.next_after, queue: to })).toMatchObject({ moved: 5 })
    peer.send(1, 'basic.get', { queue: to, noAck: true })
    const { args, body } = await peer.expectContent(1, 'basic.get-ok')
    expect([args.exchange, args.routingKey, String(body)]).toEqual(['', shared, 'm3'])
    expect(await drain(peer, to)).toEqual(['m7', 'm8', 'm0', 'm1', 'm2', 'm4', 'm5', 'm6', 'm9'])
    for (const queue of [shared, to]) await peer.call(1, 'queue.delete', { queue })
  })

  it('moves to exchanges, all or none', async () => {
    await using peer = await target.openChannel()
    const [from, to] = ['change-source', 'change-routed']
    for (const queue of [from, to]) await peer.call(1, 'queue.declare', { queue })
    await declareExchange(peer, 'change-topic', 'topic')
    await bind(peer, to, 'change-topic', 'good.#')
    await fill(peer, from, 3)
    const refused = await post(from, '/move', { search: {}, exchange: 'change-topic', routing_key: 'bad' })
    expect([refused.status, refused.json]).toMatchObject([409, { error: 'unroutable' }])
    expect(await payloads(from)).toEqual(['m0', 'm1', 'm2'])
    const body = { search: {}, exchange: 'change-topic', routing_key: 'good.one' }
    expect(await move(from, body)).toMatchObject({ moved: 3 })
    peer.send(1, 'basic.get', { queue: to, noAck: true })
    const { args } = await peer.expectContent(1, 'basic.get-ok')
    expect([args.exchange, args.routingKey]).toEqual(['change-topic', 'good.one'])
    const full = 'change-full'
    await peer.call(1, 'queue.declare', {
      queue: full,
      arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' },
    })
    const answer = await post(to, '/move', { search: {}, queue: full })
    expect([answer.status, answer.json]).toMatchObject([409, { error: 'full' }])
    expect(await payloads(to)).toEqual(['m1', 'm2'])
    expect(await move(to, { search: {}, count: 1, queue: full })).toMatchObject({ moved: 1 })
    for (const queue of [from, to, full]) await peer.call(1, 'queue.delete', { queue })
  })

  it('moves what a consumer holds', async () => {
    await using peer = await target.openChannel()
    const [from, to] = ['change-unacked', 'change-rescued']
    for (const queue of [from, to]) await peer.call(1, 'queue.declare', { queue })
    await fill(peer, from, 2)
    await peer.call(1, 'basic.consume', { queue: from, consumerTag: 'slow' })
    await peer.expectContent(1, 'basic.deliver')
    await peer.expectContent(1, 'basic.deliver')
    expect(await move(from, { search: { text: 'm1' }, state: 'unacked', queue: to })).toMatchObject({
      moved: 1,
      ids: [1],
    })
    expect(await payloads(to)).toEqual(['m1'])
    peer.send(1, 'basic.ack', { deliveryTag: 2, multiple: true })
    await peer.call(1, 'basic.cancel', { consumerTag: 'slow' })
    expect(await payloads(from, 'all')).toEqual([])
    expect(await drain(peer, to)).toEqual(['m1'])
    for (const queue of [from, to]) await peer.call(1, 'queue.delete', { queue })
  })

  it('publishes a copy, as it is or edited', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const copies = await declareQueue(peer)
    sendTo(peer, queue, 'original', { headers: { a: 1 }, messageId: 'id' })
    await peer.call(1, 'queue.declare', { queue, passive: true })
    const again = await post(queue, '/0/publish', {})
    expect([again.status, again.json]).toEqual([200, { routed: true, queues: [queue] }])
    const edited = {
      exchange: 'amq.default',
      routing_key: copies,
      payload: Buffer.from('edited').toString('base64'),
      payload_encoding: 'base64',
      properties: { headers: { b: 2 }, expiration: '600000' },
    }
    expect((await post(queue, '/0/publish', edited)).json).toEqual({ routed: true, queues: [copies] })
    expect(await payloads(queue)).toEqual(['original', 'original'])
    const shown = (await api.send('GET', path(copies))).json as { items: object[] }
    expect(shown.items).toMatchObject([{ payload: 'edited', properties: { headers: { b: 2 }, expiration: '600000' } }])
    expect((await post(queue, '/0/publish', { routing_key: 'change-nowhere' })).json).toEqual({
      routed: false,
      queues: [],
    })
    expect((await post(queue, '/77/publish', {})).status).toBe(404)
    expect((await post(queue, '/0/publish', { exchange: 'change-nosuch' })).status).toBe(404)
    expect((await post(queue, '/0/publish', { properties: { user_id: 'other' } })).status).toBe(400)
    expect((await post(queue, '/0/publish', { properties: { expiration: 'x' } })).status).toBe(400)
  })

  it('sends dead letters back to where they died', async () => {
    await using peer = await target.openChannel()
    const [a, b, dead] = ['redrive-a', 'redrive-b', 'redrive-dead']
    await peer.call(1, 'queue.declare', { queue: dead })
    for (const queue of [a, b, 'redrive-gone']) {
      const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead }
      await peer.call(1, 'queue.declare', { queue, arguments: args })
      for (let i = 0; i < 5; i++) sendTo(peer, queue, `${queue} ${i}`)
      for (let i = 0; i < 5; i++) {
        peer.send(1, 'basic.get', { queue })
        const { args: got } = await peer.expectContent(1, 'basic.get-ok')
        peer.send(1, 'basic.reject', { deliveryTag: got.deliveryTag, requeue: false })
      }
    }
    sendTo(peer, dead, 'never died')
    await peer.call(1, 'queue.delete', { queue: 'redrive-gone' })
    await eventually(async () => (await payloads(dead)).length === 16, 'all dead letters')
    const redrive = (body: object) => api.send('POST', `/queues/%2F/${dead}/redrive`, { body })
    expect((await redrive({ count: 2 })).json).toMatchObject({ redriven: 2, queues: { [a]: 2 } })
    expect((await redrive({ rate: 1000 })).json).toEqual({
      redriven: 8,
      queues: { [a]: 3, [b]: 5 },
      not_dead_lettered: 1,
      queue_gone: 5,
      refused: 0,
      messages_ready: 6,
    })
    expect(await drain(peer, a)).toEqual([0, 1, 2, 3, 4].map((i) => `${a} ${i}`))
    expect(await drain(peer, b)).toEqual([0, 1, 2, 3, 4].map((i) => `${b} ${i}`))
    for (const body of [{ count: 0 }, { rate: 0 }, { by: 'chance' }]) expect((await redrive(body)).status).toBe(400)
    for (const queue of [a, b, dead]) await peer.call(1, 'queue.delete', { queue })
  })

  it('asks for rights on both ends, and for bodies that make sense', async () => {
    await using peer = await target.openChannel()
    const [from, to] = ['rights-from', 'rights-to']
    for (const queue of [from, to]) await peer.call(1, 'queue.declare', { queue })
    await fill(peer, from, 2)
    await target.admin.putUser('change-reader', { password: 'x', tags: ['management'] })
    await target.admin.putPermissions('change-reader', '/', { configure: '', write: '', read: '.*' })
    const user = 'change-reader:x'
    expect((await post(from, '/move', { ids: [0], queue: to }, user)).status).toBe(401)
    expect((await post(from, '/move', { ids: [0], exchange: 'amq.topic' }, user)).status).toBe(401)
    expect((await post(from, '/0/publish', {}, user)).status).toBe(401)
    expect((await api.send('POST', `/queues/%2F/${from}/redrive`, { body: {}, user })).status).toBe(401)
    await target.admin.putPermissions('change-reader', '/', { configure: '.*', write: '.*', read: '' })
    expect((await post(from, '/move', { ids: [0], queue: to }, user)).status).toBe(401)
    expect((await api.send('DELETE', path(from, '/0'), { user })).status).toBe(401)
    for (const body of [
      {},
      { ids: [0] },
      { queue: to },
      { ids: [0], search: {}, queue: to },
      { ids: ['a'], queue: to },
      { ids: [0], queue: to, exchange: 'amq.topic' },
      { search: { nosuch: 'x' }, queue: to },
      { search: { text: 1 }, queue: to },
      { search: {}, queue: to, count: 1001 },
      { search: {}, queue: to, state: 'gone' },
    ]) {
      expect((await post(from, '/move', body)).status, JSON.stringify(body)).toBe(400)
    }
    expect((await post(from, '/move', { ids: [0], queue: 'rights-nosuch' })).status).toBe(404)
    expect(await payloads(from)).toEqual(['m0', 'm1'])
    for (const queue of [from, to]) await peer.call(1, 'queue.delete', { queue })
  })
})
