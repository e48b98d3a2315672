/**
 * Goal: the index of a long queue leaves memory, and nobody notices. Method: so little memory that 32,768 messages of it are too many, and a
 * queue of seven times as many persistent messages, whose bytes are in the log; so what is in the file `spill` is the index.
 */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createBroker } from '@warrenmq/broker'
import { eventually, openChannel, type RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { DataDirectories } from './crash-copy.ts'

const COUNT = 240_000
const LIMIT_MS = 120_000
const MIB = 1024 * 1024

async function start(dataDirectory: string) {
  const broker = await createBroker({ port: 0, dataDirectory, messageMemoryBytes: MIB })
  const peer = await openChannel(broker.port)
  return { broker, peer }
}

const spillBytes = (path: string) => statSync(join(path, 'spill')).size

async function fill(
  peer: RawPeer,
  queue: string,
  properties: { readonly deliveryMode: number; readonly priority?: number },
) {
  await peer.call(1, 'confirm.select')
  for (let i = 0; i < COUNT; i++) {
    peer.publish(1, { routingKey: queue }, String(i), properties)
    if (peer.socket.writableNeedDrain) await new Promise((resolve) => peer.socket.once('drain', resolve))
  }
  for (let last = 0; last < COUNT; ) last = Number((await peer.expect(1, 'basic.ack')).deliveryTag)
}

/** Takes messages from `from` on until `end`, and expects them in order. */
async function take(peer: RawPeer, queue: string, from: number, end: number): Promise<void> {
  await peer.call(1, 'basic.qos', { prefetchCount: 20_000 })
  await peer.call(1, 'basic.consume', { queue, consumerTag: 'taker' })
  for (let i = from; i < end; i++) {
    const { args, body } = await peer.expectContent(1, 'basic.deliver')
    if (body.toString() !== String(i)) throw new Error(`expected message ${i}, got ${body.toString()}`)
    if (i % 10_000 === 9999 || i === end - 1)
      peer.send(1, 'basic.ack', { deliveryTag: args.deliveryTag, multiple: true })
  }
}

describe('the index of a long queue', () => {
  it.each([
    ['a classic queue', {}, {}],
    ['a queue with priorities', { 'x-max-priority': 3 }, { priority: 2 }],
  ])(
    'leaves memory and comes back, also after a crash: %s',
    async (_, queueArguments, properties) => {
      await using data = new DataDirectories()
      const path = await data.create()
      const first = await start(path)
      await first.peer.call(1, 'queue.declare', { queue: 'long', durable: true, arguments: queueArguments })
      await fill(first.peer, 'long', { deliveryMode: 2, ...properties })
      await eventually(() => spillBytes(path) > 0, 'the index on disk')
      await eventually(() => (first.broker.storage?.memoryBytes ?? 0) < 6 * MIB, 'what left memory')

      const second = await start(await data.crashed(path))
      await take(second.peer, 'long', 0, COUNT)
      second.peer.socket.destroy()
      await second.broker.close()

      // The broker that ran on gives back what it has there, message for message.
      await take(first.peer, 'long', 0, 60_000)
      first.peer.socket.end()
      await using purger = await openChannel(first.broker.port)
      const isLeft = async () => {
        const { messageCount } = await purger.call(1, 'queue.declare', { queue: 'long', passive: true })
        return messageCount === COUNT - 60_000
      }
      await eventually(isLeft, 'the messages that come back')
      expect(await purger.call(1, 'queue.purge', { queue: 'long' })).toEqual({ messageCount: COUNT - 60_000 })
      await eventually(() => spillBytes(path) === 0, 'an empty spill file')
      await first.broker.close()
    },
    LIMIT_MS,
  )
})
