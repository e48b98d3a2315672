/** AMQP over TLS: the listener, its certificates and those of clients. */

import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { connect as connectPlain, type Socket } from 'node:net'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { PROTOCOL_HEADER } from '@warrenmq/codec'
import { eventually, openChannelOn, RawPeer, within } from '@warrenmq/testkit'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { type BrokerOptions, createBroker } from '../../src/index.ts'
import { parseAlternativeNames } from '../../src/net/tls-peer.ts'
import { TestAuthority } from './certificates.ts'
import { declareQueue, isAnswered, sendTo, takeDeliveries } from './support.ts'

const authority = new TestAuthority()
const server = authority.issue('server', '/O=example/CN=server')
const other = authority.issue('other', '/CN=other', 'DNS:other.example,DNS:*.wild.example')
const client = authority.issue('client', '/O=example/CN=client', 'email:client@example.org,URI:spiffe://example/client')
const stranger = new TestAuthority('Another authority')
const strangersClient = stranger.issue('client', '/CN=client')
const ca = readFileSync(authority.ca.certificate)

afterAll(() => {
  authority[Symbol.dispose]()
  stranger[Symbol.dispose]()
})

const TLS: BrokerOptions = {
  listeners: [],
  tlsListeners: ['0'],
  tlsCertificateFile: server.certificate,
  tlsKeyFile: server.key,
  tlsCaFile: authority.ca.certificate,
}

/** The outcome of a handshake. */
async function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ...options })
  await within(once(socket, 'secureConnect'), 'the handshake')
  socket.on('error', () => {})
  return socket
}

function identity({ certificate, key }: typeof client): ConnectionOptions {
  return { cert: readFileSync(certificate), key: readFileSync(key) }
}

/** Whether the broker serves AMQP on a socket or ends it. */
async function isServed(port: number, options: ConnectionOptions = {}): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ...options })
  socket.write(PROTOCOL_HEADER)
  return isAnswered(socket)
}

