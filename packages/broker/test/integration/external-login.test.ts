/** The SASL mechanism EXTERNAL: the certificate of a client is its login. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { createBroker } from '@warrenmq/broker'
import { begin, RawPeer, startOk, within } from '@warrenmq/testkit'
import { afterAll, expect, it } from 'vitest'
import { TestAuthority } from './certificates.ts'

const authority = new TestAuthority()
const server = authority.issue('server', '/O=example/CN=server')
const client = authority.issue('client', '/O=example/CN=client')

afterAll(() => authority[Symbol.dispose]())

it.each([
  ['distinguished_name', 'CN=client,O=example'],
  ['common_name', 'client'],
] as const)('lets the user in whom the %s names', async (certificateLogin, user) => {
  await using broker = await createBroker({
    listeners: [],
    tlsListeners: ['0'],
    tlsCertificateFile: server.certificate,
    tlsKeyFile: server.key,
    tlsCaFile: authority.ca.certificate,
    tlsVerify: 'verify_peer',
    authMechanisms: ['EXTERNAL'],
    certificateLogin,
  })
  const open = async () => {
    const socket = connect({
      port: broker.tlsPort,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: readFileSync(authority.ca.certificate),
      cert: readFileSync(client.certificate),
      key: readFileSync(client.key),
    })
    await within(once(socket, 'secureConnect'), 'the handshake')
    const peer = new RawPeer(socket)
    await begin(peer)
    startOk(peer, { mechanism: 'EXTERNAL', response: '' })
    return peer
  }
  await using refused = await open()
  expect(await refused.outcome()).toContain('using authentication mechanism EXTERNAL')
  await broker.admin.putUser(user, { tags: [] })
  await using peer = await open()
  await peer.expect(0, 'connection.tune')
})
