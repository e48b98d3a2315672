import { createBroker } from '@warrenmq/broker'
import { encodeContentHeaderFrame } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { type AmqpPeer, openPeer } from '../src/amqp-peer.mjs'
import { scenarios } from '../src/scenarios.mjs'
import { declareTopology, deleteTopology } from '../src/topology.mjs'

const topology = {
  queues: [{ queue: 'small', args: { 'x-max-length': 1 } }, { queue: 'other' }],
  exchange: { exchange: 'letters', type: 'headers' },
  bindings: [
    { queue: 'small', key: '' },
    { queue: 'other', key: '', args: { 'x-match': 'all', shard: 1 } },
  ],
}

describe('declareTopology', () => {
  it('declares queues with their arguments, the exchange, and its bindings', async () => {
    await using broker = await createBroker({ port: 0 })
    const peer = await openPeer(broker.port)
    await declareTopology(peer, topology)
    for (let i = 0; i < 2; i++) publish(peer, 'letters', {})
    publish(peer, 'letters', { headers: { shard: 1 } })
    expect(await peer.readyCount('small')).toBe(1)
    expect(await peer.readyCount('other')).toBe(1)
    await peer.close()
  })

  it('has made all bindings when it is done', async () => {
    await using broker = await createBroker({ port: 0 })
    const [peer, publisher] = [await openPeer(broker.port), await openPeer(broker.port)]
    const bindings = Array.from({ length: 2000 }, (_, number) => ({ queue: 'bound', key: `${number}` }))
    await declareTopology(peer, {
      queues: [{ queue: 'bound' }],
      exchange: { exchange: 'many', type: 'direct' },
      bindings,
    })
    publish(publisher, 'many', {}, '1999')
    expect(await publisher.readyCount('bound')).toBe(1)
    for (const each of [peer, publisher]) await each.close()
  })
})

describe('deleteTopology', () => {
  it('leaves nothing behind, so that a scenario can run again', async () => {
    await using broker = await createBroker({ port: 0 })
    const peer = await openPeer(broker.port)
    for (let round = 0; round < 2; round++) {
      await declareTopology(peer, topology)
      publish(peer, 'letters', {})
      await deleteTopology(peer, topology)
    }
    await expect(peer.readyCount('small')).rejects.toThrow("NOT_FOUND - no queue 'small' in vhost '/'")
    const another = await openPeer(broker.port)
    const exists = another.call(1, 'exchange.declare', { exchange: 'letters', passive: true }, 'exchange.declare-ok')
    await expect(exists).rejects.toThrow("NOT_FOUND - no exchange 'letters' in vhost '/'")
  })
})

describe('scenarios', () => {
  it.each(scenarios.filter((scenario) => scenario.topology))(
    '$id has a topology that can be declared and deleted',
    async (scenario) => {
      const { definitions, topology: wanted } = scenario
      await using broker = await createBroker({
        port: 0,
        ...(definitions ? { definitions: definitions as never } : {}),
      })
      const peer = await openPeer(broker.port)
      await declareTopology(peer, wanted as NonNullable<typeof wanted>)
      expect(await peer.readyCount('bench')).toBe(0)
      await deleteTopology(peer, wanted as NonNullable<typeof wanted>)
      await peer.close()
    },
  )
})

function publish(peer: AmqpPeer, exchange: string, properties: { headers?: { shard: number } }, routingKey = '') {
  peer.send(1, 'basic.publish', { exchange, routingKey })
  peer.write(encodeContentHeaderFrame(1, 0, properties))
}
