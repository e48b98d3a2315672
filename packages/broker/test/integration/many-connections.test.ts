/** A thousand connections with ten channels each, all in use at the same time. */

import { eventually, openConnection, type RawPeer } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Broker, createBroker } from '../../src/index.ts'

const CONNECTION_COUNT = 1000
const CHANNELS = Array.from({ length: 10 }, (_, index) => index + 1)
/** Connections that are opened at a time. */
const BATCH = 50
const LIMIT_MS = 120_000

describe('many connections', () => {
  let broker: Broker
  const peers: RawPeer[] = []

  beforeAll(async () => {
    broker = await createBroker({ port: 0 })
    while (peers.length < CONNECTION_COUNT) {
      const batch = Array.from({ length: BATCH }, () => openConnection(broker.port))
      peers.push(...(await Promise.all(batch)))
    }
  }, LIMIT_MS)

  afterAll(async () => {
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
    await eventually(() => broker.connectionCount === 0, 'the end of all connections')
    await broker.close()
  }, LIMIT_MS)

  /** Runs a step on every connection at once. */
  const onEach = <T>(step: (peer: RawPeer, index: number) => Promise<T>) => Promise.all(peers.map(step))

  it(
    'opens ten channels on each',
    async () => {
      await onEach(async (peer) => {
        for (const channel of CHANNELS) peer.send(channel, 'channel.open')
        for (const channel of CHANNELS) await peer.expect(channel, 'channel.open-ok', LIMIT_MS)
      })
      expect(broker.connectionCount).toBe(CONNECTION_COUNT)
    },
    LIMIT_MS,
  )

  it(
    'brings every message to the channel that it is for',
    async () => {
      await onEach(async (peer, index) => {
        for (const channel of CHANNELS) {
          const queue = `many-${index}-${channel}`
          peer.send(channel, 'queue.declare', { queue, exclusive: true, noWait: true })
          peer.send(channel, 'basic.consume', { queue, noAck: true, noWait: true })
        }
        await peer.call(1, 'channel.flow', { active: true })
      })
      await onEach(async (peer, index) => {
        const neighbour = (index + 1) % CONNECTION_COUNT
        for (const channel of CHANNELS) {
          peer.publish(channel, { routingKey: `many-${neighbour}-${channel}` }, `to ${neighbour} on ${channel}`)
        }
      })
      await onEach(async (peer, index) => {
        for (const channel of CHANNELS) {
          const { body } = await peer.expectContent(channel, 'basic.deliver')
          if (body.toString() !== `to ${index} on ${channel}`) expect(body.toString()).toBe(`to ${index} on ${channel}`)
        }
      })
    },
    LIMIT_MS,
  )

  it(
    'copies a message to a queue of each',
    async () => {
      await onEach(async (peer, index) => {
        const binding = { queue: `many-${index}-1`, exchange: 'amq.fanout' }
        await peer.call(1, 'queue.bind', binding)
      })
      peers[0].publish(1, { exchange: 'amq.fanout' }, 'to all')
      const bodies = await onEach(async (peer) => (await peer.expectContent(1, 'basic.deliver')).body.toString())
      expect(bodies.filter((body) => body === 'to all')).toHaveLength(CONNECTION_COUNT)
    },
    LIMIT_MS,
  )
})
