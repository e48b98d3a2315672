/** The end of a long chain of auto-delete exchanges, each bound to the next. */

import { encodeMethodFrame } from '@warrenmq/codec'
import { eventually, openChannel } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Broker, createBroker } from '../../src/index.ts'
import { declareQueue } from './support.ts'

const LENGTH = 12_000

describe('a chain of auto-delete exchanges', () => {
  const error = vi.fn()
  let broker: Broker

  beforeAll(async () => {
    broker = await createBroker({ port: 0, logger: { debug() {}, info() {}, warn() {}, error } })
  })
  afterAll(() => broker.close())

  it('goes with the connection that owns the queue at its end, whatever its length', async () => {
    await using peer = await openChannel(broker.port)
    await using other = await openChannel(broker.port)
    const queue = await declareQueue(peer)
    const frames: Uint8Array[] = []
    for (let number = 0; number < LENGTH; number++) {
      const exchange = `chain.${number}`
      frames.push(
        encodeMethodFrame(1, 'exchange.declare', { exchange, type: 'fanout', autoDelete: true, noWait: true }),
      )
      if (number === 0) frames.push(encodeMethodFrame(1, 'queue.bind', { queue, exchange, noWait: true }))
      else {
        const destination = `chain.${number - 1}`
        frames.push(encodeMethodFrame(1, 'exchange.bind', { source: exchange, destination, noWait: true }))
      }
    }
    peer.write(Buffer.concat(frames))
    await peer.call(1, 'exchange.declare', { exchange: `chain.${LENGTH - 1}`, passive: true })
    peer.socket.destroy()
    await eventually(() => broker.connectionCount === 1, 'the end of the connection')
    other.send(1, 'exchange.declare', { exchange: `chain.${LENGTH - 1}`, passive: true })
    expect(await other.outcome()).toMatch(/404 NOT_FOUND/)
    expect(error).not.toHaveBeenCalled()
  })
})
