/** Tables and messages that are made to cost: nested deeply, of very many keys, announced larger than numbers are exact. */

import { encodeContentHeaderFrame, encodeFrame, encodeMethodFrame, FrameType } from '@warrenmq/codec'
import { openChannel } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { createBroker } from '../../src/index.ts'
import { declareQueue, drain, get, itRefuses, onEachBroker, type Refusal, untilReady } from './support.ts'

/** A table in a table, `depth` deep, with its length in front. */
function nestedTable(depth: number): Buffer {
  let table = Buffer.alloc(4)
  for (let level = 1; level < depth; level++) {
    const entry = Buffer.concat([Buffer.of(1, 0x6b, 0x46), table])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(entry.length)
    table = Buffer.concat([length, entry])
  }
  return table
}

/** A table of this many keys of two octets, which repeat. */
function wideTable(count: number): Buffer {
  const entries = Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.of(2, 97 + (i % 26), 97, 0x56)))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(entries.length)
  return Buffer.concat([length, entries])
}

/** The payload of a content header whose only property is this headers table. */
function headerWithTable(table: Buffer, bodySize = 0n): Buffer {
  const fixed = Buffer.alloc(14)
  fixed.writeUInt16BE(60)
  fixed.writeBigUInt64BE(bodySize, 4)
  fixed.writeUInt16BE(0x2000, 12)
  return Buffer.concat([fixed, table])
}

/** A content header without properties that announces this many bytes. */
function headerOfSize(bodySize: bigint): Buffer {
  const fixed = Buffer.alloc(14)
  fixed.writeUInt16BE(60)
  fixed.writeBigUInt64BE(bodySize, 4)
  return fixed
}

/** `queue.declare` with these bytes for arguments. */
function declareWith(table: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0, 50, 0, 10, 0, 0, 0, 0b01000), table])
}

const NESTED: readonly Refusal[] = [
  {
    name: 'refuses arguments nested more than 100 levels deep',
    steps: (peer) => peer.sendFrame(FrameType.method, 1, declareWith(nestedTable(500))),
    expected: /^conn 502 SYNTAX_ERROR - .*\[queue.declare\]$/s,
  },
  {
    name: 'refuses headers nested as deep as a frame allows',
    steps: (peer) => {
      peer.send(1, 'basic.publish', {})
      peer.sendFrame(FrameType.header, 1, headerWithTable(nestedTable(15_000)))
    },
    expected: /^conn 502 SYNTAX_ERROR - /,
  },
]

onEachBroker((target) => {
  if (!target.isRabbit) describe('nesting', () => itRefuses(target, NESTED))

  it('passes tables of very many keys through as they are', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const header = headerWithTable(wideTable(30_000))
    peer.send(1, 'basic.publish', { routingKey: queue })
    peer.sendFrame(FrameType.header, 1, header)
    await untilReady(peer, queue, 1)
    expect(await get(peer, queue)).toBeDefined()
  })

  it('takes any number of empty body frames', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    peer.send(1, 'basic.publish', { routingKey: queue })
    peer.write(encodeContentHeaderFrame(1, 4))
    const empty = encodeFrame(FrameType.body, 1, new Uint8Array(0))
    peer.write(Buffer.concat(Array.from({ length: 20_000 }, () => empty)))
    peer.sendFrame(FrameType.body, 1, Buffer.from('body'))
    await untilReady(peer, queue, 1)
    expect(await drain(peer, queue)).toEqual(['body'])
  })

  it('takes tens of thousands of frames at once, in order', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    const flow = encodeMethodFrame(1, 'channel.flow', { active: true })
    peer.write(Buffer.concat(Array.from({ length: 20_000 }, () => flow)))
    for (let count = 0; count < 20_000; count++) await peer.expect(1, 'channel.flow-ok')
    await untilReady(peer, queue, 0)
  })
})

describe('a body announced with', () => {
  it.each([2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n])('%i bytes takes no memory', async (size) => {
    await using broker = await createBroker({ port: 0 })
    await using peer = await openChannel(broker.port)
    await using other = await openChannel(broker.port)
    const before = process.memoryUsage().arrayBuffers
    peer.send(1, 'basic.publish', { routingKey: 'x' })
    peer.sendFrame(FrameType.header, 1, headerOfSize(size))
    for (let count = 0; count < 20; count++) peer.sendFrame(FrameType.body, 1, new Uint8Array(100_000))
    await peer.call(2, 'channel.open')
    await other.call(1, 'channel.flow', { active: true })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000)
  })
})
