/** Health checks, closing connections, and what an operator may ask for that has nothing to do here, over HTTP. */

import { createBroker } from '@warrenmq/broker'
import { eventually } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, apiPair, itAnswersAlike, onEachApi, send } from './support.ts'

const pair = apiPair()
const apis = pair.rabbit === undefined ? [pair.warren] : [pair.warren, pair.rabbit]
const USER = 'hea-user'
const AS_USER = `${USER}:${USER}`

beforeAll(async () => {
  for (const { target } of apis) await target.admin.putUser(USER, { password: USER, tags: ['management'] })
})

afterAll(async () => {
  for (const { target } of apis) await target.admin.deleteUser(USER)
})

describe('health checks', () => {
  const checks = ['alarms', 'local-alarms', 'virtual-hosts', 'node-is-quorum-critical', 'node-is-mirror-sync-critical']
  itAnswersAlike('say that all is well', pair, [
    ...checks.map((name) => ({ method: 'GET', path: `/health/checks/${name}`, compare: 'same' as const })),
    { method: 'GET', path: '/health/checks/alarms', user: AS_USER, compare: 'same' },
    { method: 'GET', path: '/health/checks/alarms', user: null },
    { method: 'GET', path: '/healthchecks/node', compare: 'same' },
    { method: 'GET', path: '/healthchecks/node/nosuch' },
    { method: 'GET', path: '/health/checks/certificate-expiration/1/months', compare: 'same' },
    { method: 'GET', path: '/health/checks/certificate-expiration/-1/days', compare: 'same' },
    ...['amqp', 'amqp091', 'AMQP', 'http'].map((name) => ({
      method: 'GET',
      path: `/health/checks/protocol-listener/${name}`,
      compare: 'same' as const,
    })),
  ])

  itAnswersAlike('say what is missing', pair, [
    { method: 'GET', path: '/health/checks/port-listener/1', compare: 'shape' },
    { method: 'GET', path: '/health/checks/port-listener/99999', compare: 'shape' },
    { method: 'GET', path: '/health/checks/port-listener/a' },
    { method: 'GET', path: '/health/checks/protocol-listener/foo', compare: 'shape' },
    { method: 'GET', path: '/health/checks/protocol-listener/mqtt', compare: 'shape' },
    { method: 'GET', path: '/health/checks/certificate-expiration/a/months' },
    { method: 'GET', path: '/health/checks/certificate-expiration/1/bogus' },
    { method: 'GET', path: '/health/checks/bogus' },
  ])

  it('find the port of a listener', async () => {
    for (const api of apis) {
      const { port } = api.target
      expect((await api.send('GET', `/health/checks/port-listener/${port}`)).json).toEqual({ status: 'ok', port })
    }
  })

  it('fail while an alarm is raised, and so does publishing', async () => {
    await using broker = await createBroker({ port: 0, managementPort: 0, nodeName: 'warren@test' })
    const get = (path: string) => send(`http://127.0.0.1:${broker.managementPort}/api${path}`, 'GET')
    broker.alarms.raise('memory')
    const answer = await get('/health/checks/alarms')
    expect(answer.status).toBe(503)
    expect(answer.json).toEqual({
      status: 'failed',
      reason: 'There are alarms in effect in the cluster',
      alarms: [{ node: 'warren@test', resource: 'memory' }],
    })
    expect((await get('/health/checks/local-alarms')).status).toBe(503)
    expect((await get('/aliveness-test/%2F')).status).toBe(503)
    broker.alarms.clear('memory')
    expect((await get('/aliveness-test/%2F')).status).toBe(200)
    expect((await get('/healthchecks/node/warren@test')).status).toBe(200)
  })
})

