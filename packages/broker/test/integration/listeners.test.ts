/** Where the broker listens, and what comes in front of AMQP there. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { PROTOCOL_HEADER } from '@warrenmq/codec'
import { eventually, openChannelOn, openConnection, RawPeer, rawPeer, within } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { createBroker } from '../../src/index.ts'
import { declareQueue, isAnswered, sendTo, takeDeliveries } from './support.ts'

/** Connects, writes, and says whether the broker answers or ends it. */
async function isServed(port: number, host: string, bytes: Uint8Array = PROTOCOL_HEADER): Promise<boolean> {
  const socket = connect(port, host)
  socket.write(bytes)
  return isAnswered(socket)
}

describe('listeners', () => {
  it('answer on both loopback addresses unless told otherwise', async () => {
    await using broker = await createBroker({ port: 0 })
    for (const host of ['127.0.0.1', '::1', 'localhost']) expect(await isServed(broker.port, host)).toBe(true)
    expect(broker.url).toBe(`amqp://guest:guest@127.0.0.1:${broker.port}`)
  })

  it('answer on all addresses for ::', async () => {
    await using broker = await createBroker({ port: 0, host: '::' })
    for (const host of ['127.0.0.1', '::1']) expect(await isServed(broker.port, host)).toBe(true)
  })

  it('answer on one address alone where one is named', async () => {
    await using broker = await createBroker({ port: 0, host: '127.0.0.1' })
    expect(await isServed(broker.port, '127.0.0.1')).toBe(true)
    expect(await isServed(broker.port, '::1')).toBe(false)
  })

  it('may be several, or none', async () => {
    await using broker = await createBroker({ port: 0, listeners: ['default', '127.0.0.1:0', '[::1]:0'] })
    expect(broker.listeners.map(({ host }) => host)).toEqual(['localhost', '127.0.0.1', '::1'])
    expect(await isServed(broker.listeners[1].port, '127.0.0.1')).toBe(true)
    expect(await isServed(broker.listeners[2].port, '::1')).toBe(true)
    await using none = await createBroker({ listeners: [] })
    expect([none.port, none.url, none.listeners]).toEqual([0, '', []])
  })

  it('all close when one cannot be opened', async () => {
    await using taken = await createBroker({ port: 0 })
    const listeners = ['127.0.0.1:0', `127.0.0.1:${taken.port}`]
    await expect(createBroker({ listeners })).rejects.toThrow('EADDRINUSE')
    await expect(createBroker({ port: taken.port })).rejects.toThrow('EADDRINUSE')
  })
})

describe('limits on connections', () => {
  it('close what is more than connectionsPerAddressMax of one address', async () => {
    await using broker = await createBroker({ port: 0, connectionsPerAddressMax: 2 })
    const first = await openConnection(broker.port)
    await using _second = await openConnection(broker.port)
    await using third = await rawPeer(broker.port)
    await third.untilEnd()
    expect(await isServed(broker.port, '::1')).toBe(true)
    await first.close()
    await eventually(() => isServed(broker.port, '127.0.0.1'), 'room for another')
  })

  it('close what is more than connectionMax at once', async () => {
    await using broker = await createBroker({ port: 0, connectionMax: 1 })
    await using _first = await openConnection(broker.port)
    await using second = await rawPeer(broker.port)
    await second.untilEnd()
  })
})

describe('PROXY protocol', () => {
  const names: string[] = []
  const logger = {
    debug() {},
    info(fields: { connection?: string }, text: string) {
      if (text === 'connection opened') names.push(String(fields.connection))
    },
    warn() {},
    error() {},
  }
  const open = async (port: number, header: Buffer, credentials = { user: 'app', password: 'secret' }) => {
    const peer = await rawPeer(port)
    peer.write(header)
    return openChannelOn(new RawPeer(peer.socket), credentials)
  }
  const options = { port: 0, proxyProtocol: true, logger, defaultUser: 'app', defaultPassword: 'secret' }
  const V1 = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 12345 5672\r\n')
  const V2 = Buffer.from('0d0a0d0a000d0a515549540a21110014c0000201c6336402303916280400050000000000', 'hex')

  it.each([
    ['1', V1],
    ['2', V2],
  ])("tells the client's address, version %s", async (_version, header) => {
    await using broker = await createBroker(options)
    await using peer = await open(broker.port, header)
    expect(names.at(-1)).toBe('192.0.2.1:12345 -> 198.51.100.2:5672')
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    const bodies = ['', 'x'.repeat(300_000), 'last']
    for (const body of bodies) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, bodies.length)).toEqual(bodies)
  })

  it('may come in pieces and together with what follows', async () => {
    await using broker = await createBroker(options)
    expect(await isServed(broker.port, '127.0.0.1', Buffer.concat([V1, PROTOCOL_HEADER]))).toBe(true)
    const socket = connect({ port: broker.port, host: '127.0.0.1', noDelay: true })
    for (const octet of Buffer.concat([V2, PROTOCOL_HEADER])) {
      socket.write(Buffer.of(octet))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await within(once(socket, 'data'), 'an answer')
    socket.destroy()
  })

  it('is required where it is configured, and in time', async () => {
    await using broker = await createBroker({ ...options, handshakeTimeoutMs: 200 })
    expect(await isServed(broker.port, '127.0.0.1')).toBe(false)
    expect(await isServed(broker.port, '127.0.0.1', Buffer.from('PROXY TCP4 '))).toBe(false)
    expect(broker.connectionCount).toBe(0)
  })

  it('lets a user for this machine only in when both the proxy and the client are on it', async () => {
    await using broker = await createBroker({ port: 0, proxyProtocol: true })
    const guest = { user: 'guest', password: 'guest' }
    await using peer = await open(broker.port, Buffer.from('PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n'), guest)
    await peer.call(1, 'channel.flow', { active: true })
    await expect(open(broker.port, V1, guest)).rejects.toThrow('ACCESS_REFUSED')
  })
})
