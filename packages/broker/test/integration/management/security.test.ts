/** How the management API is protected: sessions, other origins, TLS, tokens, and requests that mean no good. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { type Broker, createBroker } from '@warrenmq/broker'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManualClock } from '../../manual-clock.ts'
import { TestAuthority } from '../certificates.ts'
import { type Answer, apiPair, itAnswersAlike, type RequestOptions, send } from './support.ts'

const api = (broker: Broker) => (method: string, path: string, options?: RequestOptions) =>
  send(`http://127.0.0.1:${broker.managementPort}/api${path}`, method, options)

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const PAGE = { 'x-requested-with': 'page' }

describe('a session', () => {
  let broker: Broker
  let call: ReturnType<typeof api>
  const clock = new ManualClock()

  beforeAll(async () => {
    broker = await createBroker({ port: 0, managementPort: 0, clock })
    call = api(broker)
    await broker.admin.putUser('session-user', { password: 'x', tags: ['management'] })
    await broker.admin.putUser('session-nobody', { password: 'x', tags: [] })
  })
  afterAll(() => broker.close())

  async function logIn(user: string, password: string, headers = {}): Promise<Answer> {
    const body = new URLSearchParams({ username: user, password }).toString()
    return call('POST', '/login', { user: null, headers: { ...FORM, ...headers }, body })
  }

  async function cookieOf(user: string, password = 'x'): Promise<string> {
    return (await logIn(user, password)).headers.get('set-cookie')?.split(';')[0] ?? ''
  }

  it('begins with a login, and its cookie says nothing', async () => {
    const answer = await logIn('guest', 'guest')
    expect(answer.status).toBe(200)
    expect(answer.json).toBe('ok')
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^warren_session=[\w-]{43}; Path=\/api; Max-Age=28800; HttpOnly; SameSite=Strict$/)
    const headers = { cookie: cookie.split(';')[0] }
    expect((await call('GET', '/whoami', { user: null, headers })).json).toEqual({
      name: 'guest',
      tags: ['administrator'],
    })
  })

  it('is refused to those who may not manage', async () => {
    expect((await logIn('session-nobody', 'x')).status).toBe(401)
    expect((await logIn('guest', 'wrong')).status).toBe(401)
    expect((await logIn('', '')).status).toBe(401)
    expect((await logIn('guest', 'guest', { origin: 'http://evil.example' })).status).toBe(401)
    expect((await call('GET', '/whoami', { user: null, headers: { cookie: 'warren_session=x' } })).status).toBe(401)
    expect(
      (await call('GET', '/whoami', { user: null, headers: { ...PAGE, cookie: 'a=b' } })).headers.get(
        'www-authenticate',
      ),
    ).toBeNull()
  })

  it('changes nothing for a request that another site may have caused', async () => {
    const cookie = await cookieOf('guest', 'guest')
    const put = (headers: Record<string, string>) =>
      call('PUT', '/vhosts/from-session', { user: null, headers: { cookie, ...headers }, body: {} })
    expect((await put({})).status).toBe(401)
    expect((await put({ ...PAGE, origin: 'http://evil.example' })).status).toBe(401)
    expect((await put({ ...PAGE, 'sec-fetch-site': 'cross-site' })).status).toBe(401)
    expect((await put({ ...PAGE, 'sec-fetch-site': 'same-site' })).status).toBe(401)
    expect(await broker.admin.vhosts()).not.toContain('from-session')
    const own = `http://127.0.0.1:${broker.managementPort}`
    expect((await put({ ...PAGE, origin: own, 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    const read = (headers: Record<string, string>) =>
      call('GET', '/users', { user: null, headers: { cookie, ...headers } })
    expect((await read({ 'sec-fetch-site': 'cross-site' })).status).toBe(401)
    expect((await read({})).status).toBe(200)
  })

  it('ends when the user logs out, gets another password, or is gone', async () => {
    const asUser = async (cookie: string) => (await call('GET', '/whoami', { user: null, headers: { cookie } })).status
    const first = await cookieOf('session-user')
    expect(await asUser(first)).toBe(200)
    const out = await call('POST', '/logout', { user: null, headers: { cookie: first } })
    expect(out.status).toBe(204)
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    expect(await asUser(first)).toBe(401)
    const second = await cookieOf('session-user')
    await broker.admin.putUser('session-user', { password: 'y', tags: ['management'] })
    expect(await asUser(second)).toBe(401)
    const third = await cookieOf('session-user', 'y')
    expect(await asUser(third)).toBe(200)
    await broker.admin.deleteUser('session-user')
    expect(await asUser(third)).toBe(401)
  })

  it('ends with its time', async () => {
    const cookie = await cookieOf('guest', 'guest')
    const status = async () => (await call('GET', '/whoami', { user: null, headers: { cookie } })).status
    clock.advance(479 * 60_000)
    expect(await status()).toBe(200)
    clock.advance(60_000)
    expect(await status()).toBe(401)
  })

  it('has the tags that the user has now', async () => {
    await broker.admin.putUser('session-demoted', { passwordHash: HASH, tags: ['administrator'] })
    const cookie = await cookieOf('session-demoted', 'test12')
    const status = async () => (await call('GET', '/users', { user: null, headers: { cookie } })).status
    const user = await broker.admin.user('session-demoted')
    expect([user?.tags, await status()]).toEqual([['administrator'], 200])
    await broker.admin.putUser('session-demoted', {
      passwordHash: user?.password.hash,
      hashingAlgorithm: user?.password.algorithm,
      tags: ['management'],
    })
    expect(await status()).toBe(401)
  })
})

/** RabbitMQ's documentation: the hash of `test12` with the salt 908dc60a. */
const HASH = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR'

