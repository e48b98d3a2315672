/** Taps: what flows through an exchange or into a queue is seen, and flows on as before. */

import { eventually } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, sendTo } from '../support.ts'
import { EventReader } from './sse.ts'
import { onWarrenApi } from './support-beyond.ts'

onWarrenApi((api) => {
  const { target } = api
  const tapExchange = (name: string, query = '', user?: string) =>
    EventReader.open(api, `/exchanges/%2F/${name}/tap${query}`, user)
  const tapQueue = (name: string, query = '') =>
    EventReader.open(api, `/queues/%2F/${encodeURIComponent(name)}/tap${query}`)

  it('shows what passes an exchange, decoded, and lets it pass', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await declareExchange(peer, 'tap-topic', 'topic')
    await bind(peer, queue, 'tap-topic', 'a.#')
    // Before the tap, so that the route is known.
    peer.publish(1, { exchange: 'tap-topic', routingKey: 'a.b' }, 'before')
    await peer.call(1, 'queue.declare', { queue, passive: true })
    await using reader = await tapExchange('tap-topic')
    peer.publish(1, { exchange: 'tap-topic', routingKey: 'a.b' }, 'routed', { headers: { kind: 'x' }, appId: 'app' })
    peer.publish(1, { exchange: 'tap-topic', routingKey: 'astray' }, 'unroutable')
    expect((await reader.named('message')).data).toEqual({
      timestamp: expect.any(Number),
      payload_bytes: 6,
      exchange: 'tap-topic',
      routing_key: 'a.b',
      properties: { headers: { kind: 'x' }, app_id: 'app' },
      payload: 'routed',
      payload_encoding: 'string',
    })
    expect((await reader.named('message')).data).toMatchObject({ payload: 'unroutable' })
    const { messageCount } = await peer.call(1, 'queue.declare', { queue, passive: true })
    expect(messageCount).toBe(2)
    expect((await reader.named('counts')).data).toEqual({ seen: 2, matched: 2, shown: 2 })
  })

  it('shows what matches only, in the words of bindings and searches', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'tap-filter', 'fanout', { autoDelete: false })
    await using byKey = await tapExchange('tap-filter', '?routing_key=*.b')
    await using byHeader = await tapExchange('tap-filter', '?header=kind=x&truncate=2')
    await using byText = await tapExchange('tap-filter', '?search=last')
    for (const [routingKey, body, kind] of [
      ['a.b', 'one', 'y'],
      ['a.c', 'two', 'x'],
      ['d', 'the last', 'y'],
    ]) {
      peer.publish(1, { exchange: 'tap-filter', routingKey }, body, { headers: { kind } })
    }
    expect((await byText.named('message')).data).toMatchObject({ payload: 'the last' })
    expect((await byKey.named('message')).data).toMatchObject({ payload: 'one' })
    expect((await byHeader.named('message')).data).toMatchObject({ payload: 'tw', payload_bytes: 3 })
    for (const reader of [byKey, byHeader, byText]) {
      expect((await reader.named('counts')).data).toEqual({ seen: 3, matched: 1, shown: 1 })
    }
    await peer.call(1, 'exchange.delete', { exchange: 'tap-filter' })
    for (const reader of [byKey, byHeader, byText]) {
      await reader.named('ended')
      await eventually(() => reader.ended, 'the end of the stream')
    }
  })

  it('shows what comes to a queue, whatever way it comes', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const dying = await declareQueue(peer, '', {
      arguments: { 'x-message-ttl': 0, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue },
    })
    sendTo(peer, queue, 'waits already')
    await peer.call(1, 'queue.declare', { queue, passive: true })
    await using reader = await tapQueue(queue)
    sendTo(peer, queue, 'published')
    sendTo(peer, dying, 'died')
    expect((await reader.named('message')).data).toMatchObject({ payload: 'published' })
    expect((await reader.named('message')).data).toMatchObject({
      payload: 'died',
      properties: { headers: { 'x-last-death-queue': dying } },
    })
    await peer.call(1, 'basic.consume', { queue, noAck: true, consumerTag: 'c' })
    for (const body of ['waits already', 'published', 'died']) {
      expect(String((await peer.expectContent(1, 'basic.deliver')).body)).toBe(body)
    }
    sendTo(peer, queue, 'straight on')
    expect((await reader.named('message')).data).toMatchObject({ payload: 'straight on' })
    await peer.expectContent(1, 'basic.deliver')
    peer.socket.destroy()
    await reader.named('ended')
  })

  it('shows so many in a second, or one of so many, and counts the others', async () => {
    await using peer = await target.openChannel()
    await declareExchange(peer, 'tap-rate', 'fanout', { autoDelete: false })
    await using slow = await tapExchange('tap-rate', '?rate=5')
    await using sampled = await tapExchange('tap-rate', '?every=10')
    for (let i = 0; i < 50; i++) peer.publish(1, { exchange: 'tap-rate' }, `${i}`)
    await sampled.next(({ event, data }) => event === 'counts' && data.seen === 50)
    const counts = await slow.next(({ event, data }) => event === 'counts' && data.seen === 50)
    expect(counts.data.matched).toBe(50)
    // What was published may lie on both sides of a second's end.
    expect([5, 10]).toContain(counts.data.shown)
    await peer.call(1, 'exchange.delete', { exchange: 'tap-rate' })
    expect((await sampled.named('ended')).data).toEqual({ seen: 50, matched: 50, shown: 5 })
  })

  it('leaves an exchange as it was when the last one who watched has gone', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const explain = async () =>
      (await api.send('POST', '/exchanges/%2F/amq.default/explain', { body: { routing_key: queue } })).json
    {
      await using reader = await tapExchange('amq.default')
      await using other = await tapExchange('amq.default')
      sendTo(peer, queue, 'x')
      await reader.named('message')
      await other.named('message')
      expect(await explain()).toMatchObject({ steps: [{ has_intake: true }], queues: [queue] })
    }
    await eventually(
      async () => JSON.stringify(await explain()).includes('"has_intake":false'),
      'the exchange without a tap',
    )
    sendTo(peer, queue, 'y')
    const { messageCount } = await peer.call(1, 'queue.declare', { queue, passive: true })
    expect(messageCount).toBe(2)
  })

  it('is for monitoring users who may read, as long as they may', async () => {
    await using peer = await target.openChannel()
    const { admin } = target
    await admin.putUser('tap-manager', { password: 'x', tags: ['management'] })
    await admin.putUser('tap-monitor', { password: 'x', tags: ['monitoring'] })
    await expect(tapExchange('amq.direct', '', 'tap-manager:x')).rejects.toThrow('401')
    await expect(tapExchange('amq.direct', '', 'tap-monitor:x')).rejects.toThrow('401')
    await admin.putPermissions('tap-monitor', '/', { configure: '', write: '', read: '^amq\\.direct$' })
    await expect(tapExchange('amq.fanout', '', 'tap-monitor:x')).rejects.toThrow('401')
    await using reader = await tapExchange('amq.direct', '', 'tap-monitor:x')
    peer.publish(1, { exchange: 'amq.direct', routingKey: 'k' }, 'seen')
    await reader.named('message')
    await admin.putPermissions('tap-monitor', '/', { configure: '', write: '', read: '' })
    peer.publish(1, { exchange: 'amq.direct', routingKey: 'k' }, 'hidden')
    await eventually(() => reader.ended, 'the end of the stream')
    expect(JSON.stringify(reader.events)).not.toContain('hidden')
    await expect(tapExchange('tap-nosuch')).rejects.toThrow('404')
    await expect(tapQueue('tap-nosuch')).rejects.toThrow('404')
    for (const query of ['?rate=0', '?rate=1001', '?every=0', '?truncate=x', `?routing_key=${'x'.repeat(256)}`]) {
      await expect(tapExchange('amq.direct', query)).rejects.toThrow('400')
    }
  })
})
