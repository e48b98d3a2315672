/** Publishing and getting single messages over HTTP. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiPair, itAnswersAlike, onEachApi, type Step } from './support.ts'

const pair = apiPair()
const apis = pair.rabbit === undefined ? [pair.warren] : [pair.warren, pair.rabbit]
const STRANGER = 'msg-stranger:msg-stranger'

beforeAll(async () => {
  for (const { target } of apis) {
    await target.admin.putUser('msg-stranger', { password: 'msg-stranger', tags: ['management'] })
  }
})

afterAll(async () => {
  for (const { target } of apis) await target.admin.deleteUser('msg-stranger')
})

const PUBLISH = '/exchanges/{v}/amq.default/publish'
const GET = '/queues/{v}/q1/get'
const QUEUES: Step[] = [
  { method: 'PUT', path: '/queues/{v}/q1', body: { durable: true } },
  { method: 'PUT', path: '/queues/{v}/q2', body: { durable: true, arguments: { 'x-queue-type': 'quorum' } } },
  { method: 'PUT', path: '/exchanges/{v}/inside', body: { internal: true } },
  { method: 'PUT', path: '/permissions/{v}/msg-stranger', body: { configure: '', write: '^$', read: '^$' } },
]

function publish(changes: Record<string, unknown> = {}, path = PUBLISH): Step {
  const body = { properties: {}, routing_key: 'q1', payload: 'hello', payload_encoding: 'string', ...changes }
  return { method: 'POST', path, body, compare: 'same' }
}

function get(changes: Record<string, unknown> = {}, path = GET): Step {
  const body = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto', ...changes }
  return { method: 'POST', path, body, compare: 'same' }
}

/** What RabbitMQ fails at, or takes for something else. */
function refused(step: Step, reason: string | string[]): Step {
  return { ...step, ours: { status: 400, json: { error: 'bad_request', reason }, why: 'RabbitMQ fails, or takes it.' } }
}

describe('a message', () => {
  itAnswersAlike('is published and got', pair, [
    ...QUEUES,
    publish(),
    publish({ routing_key: 'nosuch' }),
    publish({ payload: 'AAH/', payload_encoding: 'base64' }),
    publish({
      properties: {
        content_type: 'text/plain',
        headers: { a: 1, b: 'c', list: [1, { x: true }], fraction: 1.5 },
        delivery_mode: 2,
        priority: 5,
        correlation_id: 'c',
        reply_to: 'r',
        message_id: 'm',
        timestamp: 1_700_000_000,
        type: 't',
        user_id: 'guest',
        app_id: 'a',
        bogus: 5,
      },
    }),
    publish({ routing_key: 'nosuch', properties: { headers: { CC: ['q1'] } } }),
    publish({ payload: 'früh' }),
    get(),
    get({ count: '2' }),
    get({ count: 2, encoding: 'base64' }),
    get({ count: -1, truncate: 3 }),
    get({ count: 0 }),
    get({ truncate: '3' }),
    get({ ackmode: 'ack_requeue_false' }),
    get({ count: 2, ackmode: 'reject_requeue_true' }),
    get({ ackmode: 'reject_requeue_false' }),
    get({ count: 100, ackmode: 'ack_requeue_false' }),
    get({ count: 100, ackmode: 'ack_requeue_false' }),
  ])

  itAnswersAlike('is not published', pair, [
    ...QUEUES,
    { method: 'POST', path: PUBLISH, body: {} },
    { method: 'POST', path: PUBLISH, body: 'xx' },
    { method: 'GET', path: PUBLISH },
    { method: 'OPTIONS', path: PUBLISH },
    publish({ payload: 5 }),
    publish({ payload: '!!', payload_encoding: 'base64' }),
    publish({ payload_encoding: 'bogus' }),
    publish({ properties: { priority: 'a' } }),
    publish({ properties: { priority: '5' } }),
    publish({ properties: { priority: 1.5 } }),
    publish({ properties: { priority: null } }),
    publish({ properties: { expiration: 5 } }),
    publish({ properties: { expiration: 'a' } }),
    publish({ properties: { content_type: 5 } }),
    publish({ properties: { headers: { a: null } } }),
    publish({ properties: { user_id: 'other' } }),
    publish({ properties: { headers: { CC: 'q1' } } }),
    publish({}, '/exchanges/{v}/nosuch/publish'),
    publish({}, '/exchanges/{v}-no/amq.default/publish'),
    publish({}, '/exchanges/{v}/inside/publish'),
    { ...publish(), user: STRANGER },
    { ...publish({}, '/exchanges/%2F/amq.default/publish'), user: STRANGER },
    refused(publish({ properties: 5 }), ['not_an_object', 'properties']),
    refused(publish({ properties: { headers: 5 } }), ['not_an_object', 'headers']),
    refused(publish({ routing_key: 5 }), ['not_string', 'routing_key']),
    { ...publish({ properties: { priority: 300 } }), ours: { status: 400, why: 'A priority is one octet.' } },
    { ...publish({ routing_key: 'x'.repeat(300) }), ours: { status: 400, why: 'A key has at most 255 bytes.' } },
    { method: 'GET', path: '/queues/{v}?disable_stats=true&enable_queue_totals=true&columns=name,messages' },
  ])

  itAnswersAlike('is not got', pair, [
    ...QUEUES,
    { method: 'POST', path: GET, body: {} },
    { method: 'POST', path: GET, body: { count: 1 } },
    { method: 'POST', path: GET, body: 'xx' },
    { method: 'OPTIONS', path: GET },
    get(),
    get({ encoding: 'bogus' }),
    get({ count: 'a' }),
    get({ truncate: 'a' }),
    get({}, '/queues/{v}/nosuch/get'),
    get({}, '/queues/{v}-no/q1/get'),
    { ...get(), user: STRANGER },
    refused(get({ ackmode: 'bogus' }), ['unknown_ackmode', 'bogus']),
  ])

  itAnswersAlike('shows that a vhost is alive', pair, [
    { method: 'PUT', path: '/permissions/{v}/msg-stranger', body: { configure: '', write: '', read: '' } },
    { method: 'GET', path: '/aliveness-test/{v}', compare: 'same' },
    { method: 'GET', path: '/aliveness-test/{v}', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?disable_stats=true&columns=name,durable', compare: 'same' },
    { method: 'GET', path: '/aliveness-test/{v}-no' },
    { method: 'GET', path: '/aliveness-test/{v}', user: STRANGER },
    { method: 'GET', path: '/aliveness-test/%2F', user: STRANGER },
  ])
})

onEachApi((api) => {
  it('reaches a consumer, through an exchange', async () => {
    await using peer = await api.target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    await peer.call(1, 'queue.bind', { queue, exchange: 'amq.topic', routingKey: 'a.#' })
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    const body = { properties: { type: 'x' }, routing_key: 'a.b', payload: 'hello', payload_encoding: 'string' }
    const { json } = await api.send('POST', '/exchanges/%2F/amq.topic/publish', { body })
    expect(json).toEqual({ routed: true })
    const delivered = await peer.expectContent(1, 'basic.deliver')
    expect(delivered.body.toString()).toBe('hello')
    expect(delivered.properties.type).toBe('x')
  })

  it('leaves an exclusive queue to its connection', async () => {
    await using peer = await api.target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    const path = `/queues/%2F/${encodeURIComponent(queue)}`
    const { status, text } = await api.send('DELETE', path)
    expect(status).toBe(400)
    expect(text).toContain('cannot obtain exclusive access to locked queue')
  })
})
