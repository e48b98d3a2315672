/** Changes of a message's content header. */

import { concatBytes } from '../memory/allocate.ts'
import { FRAME_HEADER_SIZE, type Message } from './message.ts'

const FRAME_END_OCTET = Uint8Array.of(206)

/** Gives `message` bytes of its own, with `payload` as that of its content header. Where the store has it is left as it is. */
export function replaceHeaderPayload(message: Message, payload: Uint8Array): void {
  const { bytes, routeStart, routeEnd, bodyStart, end, headerPayloadStart } = message
  const head = bytes.slice(routeStart, headerPayloadStart)
  new DataView(head.buffer).setUint32(head.length - FRAME_HEADER_SIZE + 3, payload.length)
  const changed = concatBytes(head, payload, FRAME_END_OCTET, bytes.subarray(bodyStart, end))
  message.point(changed, 0, routeEnd - routeStart, changed.length)
  message.owned = true
}
