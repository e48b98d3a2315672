/** What holds for every path of the management API: methods, login, tags, `Accept`, odd paths. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiPair, itAnswersAlike, onEachApi, send } from './support.ts'

const USERS = [
  { name: 'api-nobody', tags: [] },
  { name: 'api-management', tags: ['management'] },
  { name: 'api-monitoring', tags: ['monitoring'] },
] as const

describe('the management API', () => {
  const pair = apiPair()
  const { warren, rabbit } = pair
  const apis = rabbit === undefined ? [warren] : [warren, rabbit]

  beforeAll(async () => {
    for (const { target } of apis) {
      for (const { name, tags } of USERS) await target.admin.putUser(name, { password: name, tags })
    }
  })

  afterAll(async () => {
    for (const { target } of apis) for (const { name } of USERS) await target.admin.deleteUser(name)
  })

  itAnswersAlike('says who asks', pair, [
    { method: 'GET', path: '/whoami', compare: 'same' },
    { method: 'GET', path: '/whoami/', compare: 'same' },
    { method: 'GET', path: '/whoami', user: 'api-management:api-management', compare: 'same' },
    { method: 'HEAD', path: '/whoami' },
  ])

  itAnswersAlike('refuses who it does not know', pair, [
    { method: 'GET', path: '/whoami', user: null },
    { method: 'GET', path: '/whoami', user: 'guest:wrong' },
    { method: 'GET', path: '/whoami', user: 'api-nosuch:x' },
    { method: 'GET', path: '/whoami', user: 'api-nobody:api-nobody' },
    { method: 'GET', path: '/whoami', user: null, headers: { authorization: 'Basic ###' } },
    { method: 'GET', path: '/whoami', user: null, headers: { authorization: 'Basic Z3Vlc3Q=' } },
    { method: 'GET', path: '/whoami', user: null, headers: { authorization: 'Bearer abc' } },
    { method: 'GET', path: '/whoami', user: null, headers: { authorization: 'Digest abc' } },
    { method: 'GET', path: '/whoami', user: null, headers: { authorization: 'Basic' } },
    { method: 'GET', path: '/whoami', user: null, headers: { authorization: 'Negotiate abc' } },
  ])

  itAnswersAlike('answers other methods with those that there are', pair, [
    { method: 'PATCH', path: '/whoami' },
    { method: 'PATCH', path: '/whoami', user: null },
    { method: 'PUT', path: '/whoami', body: {} },
    { method: 'DELETE', path: '/whoami' },
    { method: 'POST', path: '/queues', body: {} },
    { method: 'OPTIONS', path: '/whoami' },
    { method: 'OPTIONS', path: '/queues', user: null },
  ])

  itAnswersAlike('answers with JSON or not at all', pair, [
    { method: 'GET', path: '/whoami', headers: { accept: 'text/plain' } },
    { method: 'GET', path: '/whoami', headers: { accept: 'text/html, */*;q=0.1' } },
    { method: 'GET', path: '/whoami', headers: { accept: 'application/*' } },
    { method: 'GET', path: '/whoami', headers: { accept: 'application/json;q=0' } },
  ])

  itAnswersAlike('knows no other path', pair, [
    { method: 'GET', path: '/nosuch' },
    { method: 'GET', path: '/nosuch', user: null },
    { method: 'GET', path: '/nosuch', user: 'guest:wrong' },
    { method: 'DELETE', path: '/nosuch' },
    { method: 'OPTIONS', path: '/nosuch' },
    { method: 'GET', path: '//whoami' },
    { method: 'GET', path: '/queues/%' },
    { method: 'GET', path: '/queues/%zz' },
    { method: 'GET', path: '/queues/%ff' },
    { method: 'GET', path: '/queues/nosuch' },
    { method: 'GET', path: '/vhosts/nosuch' },
  ])

  itAnswersAlike('shows vhosts to those who may see them', pair, [
    { method: 'GET', path: '/vhosts/%2F' },
    { method: 'GET', path: '/vhosts/{v}' },
    { method: 'GET', path: '/vhosts', user: 'api-management:api-management', compare: 'same' },
    { method: 'GET', path: '/vhosts/{v}', user: 'api-management:api-management' },
    { method: 'GET', path: '/vhosts/{v}', user: 'api-monitoring:api-monitoring' },
    { method: 'GET', path: '/queues', user: 'api-monitoring:api-monitoring', compare: 'same' },
    { method: 'GET', path: '/queues/{v}', user: 'api-management:api-management' },
    { method: 'GET', path: '/queues/{v}', user: 'api-monitoring:api-monitoring' },
    { method: 'GET', path: '/queues/nosuch', user: 'api-management:api-management' },
  ])

  itAnswersAlike('reads the parameters of lists', pair, [
    { method: 'GET', path: '/queues/{v}?page=1', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=2', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=0', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=-1&page_size=7', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=1&page_size=501', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=1&page_size=0', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=a', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page=', compare: 'same' },
    { method: 'GET', path: '/queues/{v}?page_size=7', compare: 'same' },
    { method: 'GET', path: '/vhosts?columns=name&sort=name&sort_reverse=true', compare: 'shape' },
  ])
})

onEachApi((api) => {
  it('sorts, and leaves the columns that are asked for', async () => {
    const names = ['api-sort-b', 'api-sort-a', 'api-sort-c']
    for (const name of names) await api.target.admin.putVhost(name)
    const list = async (query: string) => (await api.send('GET', `/vhosts?${query}`)).json as { name: string }[]
    const ours = (all: { name: string }[]) => all.filter(({ name }) => name.startsWith('api-sort-'))
    expect(ours(await list('columns=name'))).toEqual([...names].sort().map((name) => ({ name })))
    expect(ours(await list('columns=name&sort=name&sort_reverse=true')).map(({ name }) => name)).toEqual(
      [...names].sort().reverse(),
    )
    for (const name of names) await api.target.admin.deleteVhost(name)
  })

  it('answers JSON that no browser runs', async () => {
    const answer = await api.send('GET', '/whoami')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    if (!api.target.isRabbit) {
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    }
  })
})

it('is sent under a prefix that was asked for', async () => {
  const { createBroker } = await import('@warrenmq/broker')
  await using broker = await createBroker({ port: 0, managementPort: 0, managementPathPrefix: '/rabbit' })
  const base = `http://127.0.0.1:${broker.managementPort}`
  expect((await send(`${base}/rabbit/api/whoami`, 'GET')).status).toBe(200)
  expect((await send(`${base}/api/whoami`, 'GET')).status).toBe(404)
  expect(broker.listeners.map(({ protocol }) => protocol)).toEqual(['amqp', 'http'])
})
