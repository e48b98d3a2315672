/** What a broker finds in its data after a crash. `tests/crash` kills real ones; here are single cases. */

import { createBroker } from '@warrenmq/broker'
import { openChannel, type RawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { DataDirectories } from './crash-copy.ts'

const PERSISTENT = { deliveryMode: 2 }

async function open(dataDirectory: string) {
  const broker = await createBroker({ port: 0, dataDirectory })
  const peer = await openChannel(broker.port)
  await peer.call(1, 'queue.declare', { queue: 'q', durable: true })
  await peer.call(1, 'confirm.select')
  return { broker, peer }
}

async function publishConfirmed(peer: RawPeer, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) peer.publish(1, { routingKey: 'q' }, body, PERSISTENT)
  for (let last = 0; last < bodies.length; ) last = Number((await peer.expect(1, 'basic.ack')).deliveryTag)
}

/** All messages of `q` with their flags. They stay in hand. */
async function take(peer: RawPeer): Promise<string[]> {
  const { messageCount } = await peer.call(1, 'queue.declare', { queue: 'q', passive: true })
  await peer.call(1, 'basic.consume', { queue: 'q', consumerTag: 'taker' })
  const taken: string[] = []
  for (let i = 0; i < messageCount; i++) {
    const { args, body } = await peer.expectContent(1, 'basic.deliver')
    taken.push(`${body}${args.redelivered ? ' again' : ''}`)
  }
  await peer.call(1, 'basic.cancel', { consumerTag: 'taker' })
  return taken
}

describe('after a crash', () => {
  it('flags what was delivered before as redelivered, and nothing that came later', async () => {
    await using data = new DataDirectories()
    const path = await data.create()
    const first = await open(path)
    await publishConfirmed(first.peer, ['a', 'b'])
    expect(await take(first.peer)).toEqual(['a', 'b'])
    const second = await open(await data.crashed(path))
    await publishConfirmed(second.peer, ['c'])
    expect(await take(second.peer)).toEqual(['a again', 'b again', 'c'])
    first.peer.socket.destroy()
    second.peer.socket.destroy()
    await first.broker.close()
    await second.broker.close()
  })
})
