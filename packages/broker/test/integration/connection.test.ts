/** From the protocol header to `connection.close`: the handshake, what it refuses, and methods of channel 0. */

import { encodeAmqplainResponse, PROTOCOL_HEADER, type TypedTable } from '@warrenmq/codec'
import { begin, logIn, MODERN_CLIENT, type OpenOptions, type RawPeer, rawPeer, startOk } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { itRefuses, onEachBroker, type Refusal } from './support.ts'

/** A client that does not understand a refused login. */
const OLD_CLIENT = { product: 'raw peer' }
const REFUSED = 'Login was refused using authentication mechanism'
const IN_RUNNING = 'conn 504 CHANNEL_ERROR - unexpected method in connection state running'

const CAPABILITIES = [
  'authentication_failure_close',
  'basic.nack',
  'connection.blocked',
  'consumer_cancel_notify',
  'consumer_priorities',
  'direct_reply_to',
  'exchange_exchange_bindings',
  'per_consumer_qos',
  'publisher_confirms',
]

interface Attempt {
  readonly name: string
  steps(peer: RawPeer): unknown
  readonly expected: string
}

function attemptLogin(options: OpenOptions) {
  return async (peer: RawPeer) => {
    await begin(peer)
    startOk(peer, options)
  }
}

function attemptTune(frameMax: number, channelMax: number) {
  return async (peer: RawPeer) => {
    await logIn(peer)
    peer.send(0, 'connection.tune-ok', { frameMax, channelMax, heartbeat: 0 })
    peer.send(0, 'connection.open', { virtualHost: '/' })
  }
}

const LOGINS: readonly Attempt[] = [
  {
    name: 'a wrong password',
    steps: attemptLogin({ password: 'wrong' }),
    expected: `conn 403 ACCESS_REFUSED - ${REFUSED} PLAIN. For details see the broker logfile. [0.0]`,
  },
  {
    name: 'an unknown user',
    steps: attemptLogin({ user: 'nobody' }),
    expected: `conn 403 ACCESS_REFUSED - ${REFUSED} PLAIN. For details see the broker logfile. [0.0]`,
  },
  {
    name: 'a blank password',
    steps: attemptLogin({ password: '' }),
    expected: `conn 403 ACCESS_REFUSED - ${REFUSED} PLAIN. For details see the broker logfile. [0.0]`,
  },
  {
    name: 'a wrong password by AMQPLAIN',
    steps: attemptLogin({ mechanism: 'AMQPLAIN', response: encodeAmqplainResponse('guest', 'wrong') }),
    expected: `conn 403 ACCESS_REFUSED - ${REFUSED} AMQPLAIN. For details see the broker logfile. [0.0]`,
  },
  {
    name: 'an unknown virtual host',
    steps: async (peer) => {
      const tune = await logIn(peer)
      peer.send(0, 'connection.tune-ok', tune)
      peer.send(0, 'connection.open', { virtualHost: 'nope' })
    },
    expected: 'conn 530 NOT_ALLOWED - vhost nope not found [connection.open]',
  },
]

/** Faults before the login has succeeded: the broker waits, and ends the connection without a word. */
const SILENT: readonly Omit<Attempt, 'expected'>[] = [
  {
    name: 'a wrong password of a client that does not understand the refusal',
    steps: attemptLogin({ password: 'wrong', clientProperties: OLD_CLIENT }),
  },
  { name: 'an unknown mechanism', steps: attemptLogin({ mechanism: 'CRAM-MD5' }) },
  { name: 'a malformed response', steps: attemptLogin({ response: 'guest' }) },
  {
    name: 'connection.open before the login',
    steps: async (peer) => {
      await begin(peer)
      peer.send(0, 'connection.open', { virtualHost: '/' })
    },
  },
  {
    name: 'connection.open before tune-ok',
    steps: async (peer) => {
      await logIn(peer)
      peer.send(0, 'connection.open', { virtualHost: '/' })
    },
  },
  {
    name: 'channel.open before the login',
    steps: async (peer) => {
      await begin(peer)
      peer.send(1, 'channel.open')
    },
  },
  { name: 'a frame_max above the proposal', steps: attemptTune(131_073, 10) },
  { name: 'a frame_max below 4096', steps: attemptTune(4095, 10) },
  { name: 'no limit of the frame size where there is one', steps: attemptTune(0, 10) },
  { name: 'a channel_max above the proposal', steps: attemptTune(131_072, 2048) },
  { name: 'no limit of channels where there is one', steps: attemptTune(131_072, 0) },
  {
    name: 'a start-ok larger than a frame before the login may be',
    steps: attemptLogin({ clientProperties: { ...MODERN_CLIENT, filler: 'x'.repeat(8192) } }),
  },
]

