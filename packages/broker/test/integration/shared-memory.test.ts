/** Brokers of one process share the working memory: whoever ends gives back what it took. */

import { openChannel } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { createBroker } from '../../src/index.ts'
import { outputPages, smallOutputPages, storeBlocks } from '../../src/memory/working-memory.ts'
import { ManualClock } from '../manual-clock.ts'
import { declareQueue, sendTo } from './support.ts'

/** A clock of which a timer cannot be set: the one after so many. */
class FailingClock extends ManualClock {
  left: number

  constructor(left: number) {
    super()
    this.left = left
  }

  override setTimeout(callback: () => void, delayMs: number) {
    this.#count()
    return super.setTimeout(callback, delayMs)
  }

  override setInterval(callback: () => void, periodMs: number) {
    this.#count()
    return super.setInterval(callback, periodMs)
  }

  #count(): void {
    if (this.left-- === 0) throw new Error('no more timers')
  }
}

const free = () => [outputPages.freeCount, smallOutputPages.freeCount, storeBlocks.freeCount]

it('gives back the memory of a broker that cannot listen', async () => {
  await using first = await createBroker({ port: 0 })
  const before = free()
  await expect(createBroker({ port: first.port })).rejects.toThrow('EADDRINUSE')
  expect(free()).toEqual(before)
})

it('gives back what a broker has taken whose backend for logins cannot be made', async () => {
  const before = free()
  const clock = new ManualClock()
  const options = { port: 0, clock, authBackends: ['http', 'ldap'], authLdapCaFile: '/no/such/file' }
  await expect(createBroker(options)).rejects.toThrow('cannot read authLdapCaFile /no/such/file: there is no such file')
  expect(free()).toEqual(before)
  expect(clock.timerCount).toBe(0)
})

it('gives back what a broker has taken whose start fails half-way', async () => {
  const before = free()
  const definitions = { queues: [{ name: 'q', vhost: '/', durable: true, arguments: { 'x-expires': 1000 } }] }
  const start = (clock: ManualClock) =>
    createBroker({ port: 0, clock, definitions, authBackends: ['internal', 'http'] })
  let failures = 0
  for (;;) {
    const clock = new FailingClock(failures)
    const broker = await start(clock).catch((error: Error) => error)
    if (!(broker instanceof Error)) {
      clock.left = Number.POSITIVE_INFINITY
      await broker.close()
      expect(clock.timerCount).toBe(0)
      break
    }
    expect(broker.message).toContain('no more timers')
    expect([failures, clock.timerCount]).toEqual([failures, 0])
    expect(free()).toEqual(before)
    failures++
  }
  // For the queue, the refresh of rights, the resources and the rest.
  expect(failures).toBeGreaterThanOrEqual(4)
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
