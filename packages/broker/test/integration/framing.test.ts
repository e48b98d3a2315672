/** Faults in frames: each closes the connection with the code and text of RabbitMQ. */

import { encodeContentHeader, encodeFrame, encodeMethod, encodeMethodFrame, FrameType } from '@warrenmq/codec'
import type { RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { itRefuses, onEachBroker, type Refusal } from './support.ts'

const NOTHING = new Uint8Array(0)
const UNEXPECTED = 'conn 505 UNEXPECTED_FRAME -'
const HEADER_DUE = `${UNEXPECTED} expected content header for class 60, got`

/** Octets as a payload. */
function octets(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

/** A method frame on channel 1 with arguments as they are. */
function sendMethodBytes(peer: RawPeer, classId: number, methodId: number, ...args: number[]): void {
  peer.sendFrame(FrameType.method, 1, octets(0, classId, 0, methodId, ...args))
}

/** Begins a message to the default exchange; its header is due. */
function beginPublish(peer: RawPeer): void {
  peer.send(1, 'basic.publish', { routingKey: 'nowhere' })
}

/** Begins a message, up to its header. */
function announceBody(peer: RawPeer, bodySize: number): void {
  beginPublish(peer)
  peer.sendFrame(FrameType.header, 1, encodeContentHeader(bodySize, {}))
}

const FRAMES: readonly Refusal[] = [
  {
    name: 'refuses a wrong frame-end octet',
    steps: (peer) => {
      const frame = encodeMethodFrame(1, 'channel.flow', { active: true })
      frame[frame.length - 1] = 0
      peer.write(frame)
    },
    expected: 'conn 501 FRAME_ERROR - type 1, all octets = <<0,20,0,20,1>>: {invalid_frame_end_marker,0} [0.0]',
  },
  {
    name: 'refuses a payload larger than frame_max before it has come',
    steps: (peer) => peer.write(encodeFrame(FrameType.body, 1, new Uint8Array(131_073)).subarray(0, 7)),
    expected: 'conn 501 FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,131073,131064} [0.0]',
  },
  {
    name: 'refuses an unknown type of frame',
    steps: (peer) => peer.sendFrame(4, 1, Buffer.from('xx')),
    expected: 'conn 501 FRAME_ERROR - type 4, all octets = <<"xx">>: unknown_frame [0.0]',
  },
  {
    name: 'shows the first octets of a longer payload',
    steps: (peer) => peer.sendFrame(4, 1, Buffer.from('abcdefghijklmnopq')),
    expected: 'conn 501 FRAME_ERROR - type 4, first 16 octets = <<"abcdefghijklmnop">>: unknown_frame [0.0]',
  },
  {
    name: 'shows octets that are no text as numbers',
    steps: (peer) => peer.sendFrame(9, 1, octets(0, 1, 255)),
    expected: 'conn 501 FRAME_ERROR - type 9, all octets = <<0,1,255>>: unknown_frame [0.0]',
  },
  {
    name: 'refuses a heartbeat with a payload',
    steps: (peer) => peer.sendFrame(FrameType.heartbeat, 0, octets(1)),
    expected: 'conn 501 FRAME_ERROR - type 8, all octets = <<1>>: unknown_frame [0.0]',
  },
  {
    name: 'refuses a method frame without room for a method id',
    steps: (peer) => peer.sendFrame(FrameType.method, 1, octets(0, 20, 0)),
    expected: 'conn 501 FRAME_ERROR - type 1, all octets = <<0,20,0>>: unknown_frame [0.0]',
  },
  {
    name: 'refuses a content header of less than 12 octets',
    steps: (peer) => {
      beginPublish(peer)
      peer.sendFrame(FrameType.header, 1, octets(0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    },
    expected: 'conn 501 FRAME_ERROR - type 2, all octets = <<0,60,0,0,0,0,0,0,0,0,0>>: unknown_frame [0.0]',
  },
  {
    name: 'refuses a heartbeat on a channel',
    steps: (peer) => peer.sendFrame(FrameType.heartbeat, 1, NOTHING),
    expected: `${UNEXPECTED} type 8, all octets = <<>> [0.0]`,
  },
  {
    name: 'refuses a content header on channel 0',
    steps: (peer) => peer.sendFrame(FrameType.header, 0, encodeContentHeader(0, {})),
    expected: `${UNEXPECTED} type 2, all octets = <<0,60,0,0,0,0,0,0,0,0,0,0,0,0>> [0.0]`,
  },
  {
    name: 'refuses a body on channel 0',
    steps: (peer) => peer.sendFrame(FrameType.body, 0, NOTHING),
    expected: `${UNEXPECTED} type 3, all octets = <<>> [0.0]`,
  },
]

const CONTENT: readonly Refusal[] = [
  {
    name: 'refuses a content header without a publish',
    steps: (peer) => peer.sendFrame(FrameType.header, 1, encodeContentHeader(0, {})),
    expected: `${UNEXPECTED} expected method frame, got non method frame instead [0.0]`,
  },
  {
    name: 'refuses a body without a publish',
    steps: (peer) => peer.sendFrame(FrameType.body, 1, NOTHING),
    expected: `${UNEXPECTED} expected method frame, got non method frame instead [0.0]`,
  },
  {
    name: 'refuses a body behind a message without one',
    steps: (peer) => {
      announceBody(peer, 0)
      peer.sendFrame(FrameType.body, 1, NOTHING)
    },
    expected: `${UNEXPECTED} expected method frame, got non method frame instead [0.0]`,
  },
  {
    name: 'refuses a method where the header is due',
    steps: (peer) => {
      beginPublish(peer)
      peer.send(1, 'channel.flow', { active: true })
    },
    expected: `${HEADER_DUE} non content header frame instead [basic.publish]`,
  },
  {
    name: 'refuses a publish where the header is due',
    steps: (peer) => {
      beginPublish(peer)
      beginPublish(peer)
    },
    expected: `${HEADER_DUE} non content header frame instead [basic.publish]`,
  },
  {
    name: 'refuses a body where the header is due',
    steps: (peer) => {
      beginPublish(peer)
      peer.sendFrame(FrameType.body, 1, octets(1))
    },
    expected: `${HEADER_DUE} non content header frame instead [basic.publish]`,
  },
  {
    name: 'refuses a header with a weight',
    steps: (peer) => {
      beginPublish(peer)
      const header = encodeContentHeader(0, {})
      header[3] = 1
      peer.sendFrame(FrameType.header, 1, header)
    },
    expected: `${HEADER_DUE} non content header frame instead [basic.publish]`,
  },
  {
    name: 'refuses a header of another class',
    steps: (peer) => {
      beginPublish(peer)
      const header = encodeContentHeader(0, {})
      header[1] = 50
      peer.sendFrame(FrameType.header, 1, header)
    },
    expected: `${HEADER_DUE} one for class 50 instead [basic.publish]`,
  },
  {
    name: 'refuses a method amid the body',
    steps: (peer) => {
      announceBody(peer, 2)
      peer.sendFrame(FrameType.body, 1, octets(1))
      peer.send(1, 'channel.flow', { active: true })
    },
    expected: `${UNEXPECTED} expected content body, got non content body frame instead [basic.publish]`,
  },
  {
    name: 'refuses a second header amid the body',
    steps: (peer) => {
      announceBody(peer, 2)
      peer.sendFrame(FrameType.header, 1, encodeContentHeader(2, {}))
    },
    expected: `${UNEXPECTED} expected content body, got non content body frame instead [basic.publish]`,
  },
  {
    name: 'refuses more body than announced',
    steps: (peer) => {
      announceBody(peer, 2)
      peer.sendFrame(FrameType.body, 1, octets(1, 2, 3))
      // RabbitMQ notices at the next frame.
      peer.send(1, 'channel.flow', { active: true })
    },
    expected: `${UNEXPECTED} expected content body, got non content body frame instead [basic.publish]`,
  },
]

const ARGUMENTS: readonly Refusal[] = [
  {
    name: 'refuses arguments that are too short',
    steps: (peer) => sendMethodBytes(peer, 50, 10, 0, 0),
    expected: 'conn 501 FRAME_ERROR - cannot decode <<0,0>> [queue.declare]',
  },
  {
    name: 'refuses arguments that are too long',
    steps: (peer) => sendMethodBytes(peer, 20, 20, 1, 2),
    expected: 'conn 501 FRAME_ERROR - cannot decode <<1,2>> [channel.flow]',
  },
  {
    name: 'refuses a table that is longer than its frame',
    steps: (peer) => sendMethodBytes(peer, 50, 10, 0, 0, 0, 0, 0, 0, 0, 9),
    expected: 'conn 501 FRAME_ERROR - cannot decode <<0,0,0,0,0,0,0,9>> [queue.declare]',
  },
  {
    name: 'refuses a short string that is not UTF-8',
    steps: (peer) => sendMethodBytes(peer, 50, 10, 0, 0, 2, 0xc3, 0x28, 0, 0, 0, 0, 0),
    expected: 'conn 501 FRAME_ERROR - Malformed UTF-8 in shortstr [0.0]',
  },
  {
    name: 'refuses an unknown class',
    steps: (peer) => sendMethodBytes(peer, 70, 10),
    expected: 'conn 503 COMMAND_INVALID - unknown method 70.10 [0.0]',
    rabbit: 'ended',
    deviation: 'unknown-method',
  },
  {
    name: 'refuses an unknown method',
    steps: (peer) => sendMethodBytes(peer, 60, 250),
    expected: 'conn 503 COMMAND_INVALID - unknown method 60.250 [0.0]',
    rabbit: 'ended',
    deviation: 'unknown-method',
  },
  {
    name: 'refuses an unknown tag in a table',
    steps: (peer) => {
      const method = encodeMethod('queue.declare', { queue: 'q', arguments: { k: 1 } })
      method[method.lastIndexOf('I'.charCodeAt(0))] = '?'.charCodeAt(0)
      peer.sendFrame(FrameType.method, 1, method)
    },
    expected: 'conn 502 SYNTAX_ERROR - unknown table value tag "?" [queue.declare]',
    rabbit: 'ended',
    deviation: 'unknown-tag',
  },
  {
    name: 'refuses properties that cannot be decoded',
    steps: (peer) => {
      beginPublish(peer)
      const header = encodeContentHeader(0, { contentType: 'text' })
      peer.sendFrame(FrameType.header, 1, header.subarray(0, header.length - 2))
    },
    expected: 'conn 502 SYNTAX_ERROR - malformed content header: property contentType is cut short [basic.publish]',
    rabbit: 'conn 541 INTERNAL_ERROR [0.0]',
    deviation: 'malformed-properties',
  },
  {
    name: 'refuses headers that cannot be decoded',
    steps: (peer) => {
      beginPublish(peer)
      const header = encodeContentHeader(0, { headers: { key: 'v' } })
      header[header.lastIndexOf('S'.charCodeAt(0))] = '?'.charCodeAt(0)
      peer.sendFrame(FrameType.header, 1, header)
    },
    expected: 'conn 502 SYNTAX_ERROR - unknown table value tag "?" [basic.publish]',
    rabbit: 'conn 541 INTERNAL_ERROR [0.0]',
    deviation: 'malformed-properties',
  },
]

onEachBroker((target) => {
  describe('frames', () => itRefuses(target, FRAMES))
  describe('content', () => itRefuses(target, CONTENT))
  describe('arguments', () => itRefuses(target, ARGUMENTS))

  it('measures payloads, not whole frames, against the frame_max agreed on', async () => {
    await using peer = await target.openChannel({ frameMax: 4096 })
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    peer.send(1, 'basic.publish', { routingKey: queue })
    peer.sendFrame(FrameType.header, 1, encodeContentHeader(2 * 4096, {}))
    peer.sendFrame(FrameType.body, 1, new Uint8Array(4096))
    await peer.call(2, 'channel.open')
    peer.sendFrame(FrameType.body, 1, new Uint8Array(4097))
    expect(await peer.outcome()).toBe(
      'conn 501 FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,4097,4088} [0.0]',
    )
  })

  it('takes frames cut at every byte', async () => {
    await using peer = await target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    const bytes = Buffer.concat([
      encodeMethodFrame(1, 'basic.publish', { routingKey: queue }),
      encodeFrame(FrameType.header, 1, encodeContentHeader(4, { contentType: 'text/plain' })),
      encodeFrame(FrameType.body, 1, Buffer.from('piec')),
      encodeMethodFrame(1, 'basic.get', { queue, noAck: true }),
    ])
    for (const octet of bytes) {
      const written = new Promise((resolve) => peer.socket.write(Uint8Array.of(octet), resolve))
      await written
    }
    const message = await peer.expectContent(1, 'basic.get-ok')
    expect(message.body.toString()).toBe('piec')
    expect(message.properties.contentType).toBe('text/plain')
  })

  it('takes a body in pieces of any size, empty ones too', async () => {
    await using peer = await target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    peer.send(1, 'basic.publish', { routingKey: queue })
    peer.sendFrame(FrameType.header, 1, encodeContentHeader(5, {}))
    for (const part of ['', 'a', '', 'bcd', 'e']) peer.sendFrame(FrameType.body, 1, Buffer.from(part))
    peer.send(1, 'basic.get', { queue, noAck: true })
    expect((await peer.expectContent(1, 'basic.get-ok')).body.toString()).toBe('abcde')
  })

  it('takes content frames of several channels in turn', async () => {
    await using peer = await target.openChannel()
    const { queue } = await peer.call(1, 'queue.declare', { exclusive: true })
    await peer.call(2, 'channel.open')
    for (const channel of [1, 2]) peer.send(channel, 'basic.publish', { routingKey: queue })
    for (const channel of [1, 2]) peer.sendFrame(FrameType.header, channel, encodeContentHeader(2, {}))
    for (const channel of [1, 2]) peer.sendFrame(FrameType.body, channel, Buffer.from(String(channel)))
    for (const channel of [2, 1]) peer.sendFrame(FrameType.body, channel, Buffer.from(String(channel)))
    await peer.call(2, 'channel.flow', { active: true })
    const bodies: string[] = []
    for (let count = 0; count < 2; count++) {
      peer.send(1, 'basic.get', { queue, noAck: true })
      bodies.push((await peer.expectContent(1, 'basic.get-ok')).body.toString())
    }
    expect(bodies.sort()).toEqual(['11', '22'])
  })
})