describe('a login by form', () => {
  const pair = apiPair()
  itAnswersAlike('is refused alike', pair, [
    { method: 'POST', path: '/login', user: null, headers: FORM, body: 'username=guest&password=wrong' },
    { method: 'POST', path: '/login', user: null, headers: FORM, body: 'username=guest' },
    { method: 'POST', path: '/login', user: null, headers: FORM, body: '' },
    { method: 'POST', path: '/login', user: null, body: { username: 'guest', password: 'guest' } },
    { method: 'GET', path: '/login' },
    { method: 'OPTIONS', path: '/login' },
    {
      method: 'POST',
      path: '/login',
      user: null,
      headers: FORM,
      body: 'username=guest&password=guest',
      compare: 'same',
    },
  ])
})

describe('a page of another origin', () => {
  it('may do nothing unless the configuration says so', async () => {
    await using broker = await createBroker({
      port: 0,
      managementPort: 0,
      managementCorsAllowOrigins: ['https://ui.example'],
      managementCorsMaxAgeSeconds: 60,
    })
    const call = api(broker)
    const known = await call('GET', '/whoami', { headers: { origin: 'https://ui.example' } })
    expect(known.headers.get('access-control-allow-origin')).toBe('https://ui.example')
    const preflight = await call('OPTIONS', '/queues/%2F/q', {
      user: null,
      headers: {
        origin: 'https://ui.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization',
      },
    })
    expect(preflight.status).toBe(200)
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization')
    expect(preflight.headers.get('access-control-max-age')).toBe('60')
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
    const foreign = await call('GET', '/whoami', { headers: { origin: 'https://evil.example' } })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    // Its cookie would not count either.
    const body = 'username=guest&password=guest'
    expect(
      (await call('POST', '/login', { user: null, headers: { ...FORM, origin: 'https://ui.example' }, body })).status,
    ).toBe(401)
  })

  it('is not told its own origin where any is allowed', async () => {
    await using broker = await createBroker({ port: 0, managementPort: 0, managementCorsAllowOrigins: ['*'] })
    const { headers } = await api(broker)('GET', '/whoami', { headers: { origin: 'https://any.example' } })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })
})

describe('TLS', () => {
  it('protects the API on a port of its own', async () => {
    using authority = new TestAuthority()
    const { certificate, key } = authority.issue('server', '/CN=localhost')
    await using broker = await createBroker({
      port: 0,
      managementTlsPort: 0,
      managementTlsCertificateFile: certificate,
      managementTlsKeyFile: key,
    })
    expect(broker.managementPort).toBe(0)
    expect(broker.listeners.map(({ protocol, tls }) => `${protocol} ${tls}`)).toEqual(['amqp false', 'https true'])
    const get = (path: string, method = 'GET', headers = {}, body = '') =>
      new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
        const options = {
          port: broker.managementTlsPort,
          host: 'localhost',
          path,
          method,
          headers,
          ca: readFileSync(authority.ca.certificate),
        }
        const sent = httpsRequest({ ...options, auth: 'guest:guest' }, (response) => {
          response.resume()
          resolve({ status: response.statusCode ?? 0, headers: response.headers })
        })
        sent.on('error', reject).end(body)
      })
    expect((await get('/api/whoami')).status).toBe(200)
    const { headers } = await get('/api/login', 'POST', FORM, 'username=guest&password=guest')
    expect(String(headers['set-cookie'])).toContain('; Secure')
  })

  it('needs files that are good', async () => {
    await expect(createBroker({ port: 0, managementTlsPort: 0 })).rejects.toThrow(/needs a certificate and its key/)
  })
})

