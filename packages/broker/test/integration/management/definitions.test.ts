/** Definitions over HTTP: what one broker exports means the same to the other. */

import { afterAll, describe, expect, it } from 'vitest'
import { type Api, apiPair, itAnswersAlike, send } from './support.ts'

const VHOST = 'api-definitions'
const USER = 'api-definitions-user'
const PREFIX = '/definitions'

const pair = apiPair()
const { warren, rabbit } = pair
const apis = rabbit === undefined ? [warren] : [warren, rabbit]

afterAll(async () => {
  for (const api of apis) await clear(api)
})

type Document = Record<string, Record<string, unknown>[]>

/** One of everything, as an operator makes it. */
async function furnish(api: Api): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const { status, text } = await api.send('PUT', path, { body })
    expect(status, `PUT ${path}: ${text}`).toBeLessThan(300)
  }
  const bind = async (path: string, body: unknown) => {
    expect((await api.send('POST', `/bindings/${VHOST}/${path}`, { body })).status).toBe(201)
  }
  await put(`/vhosts/${VHOST}`, { description: 'of a test', tags: 'one,two' })
  await put(`/users/${USER}`, {
    password_hash: '90B+YNDl8fkayWIfxwO+/x547DcOl5TlTdOpZQC95rP1DCtB',
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: 'monitoring,policymaker',
  })
  await put(`/user-limits/${USER}/max-channels`, { value: 3 })
  await put(`/permissions/${VHOST}/guest`, { configure: '.*', write: '.*', read: '.*' })
  await put(`/permissions/${VHOST}/${USER}`, { configure: '^own-', write: '.*', read: '' })
  await put(`/topic-permissions/${VHOST}/${USER}`, { exchange: 'events', write: '^open\\.', read: '.*' })
  await put(`/vhost-limits/${VHOST}/max-queues`, { value: 50 })
  await put(`/policies/${VHOST}/short`, {
    pattern: '^short$',
    definition: { 'max-length': 2, 'dead-letter-exchange': 'graveyard' },
    priority: 7,
    'apply-to': 'queues',
  })
  await put(`/operator-policies/${VHOST}/ceiling`, {
    pattern: '.*',
    definition: { 'max-length': 1000 },
    'apply-to': 'queues',
  })
  await put(`/global-parameters/${VHOST}`, { value: { text: 'hello', list: [1, null, true] } })
  await put(`/exchanges/${VHOST}/unrouted`, { type: 'fanout', durable: true, internal: true })
  await put(`/exchanges/${VHOST}/events`, {
    type: 'topic',
    durable: true,
    arguments: { 'alternate-exchange': 'unrouted' },
  })
  await put(`/exchanges/${VHOST}/by-header`, { type: 'headers', auto_delete: true })
  await put(`/queues/${VHOST}/all%20of%2Fthem`, {
    durable: true,
    arguments: { 'x-max-priority': 5, 'x-message-ttl': 3_600_000, note: 'früh', nested: { list: [1, 'b', false] } },
  })
  await put(`/queues/${VHOST}/replicated`, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  await put(`/queues/${VHOST}/short`, { auto_delete: true })
  await bind('e/events/q/all%20of%2Fthem', { routing_key: 'open.#' })
  await bind('e/events/q/replicated', { routing_key: '' })
  await bind('e/by-header/q/short', { arguments: { 'x-match': 'any', n: 1, s: 'x', t: true } })
  await bind('e/events/e/by-header', { routing_key: 'open.header' })
  await bind('e/unrouted/q/short', {})
}

async function clear(api: Api): Promise<void> {
  for (const path of [`/vhosts/${VHOST}`, `/users/${USER}`, `/global-parameters/${VHOST}`])
    await api.send('DELETE', path)
}

async function exported(api: Api, path = PREFIX): Promise<Document> {
  return (await api.send('GET', path)).json as Document
}

/** What belongs to this test, in an order that says nothing. */
function ownPart(document: Document, isWhole = true): Record<string, unknown> {
  const isOwn = (item: Record<string, unknown>) =>
    !isWhole || item.vhost === VHOST || item.name === VHOST || item.name === USER
  const lists = Object.entries(document).filter(([, value]) => Array.isArray(value))
  return Object.fromEntries(
    lists.map(([key, value]) => [key, value.filter(isOwn).map(sorted).sort(byText).map(withoutNew)]),
  )
}

/** Our definitions of vhosts also hold what RabbitMQ's hold since 3.11. */
function withoutNew({ metadata: _metadata, description: _description, tags, ...rest }: Record<string, unknown>) {
  return 'password_hash' in rest ? { tags, ...rest } : rest
}