const RUNNING: readonly Refusal[] = [
  {
    name: 'refuses a second connection.open',
    steps: (peer) => peer.send(0, 'connection.open', { virtualHost: '/' }),
    expected: `${IN_RUNNING} [connection.open]`,
  },
  {
    name: 'refuses a second start-ok',
    steps: (peer) => startOk(peer),
    expected: `${IN_RUNNING} [connection.start-ok]`,
  },
  {
    name: 'refuses a second tune-ok',
    steps: (peer) => peer.send(0, 'connection.tune-ok', { channelMax: 1, frameMax: 4096 }),
    expected: `${IN_RUNNING} [connection.tune-ok]`,
  },
  {
    name: 'refuses a close-ok that nobody asked for',
    steps: (peer) => peer.send(0, 'connection.close-ok'),
    expected: `${IN_RUNNING} [connection.close-ok]`,
  },
  {
    name: 'refuses a method of channels on channel 0',
    steps: (peer) => peer.send(0, 'queue.declare', { queue: 'q' }),
    expected: `${IN_RUNNING} [queue.declare]`,
  },
  {
    name: 'refuses channel.open on channel 0',
    steps: (peer) => peer.send(0, 'channel.open'),
    expected: `${IN_RUNNING} [channel.open]`,
  },
  {
    name: 'refuses connection.close on an open channel',
    steps: (peer) => peer.send(1, 'connection.close', { replyCode: 200 }),
    expected: 'conn 503 COMMAND_INVALID - unimplemented method [connection.close]',
  },
  {
    name: 'refuses connection.close on a channel that is not open',
    steps: (peer) => peer.send(2, 'connection.close', { replyCode: 200 }),
    expected: "conn 504 CHANNEL_ERROR - expected 'channel.open' [connection.close]",
  },
]

