/** Strangers: what they may take of time and memory before they have logged in, and what a client may hold unfinished. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeContentHeaderFrame, encodeFrame, encodeMethodFrame, FrameType, PROTOCOL_HEADER } from '@warrenmq/codec'
import { begin, eventually, openChannel, openConnection, rawPeer, startOk, within } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { type Broker, createBroker } from '../../src/index.ts'

const STRANGER_COUNT = 300

/** A socket that is connected; whatever becomes of it is no error. */
function stranger(broker: Broker): Socket {
  return connect(broker.port, '127.0.0.1').on('error', () => {})
}

describe('before the login', () => {
  it('bytes that drip do not renew the deadline', async () => {
    await using broker = await createBroker({ port: 0, handshakeTimeoutMs: 500 })
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    const bytes = encodeMethodFrame(0, 'connection.start-ok', { mechanism: 'PLAIN', locale: 'x'.repeat(200) })
    let sent = 0
    const drip = setInterval(() => peer.write(bytes.subarray(sent, ++sent)), 5)
    try {
      await peer.untilEnd()
      expect(sent).toBeLessThan(bytes.length)
    } finally {
      clearInterval(drip)
    }
  })

  it('half-open connections and resets keep nobody out, and are gone at the deadline', async () => {
    await using broker = await createBroker({ port: 0, handshakeTimeoutMs: 3000 })
    const strangers = Array.from({ length: STRANGER_COUNT }, () => stranger(broker))
    await Promise.all(strangers.map((socket) => once(socket, 'connect')))
    strangers.forEach((socket, index) => {
      if (index % 3 === 0) socket.write(PROTOCOL_HEADER)
      else if (index % 3 === 1) socket.resetAndDestroy()
    })
    await using client = await openChannel(broker.port)
    await client.call(1, 'channel.flow', { active: true })
    await eventually(() => broker.connectionCount === 1, 'the end of the strangers')
  })

  it.each([
    ['a frame that is too long by its length', Buffer.of(1, 0, 0, 0, 0, 16, 1)],
    ['a frame of 4 GiB by its length', Buffer.of(1, 0, 0, 255, 255, 255, 255)],
    [
      'large client properties',
      encodeMethodFrame(0, 'connection.start-ok', {
        clientProperties: { product: 'x'.repeat(5000) },
        mechanism: 'PLAIN',
      }),
    ],
  ])('%s is refused and not waited for', async (_name, bytes) => {
    await using broker = await createBroker({ port: 0, loginFailureDelayMs: 50 })
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    peer.write(bytes)
    expect(await peer.outcome()).toBe('ended')
  })

  it('more than 64 KiB are not kept while the login is decided', async () => {
    await using broker = await createBroker({ port: 0, loginFailureDelayMs: 50 })
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    peer.socket.cork()
    startOk(peer)
    for (let count = 0; count < 40; count++) peer.write(encodeFrame(FrameType.heartbeat, 0, new Uint8Array(4000)))
    peer.socket.uncork()
    // When the system hands over less at a time, it is not read before the login, and refused for what it is afterwards.
    let outcome = await peer.outcome()
    if (outcome.startsWith('connection.tune')) outcome = await peer.outcome()
    expect(outcome).toMatch(/^(ended|conn 501 FRAME_ERROR .*)$/s)
  })

  it('a stranger fills no log', async () => {
    const lines: string[] = []
    const write = (fields: object, message: string) => void lines.push(`${JSON.stringify(fields)} ${message}`)
    const logger = { debug() {}, info: write, warn: write, error: write }
    await using broker = await createBroker({ port: 0, logger, loginFailureDelayMs: 1 })
    lines.length = 0
    const knock = async () => {
      await using peer = await rawPeer(broker.port)
      peer.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
      await peer.untilEnd()
    }
    await Promise.all(Array.from({ length: 100 }, knock))
    await eventually(() => broker.connectionCount === 0, 'the end of the strangers')
    expect(lines).toHaveLength(30)
    // What a user does is written in full.
    const client = await openChannel(broker.port)
    expect(lines.pop()).toContain('connection opened')
    await client[Symbol.asyncDispose]()
    await broker.close()
    expect(lines).toContainEqual('{"source":"127.0.0.1","leftOut":170} lines left out: too many in a minute')
  })

  it('content has no place', async () => {
    await using broker = await createBroker({ port: 0, loginFailureDelayMs: 50 })
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    peer.write(encodeMethodFrame(1, 'basic.publish', {}), encodeContentHeaderFrame(1, 10))
    expect(await peer.outcome()).toBe('ended')
  })
})

describe('what a client leaves unfinished', () => {
  const LIMITS = { port: 0, messageSizeMax: 1_000_000, heldBytesMax: 5_000_000 }
  const TOO_MUCH =
    'conn 506 RESOURCE_ERROR - unfinished messages and transactions of the connection take more than 5000000 bytes [0.0]'

  it('is bounded over all its channels, and freed with it', async () => {
    await using broker = await createBroker(LIMITS)
    await using peer = await openConnection(broker.port)
    for (let channel = 1; channel <= 20; channel++) {
      await peer.call(channel, 'channel.open')
      peer.send(channel, 'basic.publish', { routingKey: 'nowhere' })
      peer.write(encodeContentHeaderFrame(channel, 1_000_000))
    }
    let channel = 1
    for (let count = 0; count < 100; count++) {
      peer.write(encodeFrame(FrameType.body, channel, new Uint8Array(99_000)))
      channel = (channel % 20) + 1
    }
    expect(await peer.outcome()).toBe(TOO_MUCH)
    await using other = await openChannel(broker.port)
    await other.call(1, 'channel.flow', { active: true })
  })

  it('in transactions is bounded too, and counts no more once they end', async () => {
    await using broker = await createBroker(LIMITS)
    await using peer = await openChannel(broker.port)
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    await peer.call(1, 'tx.select')
    const body = new Uint8Array(900_000)
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 4; count++) peer.publish(1, { routingKey: queue }, body)
      await peer.call(1, round === 1 ? 'tx.rollback' : 'tx.commit')
    }
    for (let count = 0; count < 6; count++) peer.publish(1, { routingKey: queue }, body)
    expect(await within(peer.outcome(), 'the close')).toBe(TOO_MUCH)
  })
})
