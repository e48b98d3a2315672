/** Messages whose headers fill a frame: they arrive as they were sent, and leave what others are sent as it is. */

import { expect, it } from 'vitest'
import { declareQueue, get, onEachBroker, sendTo } from './support.ts'

/** Octets of a content header payload with one header `h`, apart from that header's text. */
const HEADER_OVERHEAD = 14 + 4 + 2 + 5
/** RabbitMQ and this broker compare the payload of a frame with `frame_max`. */
const LARGEST_HEADER = 131_072 - HEADER_OVERHEAD

onEachBroker((target) => {
  it.each([8_000, 40_000, 130_000, LARGEST_HEADER - 1, LARGEST_HEADER])(
    'carries a header of %i bytes',
    async (length) => {
      await using peer = await target.openChannel()
      const queue = await declareQueue(peer)
      const h = 'h'.repeat(length)
      sendTo(peer, queue, 'body', { headers: { h } })
      const message = await get(peer, queue)
      expect(message?.properties.headers?.h.value === h).toBe(true)
      expect(message?.body.toString()).toBe('body')
    },
  )
})
