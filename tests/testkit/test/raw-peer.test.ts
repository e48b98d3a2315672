/** The raw peer against a server that sends prepared bytes. */

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { encodeContentFrames, encodeMethodFrame, HEARTBEAT_FRAME } from '@warrenmq/codec'
import { type RawPeer, rawPeer } from '@warrenmq/testkit'
import { expect, it } from 'vitest'

const CLOSE = { replyCode: 404, replyText: 'NOT_FOUND - gone', classId: 50, methodId: 10 }

/** A peer of a server that sends these bytes and ends. */
async function peerOf(...parts: Uint8Array[]): Promise<RawPeer> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(Buffer.concat(parts))
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return rawPeer((server.address() as AddressInfo).port)
}

it('gives the arguments of the method that is expected', async () => {
  await using peer = await peerOf(encodeMethodFrame(1, 'queue.purge-ok', { messageCount: 5 }))
  expect(await peer.expect(1, 'queue.purge-ok')).toEqual({ messageCount: 5 })
})

it('says what came instead', async () => {
  await using peer = await peerOf(encodeMethodFrame(1, 'channel.close', CLOSE))
  await expect(peer.expect(1, 'queue.purge-ok')).rejects.toThrow(
    'expected queue.purge-ok on channel 1, got on channel 1: ch 404 NOT_FOUND - gone [queue.declare]',
  )
})

it('says that the connection ended instead', async () => {
  await using peer = await peerOf()
  await expect(peer.expect(1, 'queue.purge-ok')).rejects.toThrow('expected queue.purge-ok on channel 1, got the end')
})

it('keeps the frames of other channels for later, in order', async () => {
  const count = (channel: number, messageCount: number) =>
    encodeMethodFrame(channel, 'queue.purge-ok', { messageCount })
  await using peer = await peerOf(count(2, 1), count(1, 2), count(2, 3))
  expect(await peer.expect(1, 'queue.purge-ok')).toEqual({ messageCount: 2 })
  expect(peer.pending).toHaveLength(2)
  expect(await peer.expect(2, 'queue.purge-ok')).toEqual({ messageCount: 1 })
  expect(await peer.expect(2, 'queue.purge-ok')).toEqual({ messageCount: 3 })
})

it('gives an end of the connection to whoever waits on a channel', async () => {
  await using peer = await peerOf(encodeMethodFrame(0, 'connection.close', { ...CLOSE, classId: 0, methodId: 0 }))
  await expect(peer.expect(3, 'queue.purge-ok')).rejects.toThrow('conn 404 NOT_FOUND - gone [0.0]')
})

it('puts a message together', async () => {
  const frames = encodeContentFrames(1, { appId: 'a' }, Buffer.from('0123456789'), 12)
  await using peer = await peerOf(encodeMethodFrame(1, 'basic.return', { replyCode: 312 }), ...frames)
  const { args, properties, body } = await peer.expectContent(1, 'basic.return')
  expect([args.replyCode, properties.appId, body.toString()]).toEqual([312, 'a', '0123456789'])
})

it('passes over heartbeats', async () => {
  await using peer = await peerOf(HEARTBEAT_FRAME, encodeMethodFrame(1, 'tx.select-ok', {}))
  await peer.expect(1, 'tx.select-ok')
})

it('names a close, another method, and the silent end as outcomes', async () => {
  await using peer = await peerOf(
    encodeMethodFrame(1, 'queue.purge-ok', { messageCount: 5 }),
    encodeMethodFrame(1, 'channel.close', CLOSE),
  )
  expect(await peer.outcome()).toBe('queue.purge-ok {"messageCount":5}')
  expect(await peer.outcome()).toBe('ch 404 NOT_FOUND - gone [queue.declare]')
  expect(await peer.outcome()).toBe('ended')
})