onEachBroker(
  (target) => {
    describe('protocol header', () => {
      it.concurrent.each([
        ['another protocol', 'GET / HTTP/1.1\r\n\r\n'],
        ['another version', 'AMQP\x00\x00\x0a\x00'],
        ['AMQP 1.0', 'AMQP\x00\x01\x00\x00'],
        ['AMQP 1.0 with SASL', 'AMQP\x03\x01\x00\x00'],
      ])('answers %s with its own and ends', async (_name, header) => {
        await using peer = await rawPeer(target.port)
        peer.write(Buffer.from(header, 'latin1'))
        await peer.untilEnd()
        expect(Buffer.from(peer.firstBytes)).toEqual(Buffer.from(PROTOCOL_HEADER))
      })

      it('takes the one of AMQP 0-9', async () => {
        await using peer = await rawPeer(target.port)
        peer.write(Buffer.from('AMQP\x01\x01\x00\x09', 'latin1'))
        await peer.expect(0, 'connection.start')
      })

      it('takes one that comes byte by byte', async () => {
        await using peer = await rawPeer(target.port)
        for (const octet of PROTOCOL_HEADER) peer.write(Uint8Array.of(octet))
        await peer.expect(0, 'connection.start')
      })
    })

    it('presents itself', async () => {
      await using peer = await rawPeer(target.port)
      const start = await begin(peer)
      expect([start.versionMajor, start.versionMinor]).toEqual([0, 9])
      expect(Buffer.from(start.mechanisms).toString().split(' ').sort()).toEqual(['AMQPLAIN', 'PLAIN'])
      expect(Buffer.from(start.locales).toString()).toBe('en_US')
      const properties = Object.keys(start.serverProperties).sort()
      const expected = ['capabilities', 'copyright', 'information', 'platform', 'product', 'version']
      expect(properties).toEqual(expect.arrayContaining(expected))
      const capabilities = start.serverProperties.capabilities.value as TypedTable
      const announced = Object.keys(capabilities).filter((name) => capabilities[name].value === true)
      expect(announced.sort()).toEqual(CAPABILITIES)
    })

    it('proposes its limits', async () => {
      await using peer = await rawPeer(target.port)
      await begin(peer)
      startOk(peer)
      expect(await peer.expect(0, 'connection.tune')).toEqual({ channelMax: 2047, frameMax: 131_072, heartbeat: 60 })
    })

    it('logs in by AMQPLAIN', async () => {
      const response = encodeAmqplainResponse('guest', 'guest')
      await using peer = await target.openConnection({ mechanism: 'AMQPLAIN', response })
      await peer.call(1, 'channel.open')
    })

    describe('refused login', () => {
      it.concurrent.each(LOGINS)('says so: $name', async ({ steps, expected }) => {
        await using peer = await rawPeer(target.port)
        await steps(peer)
        expect(await peer.outcome()).toBe(expected)
        await peer.untilEnd()
      })
    })

    // All of them at once, as RabbitMQ takes seconds for each.
    describe('waits', () => {
      it.concurrent.each(SILENT)('ends without a word: $name', async ({ steps }) => {
        await using peer = await rawPeer(target.port)
        await steps(peer)
        expect(await peer.outcome()).toBe('ended')
      })

      it.concurrent('gives up on a client that does not log in', async () => {
        await using peer = await rawPeer(target.port)
        await begin(peer)
        expect(await peer.outcome(20_000)).toBe('ended')
      })

      it.concurrent('cuts a client that does not answer a close after a heartbeat interval', async () => {
        await using peer = await target.openConnection({ heartbeat: 1 })
        peer.send(0, 'channel.open')
        await peer.expect(0, 'connection.close')
        await peer.untilEnd(5000)
      })

      it.concurrent('cuts a client that does not end a connection it has closed after a heartbeat interval', async () => {
        await using peer = await target.openConnection({ heartbeat: 1 })
        await peer.call(0, 'connection.close', { replyCode: 200, replyText: 'bye' })
        await peer.untilEnd(5000)
      })
    })

    it('takes heartbeats during the handshake', async () => {
      await using peer = await rawPeer(target.port)
      await begin(peer)
      peer.sendFrame(8, 0, new Uint8Array(0))
      startOk(peer)
      await peer.expect(0, 'connection.tune')
    })

    describe('running', () => {
      itRefuses(target, RUNNING)

      it('takes a new secret', async () => {
        await using peer = await target.openConnection()
        peer.send(0, 'connection.update-secret', { newSecret: 'guest', reason: 'it was time' })
        await peer.expect(0, 'connection.update-secret-ok')
      })

      it('refuses more channels than agreed', async () => {
        await using peer = await target.openConnection({ channelMax: 2 })
        await peer.call(1, 'channel.open')
        await peer.call(2, 'channel.open')
        peer.send(3, 'channel.open')
        expect(await peer.outcome()).toBe(
          'conn 530 NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2) [0.0]',
        )
      })
    })

    describe('close', () => {
      it('is answered, and the connection ended once the client has', async () => {
        await using peer = await target.openChannel()
        peer.send(0, 'connection.close', { replyCode: 200, replyText: 'bye' })
        await peer.expect(0, 'connection.close-ok')
        peer.socket.end()
        await peer.untilEnd()
      })

      it('of the broker: what comes before close-ok is ignored', async () => {
        await using peer = await target.openChannel()
        await using other = await target.openChannel()
        peer.send(0, 'channel.open')
        await peer.expect(0, 'connection.close')
        peer.send(1, 'queue.declare', { queue: 'after-connection-close' })
        peer.send(0, 'connection.close-ok')
        await peer.untilEnd()
        other.send(1, 'queue.declare', { queue: 'after-connection-close', passive: true })
        expect(await other.outcome()).toMatch(/^ch 404 /)
      })

      it('of both sides at once: each is answered', async () => {
        await using peer = await target.openChannel()
        peer.send(0, 'channel.open')
        peer.send(0, 'connection.close', { replyCode: 200, replyText: 'bye' })
        await peer.expect(0, 'connection.close')
        await peer.expect(0, 'connection.close-ok')
        peer.send(0, 'connection.close-ok')
        await peer.untilEnd()
      })
    })
  },
  { loginFailureDelayMs: 100, handshakeTimeoutMs: 6000 },
)
