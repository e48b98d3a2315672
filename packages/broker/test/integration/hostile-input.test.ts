/**
 * Random and changed frames on many connections at a time against one broker.
 *
 * Whatever they do, nothing is thrown, all of their connections end, the memory of the hot path comes back, and a client that behaves
 * is served as before.
 */

import {
  encodeContentFrames,
  encodeFrame,
  encodeMethodFrame,
  encodePlainResponse,
  FrameType,
  MethodId,
  PROTOCOL_HEADER,
} from '@warrenmq/codec'
import { eventually, MODERN_CLIENT, openChannel, type RawPeer, rawPeer } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Broker, createBroker } from '../../src/index.ts'
import { outputPages, smallOutputPages } from '../../src/memory/working-memory.ts'
import { RandomNumbers } from './random-numbers.ts'
import { declareQueue, sendTo, takeDeliveries } from './support.ts'

const SEEDS = [1, 2, 3, Date.now() % 100_000]
const CONNECTION_COUNT = 40
const METHOD_IDS = Object.values(MethodId)
const QUEUES = ['hostile.a', 'hostile.b', '']

/** The handshake, and a channel. */
const OPENING = [
  PROTOCOL_HEADER,
  encodeMethodFrame(0, 'connection.start-ok', {
    clientProperties: MODERN_CLIENT,
    mechanism: 'PLAIN',
    response: encodePlainResponse('guest', 'guest'),
    locale: 'en_US',
  }),
  encodeMethodFrame(0, 'connection.tune-ok', { channelMax: 100, frameMax: 8192, heartbeat: 0 }),
  encodeMethodFrame(0, 'connection.open', { virtualHost: '/' }),
  encodeMethodFrame(1, 'channel.open', {}),
]

/** One right step of a session. */
function step(random: RandomNumbers): Uint8Array[] {
  const channel = 1 + random.below(2)
  const queue = random.pick(QUEUES)
  const deliveryTag = random.below(20)
  const multiple = random.chance(30)
  const body = random.bytes(random.pick([0, 10, 5000, 20_000]))
  switch (random.below(12)) {
    case 0:
      return [encodeMethodFrame(2, 'channel.open', {})]
    case 1:
      return [
        encodeMethodFrame(channel, 'queue.declare', { queue, arguments: { 'x-max-length': 5, deep: { er: [1] } } }),
      ]
    case 2:
      return [encodeMethodFrame(channel, 'queue.bind', { queue, exchange: 'amq.headers', arguments: { h: 1 } })]
    case 3:
      return [encodeMethodFrame(channel, 'basic.consume', { queue, noAck: multiple })]
    case 4:
      return [encodeMethodFrame(channel, 'basic.nack', { deliveryTag, multiple, requeue: random.chance(50) })]
    case 5:
      return [encodeMethodFrame(channel, 'basic.ack', { deliveryTag, multiple })]
    case 6:
      return [encodeMethodFrame(channel, 'basic.qos', { prefetchCount: deliveryTag, global: multiple })]
    case 7:
      return [encodeMethodFrame(channel, multiple ? 'tx.select' : 'confirm.select', {})]
    case 8:
      return [encodeMethodFrame(channel, 'queue.delete', { queue })]
    case 9:
      return [
        encodeMethodFrame(channel, 'channel.close', { replyCode: 200 }),
        encodeMethodFrame(channel, 'channel.open', {}),
      ]
    default: {
      const exchange = random.pick(['', 'amq.headers'])
      const properties = { headers: { h: 1, CC: ['hostile.a'], BCC: ['hostile.b'] }, deliveryMode: 2 }
      return [
        encodeMethodFrame(channel, 'basic.publish', { exchange, routingKey: queue, mandatory: multiple }),
        ...encodeContentFrames(channel, properties, body, 8192),
      ]
    }
  }
}

/** A frame that is whole, and of any content. */
function noise(random: RandomNumbers): Uint8Array {
  const payload = random.bytes(random.pick([0, 3, 4, 14, 30, 300]))
  const type = random.pick([
    FrameType.method,
    FrameType.method,
    FrameType.header,
    FrameType.body,
    FrameType.heartbeat,
    7,
  ])
  if (type === FrameType.method && payload.length >= 4)
    new DataView(payload.buffer).setUint32(0, random.pick(METHOD_IDS))
  return encodeFrame(type as FrameType, random.below(4), payload)
}

/** The bytes of a hostile client. */
function hostileBytes(random: RandomNumbers): Uint8Array {
  if (random.chance(5)) return random.bytes(random.below(1000))
  const parts = [...OPENING]
  for (let count = random.below(60); count > 0; count--) {
    if (random.chance(5)) parts.push(noise(random))
    else parts.push(...step(random))
  }
  const bytes = Buffer.concat(parts)
  // Most change nothing in the handshake, so that what follows is looked at.
  const from = random.chance(80) ? Buffer.concat(OPENING).length : 0
  for (let count = random.below(4); count > 0 && from < bytes.length; count--) {
    bytes[from + random.below(bytes.length - from)] = random.below(256)
  }
  return random.chance(20) ? bytes.subarray(0, random.below(bytes.length)) : bytes
}

/** Sends them in pieces, reading or not, and leaves in one way or another. */
async function attack(random: RandomNumbers, port: number): Promise<void> {
  const peer: RawPeer = await rawPeer(port)
  if (random.chance(20)) peer.socket.pause()
  const bytes = hostileBytes(random)
  for (let start = 0, size = 0; start < bytes.length; start += size) {
    size = 1 + random.below(random.pick([20, 2000, 100_000]))
    peer.write(bytes.subarray(start, start + size))
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (random.chance(50)) peer.send(0, 'connection.close', { replyCode: 200 })
  if (random.chance(50)) peer.socket.end()
  else await peer[Symbol.asyncDispose]()
  await eventually(() => peer.ended || peer.socket.destroyed || peer.socket.isPaused(), 'an end', 200).catch(() => {})
  await peer[Symbol.asyncDispose]()
}

describe('hostile input', () => {
  const error = vi.fn()
  let broker: Broker

  beforeAll(async () => {
    const logger = { debug() {}, info() {}, warn() {}, error }
    broker = await createBroker({ port: 0, logger, outputBytesHigh: 65_536 })
  })
  afterAll(() => broker.close())

  it.each(SEEDS)('costs nobody else anything (seed %i)', async (seed) => {
    const pagesBefore = [outputPages.freeCount, smallOutputPages.freeCount]
    const random = new RandomNumbers(seed)
    await using peer = await openChannel(broker.port)
    const queue = await declareQueue(peer)
    await Promise.all(
      Array.from({ length: CONNECTION_COUNT }, () => attack(new RandomNumbers(random.below(2 ** 31)), broker.port)),
    )
    await eventually(() => broker.connectionCount === 1, 'the end of the hostile connections')
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    const bodies = Array.from({ length: 100 }, (_, number) => String(number))
    for (const body of bodies) sendTo(peer, queue, body)
    expect(await takeDeliveries(peer, bodies.length)).toEqual(bodies)
    await peer.close()
    await eventually(() => broker.connectionCount === 0, 'the end of the last connection')
    expect(error.mock.calls).toEqual([])
    expect([outputPages.freeCount, smallOutputPages.freeCount]).toEqual(pagesBefore)
  })
})
