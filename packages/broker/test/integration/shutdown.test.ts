/** The end of a broker in this process: clients are told, and those that do not answer are cut. */

import { begin, eventually, openConnection, rawPeer } from '@warrenmq/testkit'
import { describe, expect, it } from 'vitest'
import { createBroker } from '../../src/index.ts'

const FORCED = "conn 320 CONNECTION_FORCED - broker forced connection closure with reason 'shutdown' [0.0]"

describe('close of a broker', () => {
  it('tells its clients, and waits for them', async () => {
    const broker = await createBroker({ port: 0, shutdownTimeoutMs: 60_000 })
    const peers = await Promise.all([1, 2, 3].map(() => openConnection(broker.port)))
    const closed = broker.close()
    for (const peer of peers) {
      expect(await peer.outcome()).toBe(FORCED)
      await peer.untilEnd()
      await peer[Symbol.asyncDispose]()
    }
    await closed
    expect(broker.connectionCount).toBe(0)
  })

  it('cuts clients that do not answer in time', async () => {
    const broker = await createBroker({ port: 0, shutdownTimeoutMs: 100 })
    await using peer = await openConnection(broker.port)
    await broker.close()
    await peer.expect(0, 'connection.close')
    await peer.untilEnd()
  })

  it('ends clients that have not logged in without a word', async () => {
    const broker = await createBroker({ port: 0 })
    await using silent = await rawPeer(broker.port)
    await using greeted = await rawPeer(broker.port)
    await begin(greeted)
    await broker.close()
    expect(await silent.outcome()).toBe('ended')
    expect(await greeted.outcome()).toBe('ended')
  })

  it('takes no more connections', async () => {
    const broker = await createBroker({ port: 0 })
    await broker.close()
    await expect(rawPeer(broker.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('may be asked for twice, and by disposal', async () => {
    const broker = await createBroker({ port: 0 })
    const first = broker.close()
    await Promise.all([first, broker.close(), broker[Symbol.asyncDispose]()])
  })

  it('frees the port for the next', async () => {
    const broker = await createBroker({ port: 0 })
    await using peer = await openConnection(broker.port)
    const closed = broker.close()
    expect(await peer.outcome()).toBe(FORCED)
    await closed
    await using next = await createBroker({ port: broker.port })
    await using again = await openConnection(next.port)
    await again.close()
  })

  it('drops connections beyond its limit', async () => {
    await using broker = await createBroker({ port: 0, connectionMax: 1, shutdownTimeoutMs: 100 })
    await using first = await openConnection(broker.port)
    await using second = await rawPeer(broker.port)
    expect(await second.outcome()).toBe('ended')
    await first.close()
    await eventually(() => broker.connectionCount === 0, 'the end of the first')
    await using third = await openConnection(broker.port)
    await third.close()
  })
})
