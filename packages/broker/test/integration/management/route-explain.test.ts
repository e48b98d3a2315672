/** `POST /api/exchanges/{vhost}/{name}/explain`: it names the queues that a published message reaches. */

import { expect, it } from 'vitest'
import { bind, declareExchange, declareQueue } from '../support.ts'
import { onWarrenApi } from './support-beyond.ts'

onWarrenApi((api) => {
  const explain = (exchange: string, body: object, user?: string) =>
    api.send('POST', `/exchanges/%2F/${encodeURIComponent(exchange)}/explain`, { body, ...(user && { user }) })

  it('names bindings and queues, through exchanges and alternates', async () => {
    await using peer = await api.target.openChannel()
    const queue = await declareQueue(peer)
    const other = await declareQueue(peer)
    await declareExchange(peer, 'explain-fan', 'fanout')
    await bind(peer, other, 'explain-fan', 'ignored', { a: 1 })
    await declareExchange(peer, 'explain-topic', 'topic', { arguments: { 'alternate-exchange': 'explain-fan' } })
    await bind(peer, queue, 'explain-topic', 'usd.*')
    const matched = await explain('explain-topic', { routing_key: 'usd.nyse' })
    expect(matched.status).toBe(200)
    expect(matched.json).toEqual({
      routing_keys: ['usd.nyse'],
      routed: true,
      by_chance: false,
      steps: [
        {
          exchange: 'explain-topic',
          type: 'topic',
          by_chance: false,
          has_intake: false,
          matches: [
            {
              destination: queue,
              destination_type: 'queue',
              routing_key: 'usd.*',
              arguments: {},
              matched_key: 'usd.nyse',
            },
          ],
          alternate_exchange: null,
        },
      ],
      queues: [queue],
    })
    const astray = await explain('explain-topic', { routing_key: 'eur' })
    expect(astray.json).toMatchObject({
      routed: true,
      steps: [
        { exchange: 'explain-topic', matches: [], alternate_exchange: 'explain-fan' },
        { exchange: 'explain-fan', matches: [{ destination: other, arguments: { a: 1 } }] },
      ],
      queues: [other],
    })
    // It goes where it was said to go, and nothing had been published before.
    peer.publish(1, { exchange: 'explain-topic', routingKey: 'eur' }, 'x')
    const { messageCount } = await peer.call(1, 'queue.declare', { queue: other, passive: true })
    expect(messageCount).toBe(1)
  })

  it('goes by headers, and by the keys in CC', async () => {
    await using peer = await api.target.openChannel()
    const queue = await declareQueue(peer)
    const copy = await declareQueue(peer)
    await declareExchange(peer, 'explain-headers', 'headers')
    await bind(peer, queue, 'explain-headers', '', { kind: 'a', 'x-match': 'all' })
    expect((await explain('explain-headers', { routing_key: '', headers: { kind: 'a' } })).json).toMatchObject({
      queues: [queue],
    })
    expect((await explain('explain-headers', { routing_key: '', headers: { kind: 'b' } })).json).toMatchObject({
      routed: false,
      queues: [],
    })
    const body = { routing_key: queue, properties: { headers: { CC: [copy] } } }
    expect((await explain('amq.default', body)).json).toMatchObject({
      routing_keys: [queue, copy],
      queues: [queue, copy],
    })
  })

  it('refuses what it cannot explain', async () => {
    expect(await explain('explain-nosuch', { routing_key: 'x' })).toMatchObject({
      status: 404,
      text: expect.stringContaining('not_found'),
    })
    expect((await explain('amq.topic', {})).status).toBe(400)
    expect((await explain('amq.topic', { routing_key: 'x'.repeat(256) })).status).toBe(400)
    expect((await explain('amq.topic', { routing_key: 'x', headers: ['a'] })).status).toBe(400)
    expect((await explain('amq.topic', { routing_key: 'x', properties: { nosuch: 1 } })).status).toBe(400)
    expect((await explain('amq.topic', { routing_key: 'x', headers: { CC: 'no list' } })).status).toBe(400)
    await api.target.admin.putUser('explain-stranger', { password: 'x', tags: ['management'] })
    expect((await explain('amq.topic', { routing_key: 'x' }, 'explain-stranger:x')).status).toBe(401)
    expect((await api.send('POST', '/exchanges/nosuch/amq.topic/explain', { body: { routing_key: '' } })).status).toBe(
      404,
    )
  })
})