describe('a bearer token', () => {
  it('stands for the user that it names, with the tags of its scopes', async () => {
    const keys = await generateKeyPair('RS256')
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }
    const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] }))).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
    await using broker = await createBroker({
      port: 0,
      managementPort: 0,
      authBackends: ['internal', 'oauth2'],
      authOauth2JwksUrl: url,
    })
    const call = api(broker)
    const sign = (scope: string) =>
      new SignJWT({ sub: 'token-user', aud: ['rabbitmq'], scope })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setExpirationTime('1h')
        .sign(keys.privateKey)
    const whoami = async (scope: string) =>
      call('GET', '/whoami', { user: null, headers: { authorization: `Bearer ${await sign(scope)}` } })
    expect((await whoami('rabbitmq.tag:administrator')).json).toEqual({ name: 'token-user', tags: ['administrator'] })
    expect((await whoami('rabbitmq.read:*/*')).status).toBe(401)
    const other = await call('GET', '/whoami', { user: null, headers: { authorization: 'Bearer a.b.c' } })
    expect(other.status).toBe(401)
    const limited = await call('PUT', '/queues/%2F/q', {
      user: null,
      headers: { authorization: `Bearer ${await sign('rabbitmq.tag:management rabbitmq.configure:%2F/own-*')}` },
      body: {},
    })
    expect(limited.json).toEqual({ error: 'not_authorised', reason: 'Access refused.' })
    server.closeAllConnections()
    server.close()
  })
})

