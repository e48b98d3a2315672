import { createBroker } from '@warrenmq/broker'
import { begin, logIn, rawPeer, startOk } from '@warrenmq/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onEachBroker } from './support.ts'

onEachBroker((target) => {
  it('takes and ignores a new secret of an internal user', async () => {
    await using peer = await target.openConnection()
    await peer.call(0, 'connection.update-secret', { newSecret: 'anything', reason: 'expired' })
    await peer.call(1, 'channel.open')
  })

  it('goes on in order with what came behind a new secret', async () => {
    await using peer = await target.openConnection()
    peer.send(0, 'connection.update-secret', { newSecret: 'anything', reason: 'expired' })
    peer.send(1, 'channel.open')
    await peer.expect(0, 'connection.update-secret-ok')
    await peer.expect(1, 'channel.open-ok')
  })
})

describe('mechanisms that are configured', () => {
  let broker: Awaited<ReturnType<typeof createBroker>>
  beforeAll(async () => {
    broker = await createBroker({
      port: 0,
      authMechanisms: ['EXTERNAL', 'RABBIT-CR-DEMO'],
      loginFailureDelayMs: 50,
    })
  })
  afterAll(() => broker.close())

  it('are offered, and no others', async () => {
    await using peer = await rawPeer(broker.port)
    expect(Buffer.from((await begin(peer)).mechanisms).toString()).toBe('EXTERNAL RABBIT-CR-DEMO')
    startOk(peer)
    await peer.untilEnd()
    expect(peer.pending).toEqual([])
  })

  it('let a user in by challenge and response', async () => {
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    startOk(peer, { mechanism: 'RABBIT-CR-DEMO', response: 'guest' })
    const { challenge } = await peer.expect(0, 'connection.secure')
    expect(Buffer.from(challenge).toString()).toBe('Please tell me your password')
    peer.send(0, 'connection.secure-ok', { response: 'My password is guest' })
    await peer.expect(0, 'connection.tune')
  })

  it('refuse a wrong password behind the challenge', async () => {
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    startOk(peer, { mechanism: 'RABBIT-CR-DEMO', response: 'guest' })
    await peer.expect(0, 'connection.secure')
    peer.send(0, 'connection.secure-ok', { response: 'My password is wrong' })
    expect(await peer.outcome()).toContain('using authentication mechanism RABBIT-CR-DEMO')
  })

  it('refuse EXTERNAL to a client without a certificate', async () => {
    await using peer = await rawPeer(broker.port)
    await begin(peer)
    startOk(peer, { mechanism: 'EXTERNAL', response: 'guest' })
    expect(await peer.outcome()).toContain('using authentication mechanism EXTERNAL')
  })
})

it('lets a storm of logins in, and others meanwhile', { timeout: 30_000 }, async () => {
  await using broker = await createBroker({ port: 0 })
  await broker.admin.putUser('app', { password: 'pw', tags: [] })
  const storm = Array.from({ length: 30 }, async () => {
    await using peer = await rawPeer(broker.port)
    await logIn(peer, { user: 'app', password: 'pw' })
  })
  await using other = await rawPeer(broker.port)
  await logIn(other)
  await Promise.all(storm)
})
