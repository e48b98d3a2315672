/**
 * Goal: messages are found, removed and moved although most of the queue, and of its index, is on disk. Method: so little memory that pages of
 * the index leave it; see index-on-disk.test.ts.
 */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createBroker } from '@warrenmq/broker'
import { eventually, openChannel } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { DataDirectories } from '../crash-copy.ts'
import { send } from './support.ts'

const COUNT = 160_000
const NEEDLE = 140_001

interface Page {
  readonly items: readonly { readonly id: number; readonly payload: string }[]
  readonly scanned: number
  readonly next_after: number | null
}

it.each([
  ['a classic queue', {}, {}],
  ['a queue with priorities', { 'x-max-priority': 3 }, { priority: 2 }],
])(
  'finds, removes and moves messages of a queue that is on disk: %s',
  async (_name, args, properties) => {
    await using data = new DataDirectories()
    const path = await data.create()
    const broker = await createBroker({
      port: 0,
      managementPort: 0,
      dataDirectory: path,
      messageMemoryBytes: 1024 * 1024,
    })
    const peer = await openChannel(broker.port)
    const queue = 'long'
    for (const name of [queue, 'to']) {
      await peer.call(1, 'queue.declare', { queue: name, durable: true, ...(name === queue && { arguments: args }) })
    }
    await peer.call(1, 'confirm.select')
    for (let i = 0; i < COUNT; i++) {
      const body = i === NEEDLE ? 'the needle' : String(i)
      peer.publish(1, { routingKey: queue }, body, { deliveryMode: 2, ...properties })
      if (peer.socket.writableNeedDrain) await new Promise((resolve) => peer.socket.once('drain', resolve))
    }
    for (let last = 0; last < COUNT; ) last = Number((await peer.expect(1, 'basic.ack')).deliveryTag)
    await eventually(() => statSync(join(path, 'spill')).size > 0, 'the index on disk')

    const api = async (method: string, rest: string, body?: object) => {
      const url = `http://127.0.0.1:${broker.managementPort}/api/queues/%2F/${queue}/messages${rest}`
      return send(url, method, { body })
    }
    const list = async (query: string) => (await api('GET', query)).json as unknown as Page
    expect((await list('?after=99999&count=3')).items.map(({ id, payload }) => [id, payload])).toEqual([
      [100_000, '100000'],
      [100_001, '100001'],
      [100_002, '100002'],
    ])
    expect((await list('?search=needle')).items.map(({ id }) => id)).toEqual([NEEDLE])
    expect((await api('GET', `/${NEEDLE}`)).json).toMatchObject({ payload: 'the needle' })
    for (const id of [50_000, 90_001, 120_000]) expect((await api('DELETE', `/${id}`)).status).toBe(204)
    expect((await api('DELETE', '/90001')).status).toBe(404)
    expect((await list('?after=89999&count=3')).items.map(({ id }) => id)).toEqual([90_000, 90_002, 90_003])
    const moved = await api('POST', '/move', { ids: [60_000, 60_001, 130_000], queue: 'to' })
    expect(moved.json).toMatchObject({ moved: 3, gone: 0 })

    const gone = new Set([50_000, 90_001, 120_000, 60_000, 60_001, 130_000])
    await peer.call(1, 'basic.consume', { queue, consumerTag: 'taker', noAck: true })
    for (let i = 0; i < COUNT; i++) {
      if (gone.has(i)) continue
      const { body } = await peer.expectContent(1, 'basic.deliver')
      const expected = i === NEEDLE ? 'the needle' : String(i)
      if (String(body) !== expected) throw new Error(`expected message ${expected}, got ${body}`)
    }
    const { messageCount } = await peer.call(1, 'queue.declare', { queue: 'to', passive: true, durable: true })
    expect(messageCount).toBe(3)
    peer.socket.destroy()
    await broker.close()
  },
  120_000,
)