function sorted(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

describe.skipIf(rabbit === undefined)('definitions that go from one broker into the other', () => {
  it.each([
    { name: 'from RabbitMQ into ours', from: rabbit as Api, to: warren },
    { name: 'from ours into RabbitMQ', from: warren, to: rabbit as Api },
  ])('are the same when they come out again, $name', async ({ from, to }) => {
    for (const api of apis) await clear(api)
    await furnish(from)
    const given = await exported(from)
    const own = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        key,
        Array.isArray(value)
          ? value.filter((item) => item.vhost === VHOST || item.name === VHOST || item.name === USER)
          : value,
      ]),
    )
    const { status, text } = await to.send('POST', PREFIX, { body: own })
    expect(`${status} ${text}`).toBe('204 ')
    expect(ownPart(await exported(to))).toEqual(ownPart(given))
    expect(ownPart(given).bindings).toHaveLength(5)
  })

  it.each([
    { name: 'from RabbitMQ into ours', from: rabbit as Api, to: warren },
    { name: 'from ours into RabbitMQ', from: warren, to: rabbit as Api },
  ])('are the same for one vhost, $name', async ({ from, to }) => {
    for (const api of apis) await clear(api)
    await furnish(from)
    const path = `${PREFIX}/${VHOST}`
    const given = await exported(from, path)
    await to.send('PUT', `/vhosts/${VHOST}`, { body: {} })
    const { status, text } = await to.send('POST', path, { body: given })
    expect(`${status} ${text}`).toBe('204 ')
    expect(ownPart(await exported(to, path), false)).toEqual(ownPart(given, false))
    expect(given.queues).toHaveLength(3)
  })
})

describe('definitions', () => {
  itAnswersAlike('are exported to administrators', pair, [
    { method: 'PUT', path: '/users/{v}', body: { password: 'x', tags: 'policymaker' } },
    { method: 'GET', path: '/definitions', user: '{v}:x' },
    { method: 'GET', path: '/definitions/{v}', user: '{v}:x' },
    { method: 'POST', path: '/definitions', user: '{v}:x', body: {} },
    { method: 'GET', path: '/definitions/{v}', compare: 'same' },
    { method: 'GET', path: '/definitions/{v}-no' },
    { method: 'GET', path: '/definitions?auth=Z3Vlc3Q6Z3Vlc3Q=', user: null, compare: 'status' },
    { method: 'GET', path: '/definitions/{v}?auth=Z3Vlc3Q6d3Jvbmc=' },
    { method: 'GET', path: '/whoami?auth=Z3Vlc3Q6Z3Vlc3Q=', user: null },
    { method: 'OPTIONS', path: '/definitions' },
    { method: 'OPTIONS', path: '/all-configuration' },
    { method: 'OPTIONS', path: '/definitions/{v}' },
    { method: 'DELETE', path: '/users/{v}' },
  ])

  itAnswersAlike('are imported', pair, [
    { method: 'POST', path: '/definitions', body: {} },
    { method: 'POST', path: '/definitions', body: '' },
    { method: 'POST', path: '/definitions', body: { bogus: 5 } },
    { method: 'POST', path: '/definitions', body: 'xx' },
    { method: 'POST', path: '/definitions/{v}', body: 'xx' },
    { method: 'POST', path: '/definitions/{v}-no', body: { queues: [] } },
    {
      method: 'POST',
      path: '/definitions/{v}',
      body: { queues: [{ name: 'q1', durable: true, auto_delete: false, arguments: {} }] },
    },
    { method: 'GET', path: '/queues/{v}?disable_stats=true&columns=name', compare: 'same' },
    {
      method: 'POST',
      path: '/definitions',
      body: { queues: [{ name: 'q', vhost: '{v}-no', durable: true, auto_delete: false, arguments: {} }] },
      ours: { status: 400, why: 'We name every fault, and where it is.' },
    },
    { method: 'POST', path: '/definitions', body: { queues: 5 }, ours: { status: 400, why: 'RabbitMQ fails: 500.' } },
  ])

  it('are downloaded under a name that stays a name', async () => {
    for (const api of apis) {
      const answer = await api.send('GET', '/definitions?download=foo.json')
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename=foo.json')
    }
    const answer = await warren.send('GET', '/definitions?download=foo%0d%0aX-Evil:%201%22;.json')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename=fooX-Evil 1.json')
  })

  it('come as the file of a form', async () => {
    const form = new FormData()
    const definitions = { queues: [{ name: 'from-form', vhost: '/', durable: false }] }
    form.set('file', new Blob([JSON.stringify(definitions)]), 'definitions.json')
    const upload = async (body: FormData) => {
      const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`
      return (
        await fetch(`${warren.target.httpUrl}/api/definitions`, { method: 'POST', headers: { authorization }, body })
      ).status
    }
    expect(await upload(form)).toBe(204)
    expect((await warren.send('GET', '/queues/%2F/from-form?disable_stats=true')).status).toBe(200)
    form.set('file', new Blob(['xx']), 'definitions.json')
    expect(await upload(form)).toBe(400)
    const empty = new FormData()
    empty.set('other', 'x')
    expect(await upload(empty)).toBe(400)
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    expect((await send(`${warren.target.httpUrl}/api/definitions`, 'POST', { headers, body: 'no form' })).status).toBe(
      400,
    )
    await warren.send('DELETE', '/queues/%2F/from-form')
  })

  it('come in whole or not at all', async () => {
    const body = {
      vhosts: [{ name: 'api-definitions-half' }],
      queues: [{ name: 'q', vhost: 'api-definitions-half', arguments: { 'x-message-ttl': 'soon' } }],
    }
    const { status, json } = await warren.send('POST', '/definitions', { body })
    expect(status).toBe(400)
    expect(JSON.stringify(json)).toContain('queues[0]')
    expect((await warren.send('GET', '/vhosts/api-definitions-half')).status).toBe(404)
  })
})
