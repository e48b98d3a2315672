/** What waits for a client that does not read is bounded, and nothing is lost when it reads on. */

import { eventually, openChannel } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Broker, createBroker } from '../../src/index.ts'
import { inspect, sendTo, takeDeliveries } from './support.ts'

const MIB = 1024 * 1024
const MESSAGE_COUNT = 64
const BODY = Buffer.alloc(MIB, 'x')

/** Waits until a value has been the same for half a second, and returns it. */
async function settled(read: () => number | Promise<number>): Promise<number> {
  let value = await read()
  let since = performance.now()
  await eventually(async () => {
    const next = await read()
    if (next !== value) since = performance.now()
    value = next
    return performance.now() - since > 500
  }, 'a value that stays')
  return value
}

describe('back pressure', () => {
  let broker: Broker

  beforeAll(async () => {
    broker = await createBroker({ port: 0, outputBytesHigh: 65_536 })
  })
  afterAll(() => broker.close())

  it('leaves messages in the queue while the consumer does not read', async () => {
    await using consumer = await openChannel(broker.port)
    await using publisher = await openChannel(broker.port)
    const { queue } = await publisher.call(1, 'queue.declare', { autoDelete: true })
    await consumer.call(1, 'basic.consume', { queue, noAck: true })
    consumer.socket.pause()
    const bodies = Array.from({ length: MESSAGE_COUNT }, (_, number) => String(number).padEnd(MIB))
    for (const body of bodies) sendTo(publisher, queue, body)
    const ready = await settled(async () => (await inspect(publisher, queue)).messageCount)
    // What the kernel buffers and one message more are out.
    expect(ready).toBeGreaterThan(MESSAGE_COUNT / 2)
    consumer.socket.resume()
    expect(await takeDeliveries(consumer, MESSAGE_COUNT)).toEqual(bodies)
    expect((await inspect(publisher, queue)).messageCount).toBe(0)
  })

  it('does not read a client that does not take its own replies', async () => {
    await using peer = await openChannel(broker.port)
    await using other = await openChannel(broker.port)
    peer.socket.pause()
    for (let count = 0; count < MESSAGE_COUNT; count++) {
      peer.publish(1, { routingKey: 'no such queue', mandatory: true }, BODY)
    }
    expect(await settled(() => peer.socket.writableLength)).toBeGreaterThan(0)
    await other.call(1, 'channel.flow', { active: true })
    peer.socket.resume()
    for (let count = 0; count < MESSAGE_COUNT; count++) {
      expect((await peer.expectContent(1, 'basic.return')).body).toHaveLength(MIB)
    }
  })
})
