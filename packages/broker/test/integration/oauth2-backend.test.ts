/** Logins by tokens, with a server of keys that the suite starts. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Broker, createBroker } from '@warrenmq/broker'
import { begin, eventually, openChannel, openConnection, rawPeer, startOk } from '@warrenmq/testkit'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { declareQueue, sendTo } from './support.ts'

const SCOPES = [
  'rabbitmq.configure:*/q-*',
  'rabbitmq.read:*/q-*',
  'rabbitmq.write:%2F/q-*',
  'rabbitmq.write:%2F/amq.default',
  'rabbitmq.write:*/amq.topic/open.*',
  'rabbitmq.tag:impersonator',
  'other.write:*/*',
].join(' ')

const keys = await generateKeyPair('RS256')
const foreignKeys = await generateKeyPair('RS256')

function token(
  claims: Record<string, unknown> = {},
  { expiresIn = 3600, key = keys.privateKey, issuedAt = Date.now() } = {},
): Promise<string> {
  const payload = { sub: 'app', aud: ['rabbitmq'], scope: SCOPES, ...claims }
  const now = Math.floor(issuedAt / 1000)
  const jwt = new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k' }).setIssuedAt(now)
  return jwt.setExpirationTime(now + expiresIn).sign(key)
}

describe('a login by token', () => {
  let server: Server
  let broker: Broker
  const options = () => ({
    port: 0,
    authBackends: ['internal', 'oauth2'],
    authOauth2JwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
  })

  beforeAll(async () => {
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }
    server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] }))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    broker = await createBroker(options())
    await broker.admin.putVhost('other')
  })
  afterAll(async () => {
    await broker.close()
    server.closeAllConnections()
    server.close()
  })

  it('gives the rights of its scopes', async () => {
    await using peer = await openChannel(broker.port, { user: 'ignored', password: await token() })
    await declareQueue(peer, 'q-1')
    await peer.call(1, 'confirm.select')
    sendTo(peer, 'q-1', 'x', { userId: 'somebody' })
    await peer.expect(1, 'basic.ack')
    peer.publish(1, { exchange: 'amq.topic', routingKey: 'open.x' }, 'x')
    await peer.expect(1, 'basic.ack')
    peer.publish(1, { exchange: 'amq.topic', routingKey: 'secret' }, 'x')
    expect(await peer.outcome()).toContain("access to topic 'secret' in exchange 'amq.topic' in vhost '/' refused")
    await peer.call(1, 'channel.open')
    peer.send(1, 'queue.declare', { queue: 'other' })
    expect(await peer.outcome()).toContain("access to queue 'other' in vhost '/' refused for user 'app'")
  })

  it('needs a scope for the vhost', async () => {
    const password = await token({ scope: 'rabbitmq.read:%2F/*' })
    await expect(openConnection(broker.port, { password, virtualHost: 'other' })).rejects.toThrow(
      "access to vhost 'other' refused for user 'app'",
    )
  })

  it.each([
    ['of another audience', () => token({ aud: 'elsewhere' })],
    ['without an audience', () => token({ aud: undefined })],
    ['that has expired', () => token({}, { expiresIn: -10 })],
    ['that somebody else has signed', () => token({}, { key: foreignKeys.privateKey })],
    ['that names no user', () => token({ sub: undefined })],
    ['that nobody has signed', async () => `${btoa('{"alg":"none"}')}.${(await token()).split('.')[1]}.`],
    ['that is none', async () => 'a.b.c'],
  ])('is refused with a token %s', async (_what, make) => {
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    startOk(peer, { user: 'app', password: await make() })
    expect(await peer.outcome()).toContain('403 ACCESS_REFUSED - Login was refused')
  })

  it('ends its rights the moment the token expires, and gets them back with a new one', async () => {
    const clock = new ManualClock()
    const startsAt = clock.now()
    const secret = (expiresIn: number) => token({}, { expiresIn, issuedAt: clock.now() })
    await using timed = await createBroker({ ...options(), authCacheTtlMs: 1_000_000_000, clock })
    await using peer = await openChannel(timed.port, { password: await secret(60) })
    await declareQueue(peer, 'q-2')
    await peer.call(1, 'confirm.select')
    const publish = async () => {
      sendTo(peer, 'q-2', 'x')
      return peer.outcome()
    }
    const REFUSED = "access to exchange 'amq.default' in vhost '/' refused for user 'app'"
    expect(await publish()).toContain('basic.ack')
    clock.advance(59_999)
    expect(await publish()).toContain('basic.ack')
    clock.advance(1)
    expect(clock.now() - startsAt).toBe(60_000)
    expect(await publish()).toContain(REFUSED)
    await peer.call(0, 'connection.update-secret', { newSecret: await secret(30), reason: 'expired' })
    await peer.call(1, 'channel.open')
    await peer.call(1, 'confirm.select')
    expect(await publish()).toContain('basic.ack')
    clock.advance(30_000)
    expect(await publish()).toContain(REFUSED)
    await peer.close()
    await eventually(() => timed.connectionCount === 0, 'the end of the connection')
  })

  it('refuses a new token of somebody else', async () => {
    await using peer = await openConnection(broker.port, { password: await token() })
    const newSecret = await token({ sub: 'other' })
    peer.send(0, 'connection.update-secret', { newSecret, reason: 'expired' })
    expect(await peer.outcome()).toContain('530 NOT_ALLOWED - New secret was refused by one of the backends')
  })
})
