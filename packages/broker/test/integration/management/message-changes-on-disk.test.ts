/** What was removed or moved stays so after a crash, and nothing else does. */

import { createBroker } from '@warrenmq/broker'
import { openChannel, type RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { DataDirectories } from '../crash-copy.ts'
import { send } from './support.ts'

const PERSISTENT = { deliveryMode: 2 }
const QUEUES = ['q', 'to']

async function open(dataDirectory: string) {
  const broker = await createBroker({ port: 0, managementPort: 0, dataDirectory })
  const peer = await openChannel(broker.port)
  for (const queue of QUEUES) await peer.call(1, 'queue.declare', { queue, durable: true })
  await peer.call(1, 'confirm.select')
  const base = `http://127.0.0.1:${broker.managementPort}/api/queues/%2F`
  const api = (method: string, path: string, body?: object) => send(`${base}/${path}`, method, { body })
  return { broker, peer, api }
}

async function publishConfirmed(
  peer: RawPeer,
  bodies: readonly string[],
  properties: object = PERSISTENT,
): Promise<void> {
  for (const body of bodies) peer.publish(1, { routingKey: 'q' }, body, properties)
  for (let last = 0; last < bodies.length; ) last = Number((await peer.expect(1, 'basic.ack')).deliveryTag)
}

/** All messages of a queue. They stay in hand. */
async function take(peer: RawPeer, queue: string): Promise<string[]> {
  const { messageCount } = await peer.call(1, 'queue.declare', { queue, passive: true })
  await peer.call(1, 'basic.consume', { queue, consumerTag: queue })
  const taken: string[] = []
  for (let i = 0; i < messageCount; i++) taken.push(String((await peer.expectContent(1, 'basic.deliver')).body))
  await peer.call(1, 'basic.cancel', { consumerTag: queue })
  return taken
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`)

type Opened = Awaited<ReturnType<typeof open>>

/** What a broker has that is started on what a crash of another one leaves. */
async function afterCrash(data: DataDirectories, path: string, look: (opened: Opened) => Promise<void>): Promise<void> {
  const opened = await open(await data.crashed(path))
  await look(opened)
  opened.peer.socket.destroy()
  await opened.broker.close()
}

describe('after a crash', () => {
  it('removed messages are gone, and moved ones are where they went', async () => {
    await using data = new DataDirectories()
    const path = await data.create()
    const first = await open(path)
    await publishConfirmed(first.peer, names(8))
    // One is in a consumer's hands.
    await first.peer.call(1, 'basic.qos', { prefetchCount: 2 })
    await first.peer.call(1, 'basic.consume', { queue: 'q', consumerTag: 'holder' })
    await first.peer.expectContent(1, 'basic.deliver')
    await first.peer.expectContent(1, 'basic.deliver')
    for (const id of [0, 4]) expect((await first.api('DELETE', `q/messages/${id}`)).status).toBe(204)
    const moved = await first.api('POST', 'q/messages/move', { ids: [1, 6], queue: 'to' })
    expect(moved.json).toMatchObject({ moved: 2 })
    await afterCrash(data, path, async ({ peer }) => {
      expect(await take(peer, 'q')).toEqual(['m2', 'm3', 'm5', 'm7'])
      expect(await take(peer, 'to')).toEqual(['m1', 'm6'])
    })
    // What the consumer still holds may be settled, and costs nobody else a message.
    first.peer.send(1, 'basic.ack', { deliveryTag: 2, multiple: true })
    await first.peer.expectContent(1, 'basic.deliver')
    await first.peer.expectContent(1, 'basic.deliver')
    first.peer.socket.destroy()
    await first.broker.close()
    await afterCrash(data, path, async ({ peer }) => {
      expect(await take(peer, 'q')).toEqual(['m2', 'm3', 'm5', 'm7'])
      expect(await take(peer, 'to')).toEqual(['m1', 'm6'])
    })
  })

  it('a checkpoint holds none of the removed messages', async () => {
    await using data = new DataDirectories()
    const path = await data.create()
    const first = await open(path)
    await publishConfirmed(first.peer, names(300))
    const ids = Array.from({ length: 100 }, (_, i) => i * 3)
    expect((await first.api('POST', 'q/messages/move', { ids, queue: 'to' })).json).toMatchObject({ moved: 100 })
    // The end of a broker writes one.
    first.peer.socket.destroy()
    await first.broker.close()
    const rest = names(300).filter((_, i) => i % 3 !== 0)
    const second = await open(path)
    expect((await second.api('GET', 'q/messages?count=1000')).json).toMatchObject({ messages_ready: 200 })
    expect((await second.api('DELETE', 'q/messages/1')).status).toBe(204)
    expect(await take(second.peer, 'to')).toEqual(names(300).filter((_, i) => i % 3 === 0))
    second.peer.socket.destroy()
    await second.broker.close()
    await afterCrash(data, path, async ({ peer }) => {
      expect(await take(peer, 'q')).toEqual(rest.slice(1))
    })
  })

  it('redriven messages are back where they died', async () => {
    await using data = new DataDirectories()
    const path = await data.create()
    const first = await open(path)
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'to' }
    await first.peer.call(1, 'queue.declare', { queue: 'origin', durable: true, arguments: args })
    for (const body of names(5)) first.peer.publish(1, { routingKey: 'origin' }, body, PERSISTENT)
    for (let i = 0; i < 5; i++) {
      first.peer.send(1, 'basic.get', { queue: 'origin' })
      for (;;)
        if ((await first.peer.peek(1)).includes('basic.ack')) await first.peer.expect(1, 'basic.ack')
        else break
      const { args: got } = await first.peer.expectContent(1, 'basic.get-ok')
      first.peer.send(1, 'basic.reject', { deliveryTag: got.deliveryTag, requeue: false })
    }
    await first.peer.call(1, 'queue.declare', { queue: 'to', passive: true })
    expect((await first.api('POST', 'to/redrive', { count: 3 })).json).toMatchObject({ redriven: 3 })
    await afterCrash(data, path, async ({ peer }) => {
      expect(await take(peer, 'to')).toEqual(['m3', 'm4'])
      expect(await take(peer, 'origin')).toEqual(['m0', 'm1', 'm2'])
    })
    first.peer.socket.destroy()
    await first.broker.close()
  })
})