describe('a request that means no good', () => {
  let broker: Broker
  let call: ReturnType<typeof api>

  beforeAll(async () => {
    broker = await createBroker({ port: 0, managementPort: 0, managementBodySizeMax: 100_000 })
    call = api(broker)
  })
  afterAll(() => broker.close())

  /** What the broker answers to these bytes, until it closes or is silent. */
  async function raw(bytes: string): Promise<string> {
    const socket = connect(broker.managementPort, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => (text += chunk))
    socket.on('error', () => {})
    socket.end(bytes)
    await once(socket, 'close')
    return text
  }

  it('is not read when it is too large', async () => {
    const body = JSON.stringify({ description: 'x'.repeat(100_001) })
    const answer = await call('PUT', '/vhosts/large', { body })
    expect(answer.status).toBe(413)
    // Without a login not even its size is looked at.
    expect((await call('PUT', '/vhosts/large', { body, user: null })).status).toBe(401)
    const announced = await raw(
      'PUT /api/vhosts/large HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\nContent-Length: 99999999\r\n\r\n',
    )
    expect(announced).toMatch(/^HTTP\/1\.1 413 /)
    const login = await call('POST', '/login', { user: null, headers: FORM, body: `username=${'x'.repeat(99_999)}` })
    expect(login.status).toBe(401)
    expect(await broker.admin.vhosts()).toEqual(['/'])
  })

  it.each([
    ['deep JSON', `${'['.repeat(40_000)}${']'.repeat(40_000)}`, 400],
    ['deep arguments', JSON.stringify({ arguments: JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) }), 400],
    ['bytes that are no UTF-8', Buffer.from('{"arguments":{"a":"\xff"}}', 'latin1'), 400],
    ['a number', '5', 400],
    ['huge numbers', '{"arguments":{"x-max-length":1e400}}', 400],
    ['a prototype', '{"__proto__":{"durable":true},"arguments":{"__proto__":{"x-max-length":1},"constructor":1}}', 201],
  ])('with %s is answered', async (_what, body, status) => {
    const response = await fetch(`http://127.0.0.1:${broker.managementPort}/api/queues/%2F/hostile-${status}`, {
      method: 'PUT',
      headers: { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` },
      body,
    })
    expect(response.status).toBe(status)
  })

  it.each([
    'page=99999999999999999999',
    'page=1&page_size=1e3',
    `page=1&name=${'('.repeat(500)}&use_regex=true`,
    `page=1&name=${'a'.repeat(2000)}&use_regex=true`,
    'page=1&name=(a%2B)%2B$&use_regex=true',
    'columns=,,,.,..&sort=..&sort_reverse=maybe',
    'columns=__proto__&sort=__proto__.x',
    `sort=${'a.'.repeat(2000)}`,
    'page=1&page=2&page=x',
    '%',
    '&=&=&',
  ])('with odd parameters, number %#, is answered', async (query) => {
    const { status } = await call('GET', `/queues?${query}`)
    expect([200, 400]).toContain(status)
  })

  it.each([
    [
      'GET /api/whoami HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['GET /api/whoami HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!', /^HTTP\/1\.1 400 /],
    [`GET /api/whoami HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['GET /api/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
    ['GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
    ['GET /api/%252e%252e%252fwhoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
    ['FOO /api/whoami HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['TRACE /api/whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 (404|405|501) /],
    ['\x16\x03\x01\x02\x00\x01\x00', /^HTTP\/1\.1 400 /],
    ['AMQP\x00\x00\x09\x01', /^HTTP\/1\.1 400 /],
  ])('as noise, number %#, is answered', async (bytes, expected) => {
    expect(await raw(bytes)).toMatch(expected)
  })

  it('has no other method than that of its first line', async () => {
    const headers = { 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE', 'x-method-override': 'DELETE' }
    expect((await call('GET', '/vhosts/%2F?_method=DELETE', { headers })).status).toBe(200)
    expect(await broker.admin.vhosts()).toEqual(['/'])
  })

  it('gets every refusal as JSON', async () => {
    for (const path of ['/nosuch', '/queues/%2F/<script>', '/vhosts/%3Cscript%3E']) {
      const answer = await call('GET', path)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})

describe('a password in a parameter', () => {
  it('is shown to administrators only', async () => {
    await using broker = await createBroker({ port: 0, managementPort: 0 })
    const value = {
      'src-uri': 'amqp://app:s3cret@far',
      'dest-uri': ['amqps://u:p%40x@a/v', 'amqp://'],
      'src-queue': 'q',
    }
    await broker.admin.importDefinitions({ parameters: [{ component: 'shovel', vhost: '/', name: 's', value }] })
    await broker.admin.putUser('maker', { password: 'x', tags: ['policymaker'] })
    await broker.admin.putPermissions('maker', '/', { configure: '', write: '', read: '' })
    const call = api(broker)
    for (const path of ['/parameters', '/parameters/shovel', '/parameters/shovel/%2F', '/parameters/shovel/%2F/s']) {
      const { text, status } = await call('GET', path, { user: 'maker:x' })
      expect(status).toBe(200)
      expect(text).not.toMatch(/s3cret|p%40x/)
      expect(text).toContain('amqp://app:***@far')
    }
    expect((await call('GET', '/parameters/shovel/%2F/s')).json).toMatchObject({ value })
  })
})

describe('a large answer', () => {
  it('is compressed for whoever takes gzip', async () => {
    await using broker = await createBroker({ port: 0, managementPort: 0 })
    const url = `http://127.0.0.1:${broker.managementPort}/api/exchanges`
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`
    const text = async (encoding: string) => {
      const { hostname, port, pathname } = new URL(url)
      const socket = connect(Number(port), hostname)
      socket.write(
        `GET ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nAccept-Encoding: ${encoding}\r\nConnection: close\r\n\r\n`,
      )
      const chunks: Buffer[] = []
      socket.on('data', (chunk: Buffer) => chunks.push(chunk))
      await once(socket, 'close')
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      return { head: all.subarray(0, end).toString().toLowerCase(), body: all.subarray(end + 4) }
    }
    const plain = await text('identity')
    expect(plain.head).not.toContain('content-encoding')
    const packed = await text('br, gzip;q=0.5')
    expect(packed.head).toContain('content-encoding: gzip')
    expect(JSON.parse(gunzipSync(packed.body).toString())).toEqual(JSON.parse(plain.body.toString()))
    expect((await text('gzip;q=0')).head).not.toContain('content-encoding')
  })
})