describe('an operator', () => {
  itAnswersAlike('may ask for what has nothing to do', pair, [
    { method: 'POST', path: '/rebalance/queues', body: {} },
    { method: 'POST', path: '/rebalance/queues', body: {}, user: AS_USER },
    { method: 'POST', path: '/rebalance/bogus', body: {} },
    { method: 'DELETE', path: '/reset', user: AS_USER },
    { method: 'DELETE', path: '/reset/nosuch' },
    { method: 'OPTIONS', path: '/reset' },
    { method: 'OPTIONS', path: '/rebalance/queues' },
  ])

  itAnswersAlike('closes connections that are there', pair, [
    { method: 'DELETE', path: '/connections/nosuch' },
    { method: 'DELETE', path: '/connections/username/nosuch' },
    { method: 'OPTIONS', path: '/connections/nosuch' },
    { method: 'OPTIONS', path: '/connections/username/nosuch' },
  ])
})

onEachApi((api) => {
  const name = 'hea-closing'
  const credentials = `${name}:${name}`

  beforeAll(async () => {
    await api.target.admin.putUser(name, { password: name, tags: ['management'] })
    await api.target.admin.putPermissions(name, '/', { configure: '.*', write: '.*', read: '.*' })
  })

  afterAll(() => api.target.admin.deleteUser(name))

  const open = () => api.target.openConnection({ user: name, password: name })

  it('counts who tries to log in', async () => {
    const [node] = (await api.send('GET', '/nodes?columns=name')).json as { name: string }[]
    const path = `/auth/attempts/${node.name}`
    const attempts = async () => {
      const list = (await api.send('GET', path)).json as { protocol: string; auth_attempts_failed: number }[]
      return list.find(({ protocol }) => protocol === 'http')?.auth_attempts_failed ?? 0
    }
    const before = await attempts()
    expect((await api.send('GET', '/whoami', { user: 'guest:wrong' })).status).toBe(401)
    await eventually(async () => (await attempts()) > before, 'the failed login')
    expect((await api.send('GET', `${path}/source`)).json).toEqual([])
    expect((await api.send('GET', path, { user: credentials })).json).toEqual({
      error: 'not_authorised',
      reason: 'Not monitor user',
    })
    expect((await api.send('GET', '/auth/attempts/nosuch')).status).toBe(404)
    expect((await api.send('OPTIONS', path)).headers.get('allow')).toBe('HEAD, GET, DELETE, OPTIONS')
  })

  it('closes a connection with the reason that is given', async () => {
    await using peer = await open()
    const connection = await connectionOf(api, name)
    const { status } = await api.send('DELETE', `/connections/${encodeURIComponent(connection)}`, {
      headers: { 'X-Reason': 'out of time' },
    })
    expect(status).toBe(204)
    const args = await peer.expect(0, 'connection.close')
    expect(args).toMatchObject({ replyCode: 320, replyText: 'CONNECTION_FORCED - out of time' })
  })

  it('closes all connections of a user, also for that user', async () => {
    await using first = await open()
    await using second = await open()
    await eventually(async () => (await namesOf(api, name)).length === 2, 'both connections')
    // RabbitMQ 3.10.8 fails where it is no administrator who asks.
    const user = api.target.isRabbit ? 'guest:guest' : credentials
    expect((await api.send('DELETE', `/connections/username/${name}`, { user })).status).toBe(204)
    for (const peer of [first, second]) {
      const args = await peer.expect(0, 'connection.close')
      expect(args.replyText).toBe('CONNECTION_FORCED - Closed via management plugin')
    }
  })

  it('leaves the connections of others alone', async () => {
    await using _peer = await api.target.openConnection()
    const connection = await connectionOf(api, 'guest')
    const path = `/connections/${encodeURIComponent(connection)}`
    expect((await api.send('DELETE', path, { user: credentials })).status).toBe(401)
  })
})

async function namesOf(api: Api, user: string): Promise<string[]> {
  const list = (await api.send('GET', '/connections')).json as { name: string; user: string }[]
  return list.filter((each) => each.user === user).map((each) => each.name)
}

/** The name of the user's connection, once it is shown. */
async function connectionOf(api: Api, user: string): Promise<string> {
  let names: string[] = []
  await eventually(async () => {
    names = await namesOf(api, user)
    return names.length > 0
  }, `a connection of ${user}`)
  return names[0]
}
