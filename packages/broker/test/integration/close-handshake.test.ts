/** Closes by the broker whose answer comes behind bytes that were already under way. */

import { encodeMethodFrame, encodePlainResponse } from '@warrenmq/codec'
import { begin, MODERN_CLIENT, rawPeer } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { onEachBroker } from './support.ts'

/** Shorter than any time after which a close is given up. */
const AT_ONCE_MS = 2000

onEachBroker((target) => {
  it('sees the close-ok behind a frame that the close cut in two', async () => {
    await using peer = await target.openChannel()
    const next = Buffer.from(encodeMethodFrame(1, 'basic.qos', { prefetchCount: 1 }))
    peer.write(Buffer.concat([encodeMethodFrame(1, 'channel.flow', { active: false }), next.subarray(0, 9)]))
    await peer.expect(0, 'connection.close')
    peer.write(Buffer.concat([next.subarray(9), encodeMethodFrame(0, 'connection.close-ok', {})]))
    await peer.untilEnd(AT_ONCE_MS)
  })

  it('sees the close-ok to a refused login', async () => {
    await using peer = await rawPeer(target.port)
    await begin(peer)
    const response = encodePlainResponse('guest', 'wrong')
    peer.send(0, 'connection.start-ok', {
      clientProperties: MODERN_CLIENT,
      mechanism: 'PLAIN',
      response,
      locale: 'en_US',
    })
    expect(await peer.outcome()).toMatch(/403 ACCESS_REFUSED/)
    await peer.untilEnd(AT_ONCE_MS)
  })
})
