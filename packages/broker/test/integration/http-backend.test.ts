/** Logins and rights decided by a web server, which the suite starts. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Broker, createBroker } from '@warrenmq/broker'
import { begin, openChannel, openConnection, rawPeer, startOk } from '@warrenmq/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { declareQueue, get, sendTo } from './support.ts'

type Fields = Record<string, string>

/** Questions that came, in order. */
let asked: { path: string; method: string; fields: Fields }[] = []
/** What the server says; the default is to allow everything to `app` with password `pw`. */
let decide = (_path: string, _fields: Fields): string => 'allow'

const usual = (path: string, { username, password }: Fields) =>
  username === 'app' && (path !== '/user' || password === 'pw') ? 'allow management impersonator' : 'deny'

describe.each(['get', 'post'] as const)('a backend asked by %s', (authHttpMethod) => {
  let server: Server
  let broker: Broker
  const LOGIN = { user: 'app', password: 'pw' }

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost')
      const form = request.method === 'POST' ? new URLSearchParams(await text(request)) : url.searchParams
      const fields = Object.fromEntries(form)
      asked.push({ path: url.pathname, method: request.method ?? '', fields })
      const answer = decide(url.pathname, fields)
      if (answer === 'hang') return
      response.statusCode = answer === 'fail' ? 500 : 200
      response.end(answer)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    broker = await createBroker({
      port: 0,
      authBackends: ['internal', 'http'],
      authHttpMethod,
      authHttpUserUrl: `${origin}/user`,
      authHttpVhostUrl: `${origin}/vhost`,
      authHttpResourceUrl: `${origin}/resource`,
      authHttpTopicUrl: `${origin}/topic`,
      authHttpTimeoutMs: 1000,
      authCacheTtlMs: 600_000,
    })
  })
  afterAll(async () => {
    await broker.close()
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    asked = []
    decide = usual
  })

  it('lets a user in, with tags, and asks for the vhost', async () => {
    await using peer = await openConnection(broker.port, LOGIN)
    await peer.call(1, 'channel.open')
    expect(asked).toEqual([
      { path: '/user', method: authHttpMethod.toUpperCase(), fields: { username: 'app', password: 'pw' } },
      {
        path: '/vhost',
        method: authHttpMethod.toUpperCase(),
        fields: { username: 'app', vhost: '/', tags: 'management impersonator', ip: '127.0.0.1' },
      },
    ])
  })

  it.each(['deny', 'fail', 'hang', 'x'.repeat(5000)])('refuses a login when it answers %.5s', async (answer) => {
    decide = () => answer
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    startOk(peer, LOGIN)
    expect(await peer.outcome()).toContain('403 ACCESS_REFUSED - Login was refused')
  })

  it('leaves users of the broker to the broker', async () => {
    await using peer = await openChannel(broker.port)
    await declareQueue(peer)
    expect(asked).toEqual([])
  })

  it('refuses a vhost', async () => {
    decide = (path, fields) => (path === '/vhost' ? 'deny' : usual(path, fields))
    await expect(openConnection(broker.port, LOGIN)).rejects.toThrow(
      "530 NOT_ALLOWED - access to vhost '/' refused for user 'app'",
    )
  })

  it('asks for each right once, and keeps the order of what a client sends', async () => {
    await using peer = await openChannel(broker.port, LOGIN)
    asked = []
    // All at once: the answers about rights come in between.
    peer.send(1, 'queue.declare', { queue: 'http-q', exclusive: true })
    for (let i = 0; i < 5; i++) sendTo(peer, 'http-q', `${i}`)
    sendTo(peer, 'http-q', Buffer.alloc(200_000, '5'))
    peer.send(1, 'queue.declare', { queue: 'http-q', passive: true })
    await peer.expect(1, 'queue.declare-ok')
    expect((await peer.expect(1, 'queue.declare-ok')).messageCount).toBe(6)
    for (let i = 0; i < 6; i++) expect((await get(peer, 'http-q'))?.body.toString()[0]).toBe(`${i}`)
    expect(asked.map(({ fields: { permission, resource, name } }) => `${permission} ${resource} ${name}`)).toEqual([
      'configure queue http-q',
      'write exchange amq.default',
      'read queue http-q',
    ])
  })

  it('names a queue once, however long the answer takes', async () => {
    await using peer = await openChannel(broker.port, LOGIN)
    asked = []
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    expect(asked.map(({ fields }) => fields.name)).toEqual([queue])
  })

  it('refuses a right, for a message in one frame or many', async () => {
    decide = (path, fields) => (fields.permission === 'write' ? 'deny' : usual(path, fields))
    for (const size of [1, 200_000]) {
      await using peer = await openChannel(broker.port, LOGIN)
      sendTo(peer, 'q', Buffer.alloc(size))
      expect(await peer.outcome()).toContain("access to exchange 'amq.default' in vhost '/' refused for user 'app'")
      await peer.call(1, 'channel.open')
    }
  })

  it('asks for large messages without losing any', async () => {
    await using peer = await openChannel(broker.port, LOGIN)
    const queue = await declareQueue(peer)
    sendTo(peer, queue, Buffer.alloc(300_000, 'a'))
    sendTo(peer, queue, 'b')
    expect((await get(peer, queue))?.body.length).toBe(300_000)
    expect((await get(peer, queue))?.body.toString()).toBe('b')
  })

  it('asks for routing keys of topic exchanges', async () => {
    decide = (path, fields) => (fields.routing_key === 'secret' ? 'deny' : usual(path, fields))
    await using peer = await openChannel(broker.port, LOGIN)
    await peer.call(1, 'confirm.select')
    peer.publish(1, { exchange: 'amq.topic', routingKey: 'open' }, 'x')
    await peer.expect(1, 'basic.ack')
    expect(asked.at(-1)?.fields).toEqual({
      username: 'app',
      vhost: '/',
      tags: 'management impersonator',
      resource: 'topic',
      name: 'amq.topic',
      permission: 'write',
      routing_key: 'open',
      'variable_map.username': 'app',
      'variable_map.vhost': '/',
    })
    peer.publish(1, { exchange: 'amq.topic', routingKey: 'secret' }, 'x')
    expect(await peer.outcome()).toContain("access to topic 'secret' in exchange 'amq.topic'")
  })

  it('survives a client that leaves while a right is asked for', async () => {
    const peer = await openChannel(broker.port, LOGIN)
    decide = () => 'hang'
    peer.send(1, 'queue.declare', { exclusive: true })
    await peer[Symbol.asyncDispose]()
    decide = usual
    await using other = await openChannel(broker.port, LOGIN)
    await declareQueue(other)
  })
})
