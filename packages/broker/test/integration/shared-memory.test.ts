/** Brokers of one process share the working memory: whoever ends gives back what it took. */

import { openChannel } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { createBroker } from '../../src/index.ts'
import { outputPages, smallOutputPages, storeBlocks } from '../../src/memory/working-memory.ts'
import { declareQueue, sendTo } from './support.ts'

const free = () => [outputPages.freeCount, smallOutputPages.freeCount, storeBlocks.freeCount]

it('gives back the memory of a broker that cannot listen', async () => {
  await using first = await createBroker({ port: 0 })
  const before = free()
  await expect(createBroker({ port: first.port })).rejects.toThrow('EADDRINUSE')
  expect(free()).toEqual(before)
})

it('gives back the memory of a broker that is closed with messages in it, and clients that do not read', async () => {
  const before = free()
  const broker = await createBroker({ port: 0, outputBytesHigh: 65_536, shutdownTimeoutMs: 100 })
  await using consumer = await openChannel(broker.port)
  await using publisher = await openChannel(broker.port)
  const queue = await declareQueue(publisher, 'backlog', { exclusive: false })
  await consumer.call(1, 'basic.consume', { queue, noAck: false })
  consumer.socket.pause()
  const body = Buffer.alloc(20_000)
  for (let count = 0; count < 1000; count++) sendTo(publisher, queue, body)
  await publisher.call(1, 'basic.qos')
  expect(free()).not.toEqual(before)
  await broker.close()
  expect(free()).toEqual(before)
})
