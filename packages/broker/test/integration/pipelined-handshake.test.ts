/** A client that does not wait for the answers of the handshake. */

import { encodeMethodFrame, encodePlainResponse, PROTOCOL_HEADER } from '@warrenmq/codec'
import { MODERN_CLIENT, rawPeer } from '@warrenmq/testkit'
import { it } from 'vitest'
import { onEachBroker } from './support.ts'

onEachBroker((broker) => {
  it('opens a connection whose start-ok, tune-ok, open and channel.open came in one piece', async () => {
    await using peer = await rawPeer(broker.port)
    peer.write(PROTOCOL_HEADER)
    await peer.expect(0, 'connection.start')
    const frames = [
      encodeMethodFrame(0, 'connection.start-ok', {
        clientProperties: MODERN_CLIENT,
        mechanism: 'PLAIN',
        response: encodePlainResponse('guest', 'guest'),
        locale: 'en_US',
      }),
      encodeMethodFrame(0, 'connection.tune-ok', { channelMax: 2047, frameMax: 131072, heartbeat: 0 }),
      encodeMethodFrame(0, 'connection.open', { virtualHost: '/' }),
      encodeMethodFrame(1, 'channel.open', {}),
    ]
    peer.write(Buffer.concat(frames))
    await peer.expect(0, 'connection.tune')
    await peer.expect(0, 'connection.open-ok')
    await peer.expect(1, 'channel.open-ok')
  })
})