describe('TLS', () => {
  it('carries AMQP, in messages of any size', async () => {
    await using broker = await createBroker(TLS)
    expect(broker.port).toBe(0)
    expect(broker.url).toBe(`amqps://guest:guest@localhost:${broker.tlsPort}`)
    await using peer = await openChannelOn(new RawPeer(await handshake(broker.tlsPort)))
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    const bodies = [1, 100, 5000, 1_000_000, 3_000_000].map((size) => String(size).padEnd(size))
    for (const body of bodies) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, bodies.length)).toEqual(bodies)
    await peer.close()
    await eventually(() => broker.connectionCount === 0, 'the end of the connection')
  })

  it('stands beside a listener without', async () => {
    await using broker = await createBroker({ ...TLS, listeners: ['0'] })
    expect(broker.listeners.map(({ tls }) => tls)).toEqual([false, true])
    expect(await isServed(broker.tlsPort)).toBe(true)
    const socket = connectPlain(broker.port, '127.0.0.1')
    socket.write(PROTOCOL_HEADER)
    await once(socket, 'data')
    socket.destroy()
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    await using broker = await createBroker(TLS)
    const socket = await handshake(broker.tlsPort, { minVersion: version, maxVersion: version })
    expect(socket.getProtocol()).toBe(version)
    socket.destroy()
  })

  it('speaks nothing older, and no version that it was told to leave out', async () => {
    await using broker = await createBroker(TLS)
    const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
    expect(await isServed(broker.tlsPort, old)).toBe(false)
    await using strict = await createBroker({ ...TLS, tlsVersions: ['tlsv1.3'] })
    expect(await isServed(strict.tlsPort, { maxVersion: 'TLSv1.2' })).toBe(false)
    expect(await isServed(strict.tlsPort)).toBe(true)
  })

  it('does not renegotiate', async () => {
    await using broker = await createBroker(TLS)
    const socket = await handshake(broker.tlsPort, { maxVersion: 'TLSv1.2' })
    const error = new Promise((resolve) => socket.once('error', resolve))
    socket.renegotiate({}, () => {})
    expect(String(await within(error, 'the refusal'))).toMatch(/no.renegotiation/i)
  })

  it('uses the ciphers it is told to', async () => {
    const cipher = 'ECDHE-ECDSA-AES256-GCM-SHA384'
    await using broker = await createBroker({ ...TLS, tlsCiphers: [cipher], tlsVersions: ['tlsv1.2'] })
    const socket = await handshake(broker.tlsPort)
    expect(socket.getCipher().name).toBe(cipher)
    socket.destroy()
    expect(await isServed(broker.tlsPort, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toBe(false)
  })

  it('shows a certificate of its own for names that have one', async () => {
    const tlsServerNames = ['other.example', '*.wild.example'].map(
      (name) => `${name}=${other.certificate}|${other.key}`,
    )
    await using broker = await createBroker({ ...TLS, tlsServerNames })
    const shown = async (servername: string) => {
      const socket = await handshake(broker.tlsPort, { servername, rejectUnauthorized: false })
      const { subject } = socket.getPeerCertificate() as PeerCertificate
      socket.destroy()
      return subject.CN
    }
    expect(await shown('OTHER.example')).toBe('other')
    expect(await shown('a.wild.example')).toBe('other')
    expect(await shown('example')).toBe('server')
  })

  it('counts the handshake into the time to log in', async () => {
    await using broker = await createBroker({ ...TLS, handshakeTimeoutMs: 300 })
    const silent = connectPlain(broker.tlsPort, '127.0.0.1').on('error', () => {})
    const handshaken = await handshake(broker.tlsPort)
    await within(Promise.all([once(silent, 'close'), once(handshaken, 'close')]), 'the deadline')
  })

  it('ends sockets that are amid their handshake with the broker', async () => {
    const broker = await createBroker(TLS)
    const silent = connectPlain(broker.tlsPort, '127.0.0.1').on('error', () => {})
    await once(silent, 'connect')
    await Promise.all([once(silent, 'close'), broker.close()])
  })

  it('takes noise for what it is', async () => {
    await using broker = await createBroker(TLS)
    const socket = connectPlain(broker.tlsPort, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(PROTOCOL_HEADER)
    socket.resume()
    await within(once(socket, 'close'), 'the end')
    expect(await isServed(broker.tlsPort)).toBe(true)
  })
})

describe('behind a proxy', () => {
  const V1 = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 12345 5671\r\n')
  const proxied: BrokerOptions = { ...TLS, proxyProtocol: true, tlsVerify: 'verify_peer', defaultUser: 'app' }

  /** Writes the header, then shakes hands on the same socket. */
  async function handshakeBehind(port: number, write: (socket: Socket) => void): Promise<TLSSocket> {
    const socket = connectPlain({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    write(socket)
    return handshake(port, { socket, ...identity(client) })
  }

  it.each<[string, (socket: Socket) => void]>([
    ['in one write', (socket) => socket.write(V1)],
    [
      'octet by octet',
      (socket) => {
        for (const octet of V1) socket.write(Buffer.of(octet))
      },
    ],
    [
      'together with the start of the handshake',
      (socket) => {
        socket.cork()
        socket.write(V1)
        setImmediate(() => socket.uncork())
      },
    ],
  ])("TLS comes after the header, which gives the client's address: %s", async (_how, write) => {
    const names: unknown[] = []
    const info = (fields: { connection?: string }, text: string) => {
      if (text === 'connection opened') names.push(fields.connection)
    }
    const logger = { debug() {}, info, warn() {}, error() {} }
    await using broker = await createBroker({ ...proxied, logger })
    const credentials = { user: 'app', password: 'guest' }
    await using peer = await openChannelOn(new RawPeer(await handshakeBehind(broker.tlsPort, write)), credentials)
    expect(names).toEqual(['192.0.2.1:12345 -> 198.51.100.2:5671'])
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    const bodies = ['', 'x'.repeat(300_000), 'last']
    for (const body of bodies) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, bodies.length)).toEqual(bodies)
  })

  it('the header may not come within TLS, nor be left out', async () => {
    await using broker = await createBroker({ ...proxied, handshakeTimeoutMs: 500 })
    expect(await isServed(broker.tlsPort)).toBe(false)
    const inside = await handshakeBehind(broker.tlsPort, (socket) => socket.write(V1))
    inside.write(Buffer.concat([V1, PROTOCOL_HEADER]))
    const answer = await within(once(inside, 'data'), 'an answer')
    expect(answer).toEqual([Buffer.from(PROTOCOL_HEADER)])
    inside.destroy()
  })
})

describe('client certificates', () => {
  it('are not asked for by default', async () => {
    await using broker = await createBroker(TLS)
    expect(await isServed(broker.tlsPort, identity(strangersClient))).toBe(true)
  })

  it('have to be valid where they are verified; one without may be let in', async () => {
    await using broker = await createBroker({ ...TLS, tlsVerify: 'verify_peer' })
    expect(await isServed(broker.tlsPort, identity(client))).toBe(true)
    expect(await isServed(broker.tlsPort)).toBe(true)
    expect(await isServed(broker.tlsPort, identity(strangersClient))).toBe(false)
  })

  it('may be required', async () => {
    await using broker = await createBroker({ ...TLS, tlsVerify: 'verify_peer', tlsFailIfNoPeerCertificate: true })
    expect(await isServed(broker.tlsPort, identity(client))).toBe(true)
    expect(await isServed(broker.tlsPort)).toBe(false)
  })

  it('may have as many authorities between them and the root as tlsDepth says', async () => {
    const upper = authority.issueAuthority('upper', '/CN=Upper authority')
    const lower = authority.issueAuthority('lower', '/CN=Lower authority', upper)
    const chains = [
      [client],
      [authority.issue('below-upper', '/CN=client', undefined, upper), upper],
      [authority.issue('below-lower', '/CN=client', undefined, lower), lower, upper],
    ].map((chain) => ({
      key: readFileSync(chain[0].key),
      cert: Buffer.concat(chain.map(({ certificate }) => readFileSync(certificate))),
    }))
    const served = async (tlsDepth: number) => {
      await using broker = await createBroker({ ...TLS, tlsVerify: 'verify_peer', tlsDepth })
      return await Promise.all(chains.map((chain) => isServed(broker.tlsPort, chain)))
    }
    expect(await served(0)).toEqual([true, false, false])
    expect(await served(1)).toEqual([true, true, false])
    expect(await served(2)).toEqual([true, true, true])
  })

  it('have names that are read whatever is in them', () => {
    expect(parseAlternativeNames('DNS:a.example, IP Address:1.2.3.4, URI:"x, DNS:b"')).toEqual([
      { type: 'DNS', value: 'a.example' },
      { type: 'IP Address', value: '1.2.3.4' },
      { type: 'URI', value: 'x, DNS:b' },
    ])
    expect(parseAlternativeNames('')).toEqual([])
  })
})

describe('files of TLS', () => {
  it('are read anew when they change, and kept when the new ones are no good', async () => {
    const files = { certificate: join(authority.folder, 'live.pem'), key: join(authority.folder, 'live.key') }
    const put = ({ certificate, key }: typeof server) => {
      copyFileSync(key, files.key)
      copyFileSync(certificate, files.certificate)
    }
    put(server)
    const error = vi.fn()
    await using broker = await createBroker({
      ...TLS,
      tlsCertificateFile: files.certificate,
      tlsKeyFile: files.key,
      tlsReloadIntervalMs: 20,
      logger: { debug() {}, info() {}, warn() {}, error },
    })
    const shown = async () => {
      const socket = await handshake(broker.tlsPort, { rejectUnauthorized: false })
      const { subject } = socket.getPeerCertificate()
      socket.destroy()
      return subject.CN
    }
    expect(await shown()).toBe('server')
    await using before = await openChannelOn(new RawPeer(await handshake(broker.tlsPort)))
    writeFileSync(files.certificate, 'broken')
    await eventually(() => error.mock.calls.length > 0, 'the message')
    expect(String(error.mock.calls[0][0].err.message)).toContain('holds no certificate in PEM format')
    expect(await shown()).toBe('server')
    put(other)
    await eventually(async () => (await shown()) === 'other', 'the new certificate')
    await before.call(1, 'channel.flow', { active: true })
  })

  const bad = (name: string, text: string) => {
    const path = join(authority.folder, name)
    writeFileSync(path, text)
    return path
  }
  const encrypted = authority.encryptKey(server, 'secret')

  it.each<[string, BrokerOptions, RegExp]>([
    [
      'no certificate',
      { tlsCertificateFile: '' },
      /^tlsListeners needs a certificate and its key: tlsCertificateFile and tlsKeyFile$/,
    ],
    [
      'no such file',
      { tlsCertificateFile: '/nowhere/cert.pem' },
      /^cannot read tlsCertificateFile \/nowhere\/cert.pem: there is no such file$/,
    ],
    [
      'no certificate in the file',
      { tlsCertificateFile: server.key },
      /^tlsCertificateFile .*server.key holds no certificate in PEM format$/,
    ],
    [
      'a damaged certificate',
      { tlsCaFile: bad('damaged.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n') },
      /^tlsCaFile .*damaged.pem holds a damaged certificate: /,
    ],
    [
      'no key in the file',
      { tlsKeyFile: server.certificate },
      /^tlsKeyFile .*server.pem holds no private key in PEM format$/,
    ],
    [
      'a damaged key',
      { tlsKeyFile: bad('damaged.key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n') },
      /^tlsKeyFile .*damaged.key holds a damaged key: /,
    ],
    [
      'the key of another certificate',
      { tlsKeyFile: other.key },
      /^tlsKeyFile .*other.key is not the key of the certificate in .*server.pem$/,
    ],
    [
      'an encrypted key without password',
      { tlsKeyFile: encrypted },
      /^tlsKeyFile .* is encrypted and needs tlsKeyPassword$/,
    ],
    [
      'an encrypted key with another password',
      { tlsKeyFile: encrypted, tlsKeyPassword: 'wrong' },
      /^tlsKeyFile .* cannot be read with tlsKeyPassword: is the password right\?$/,
    ],
    ['an unknown version', { tlsVersions: ['tlsv1.1'] }, /^tlsVersions "tlsv1.1" must be tlsv1.2 or tlsv1.3$/],
    ['unknown ciphers', { tlsCiphers: ['NONSENSE'] }, /^tlsCiphers "NONSENSE" names no cipher that OpenSSL has$/],
    [
      'a server name without a key',
      { tlsServerNames: ['a=b'] },
      /^tlsServerNames "a=b" must read NAME=CERTIFICATE-FILE\|KEY-FILE$/,
    ],
    [
      'an address that is none',
      { tlsListeners: ['amqps'] },
      /^tlsListeners "amqps" must be a port or an address and a port$/,
    ],
  ])('that are no good are named: %s', async (_name, options, message) => {
    await expect(createBroker({ ...TLS, ...options })).rejects.toThrow(message)
  })

  it('may be a key with a password', async () => {
    await using broker = await createBroker({ ...TLS, tlsKeyFile: encrypted, tlsKeyPassword: 'secret' })
    expect(await isServed(broker.tlsPort)).toBe(true)
  })
})

it('reads a fast publisher over TLS in turn with others', async () => {
  await using broker = await createBroker(TLS)
  await using fast = await openChannelOn(new RawPeer(await handshake(broker.tlsPort)))
  await using other = await openChannelOn(new RawPeer(await handshake(broker.tlsPort)))
  const queue = await declareQueue(fast)
  for (let count = 0; count < 20_000; count++) sendTo(fast, queue, 'x'.repeat(1000))
  fast.send(1, 'channel.flow', { active: true })
  await other.call(1, 'channel.flow', { active: true })
  expect(fast.pending).toEqual([])
  await fast.expect(1, 'channel.flow-ok')
})
