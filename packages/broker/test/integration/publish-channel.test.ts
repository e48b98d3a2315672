import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createBroker, type PublishedMessage } from '@warrenmq/broker'
import { openChannel } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { declareQueue, sendTo, untilReady } from './support.ts'

const CHANNEL = 'warrenmq:publish'

it('tells those who subscribe what is published, also on routes that were known before, and nobody else', async () => {
  await using broker = await createBroker({ port: 0 })
  await using peer = await openChannel(broker.port)
  const queue = await declareQueue(peer)
  const told: object[] = []
  const listen = (message: unknown) => {
    const { headers, ...published } = message as PublishedMessage
    told.push({ ...published, traceparent: headers?.traceparent?.value })
  }
  sendTo(peer, queue, 'before')
  await untilReady(peer, queue, 1)
  subscribe(CHANNEL, listen)
  try {
    sendTo(peer, queue, 'plain')
    sendTo(peer, queue, 'with headers', { headers: { traceparent: '00-1-2-01' } })
    sendTo(peer, 'nowhere', 'unroutable')
    await untilReady(peer, queue, 3)
  } finally {
    unsubscribe(CHANNEL, listen)
  }
  sendTo(peer, queue, 'after')
  await untilReady(peer, queue, 4)
  const who = { vhost: '/', exchange: '', connection: expect.stringContaining(' -> '), channel: 1, user: 'guest' }
  expect(told).toEqual([
    { ...who, routingKey: queue, queues: [queue], bodySize: 5, traceparent: undefined },
    { ...who, routingKey: queue, queues: [queue], bodySize: 12, traceparent: '00-1-2-01' },
    { ...who, routingKey: 'nowhere', queues: [], bodySize: 10, traceparent: undefined },
  ])
})
