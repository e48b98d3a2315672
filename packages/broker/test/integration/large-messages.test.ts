/** Large bodies, and frames of different sizes on the two sides. */

import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { declareQueue, inspect, onEachBroker, sendTo, untilReady } from './support.ts'

const KIB = 1024
const MIB = 1024 * KIB
const FRAME_OVERHEAD = 8
/** Largest body that RabbitMQ 3.10 takes, in bytes. */
const MESSAGE_SIZE_MAX = 128 * MIB

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

onEachBroker((target) => {
  describe('from a publisher to a consumer', () => {
    it.each([
      [4096, 131_072],
      [131_072, 4096],
      [4096, 4096],
      [131_072, 131_072],
      [5000, 70_000],
    ])('cuts bodies into frames of the consumer: %i to %i', async (publisherFrameMax, consumerFrameMax) => {
      await using publisher = await target.openChannel({ frameMax: publisherFrameMax })
      await using consumer = await target.openChannel({ frameMax: consumerFrameMax })
      const queue = await declareQueue(consumer)
      const partMax = consumerFrameMax - FRAME_OVERHEAD
      await consumer.call(1, 'basic.consume', { queue, noAck: true })
      await publisher.call(1, 'confirm.select')
      for (const size of [0, 1, partMax - 1, partMax, partMax + 1, 3 * partMax, 300_000]) {
        const body = randomBytes(size)
        // An exclusive queue may be published to from anywhere.
        publisher.publish(1, { routingKey: queue }, body)
        const received = await consumer.expectContent(1, 'basic.deliver')
        expect(hash(received.body)).toBe(hash(body))
        expect(received.partSizes).toHaveLength(Math.ceil(size / partMax))
        expect(Math.max(0, ...received.partSizes)).toBeLessThanOrEqual(partMax)
      }
    })

    it('fits large headers into frames of the smallest size', async () => {
      await using publisher = await target.openChannel({ frameMax: 131_072 })
      await using consumer = await target.openChannel({ frameMax: 4096 })
      const queue = await declareQueue(consumer)
      const filler = 'x'.repeat(3900)
      sendTo(publisher, queue, randomBytes(9000), { headers: { filler } })
      await consumer.call(1, 'basic.consume', { queue, noAck: true })
      const { properties, body } = await consumer.expectContent(1, 'basic.deliver')
      expect(properties.headers?.filler.value).toBe(filler)
      expect(body).toHaveLength(9000)
    })
  })

  it.each([4096, 131_072])('keeps a body of 1 MiB in frames of %i', async (frameMax) => {
    await using peer = await target.openChannel({ frameMax })
    const queue = await declareQueue(peer)
    const body = randomBytes(MIB)
    for (let count = 0; count < 3; count++) sendTo(peer, queue, body)
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    for (let count = 0; count < 3; count++) {
      expect(hash((await peer.expectContent(1, 'basic.deliver')).body)).toBe(hash(body))
    }
  })

  it('keeps a body of 100 MiB', async () => {
    await using publisher = await target.openChannel()
    await using consumer = await target.openChannel()
    const queue = await declareQueue(consumer)
    const body = randomBytes(100 * MIB)
    sendTo(publisher, queue, body)
    await consumer.call(1, 'basic.consume', { queue, noAck: true })
    const received = await consumer.expectContent(1, 'basic.deliver')
    expect(hash(received.body)).toBe(hash(body))
  }, 60_000)

  it('serves other channels of the connection while a large body comes in', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    sendTo(peer, queue, randomBytes(20 * MIB))
    await peer.call(2, 'channel.flow', { active: true })
    await untilReady(peer, queue, 1)
  })

  it('refuses a body larger than allowed, once it has come', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(2, 'channel.open')
    const body = Buffer.alloc(MESSAGE_SIZE_MAX + 1)
    peer.publish(2, { routingKey: queue }, body)
    expect(await peer.outcome(60_000)).toBe(
      'ch 406 PRECONDITION_FAILED - message size 134217729 is larger than configured max size 134217728 [basic.publish]',
    )
    expect((await inspect(peer, queue)).messageCount).toBe(0)
  }, 60_000)
})
