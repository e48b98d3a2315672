/**
 * The header `x-delay`: for how long an `x-delayed-message` exchange keeps a message back.
 */

import { type TypedValue, typed, withHeaders } from '@warrenmq/codec'
import { concatBytes } from '../memory/allocate.ts'
import { FRAME_HEADER_SIZE, type Message } from '../queue/message.ts'
import { isInteger } from '../vhost/argument-value.ts'

const X_DELAY = 'x-delay'
/** Longest delay, in milliseconds: 49.7 days, the plugin's limit. */
const DELAY_MAX = 2 ** 32 - 1
const INT32_MIN = -(2 ** 31)
const FRAME_END_OCTET = Uint8Array.of(206)

/**
 * The delay that a value of `x-delay` asks for, in milliseconds; 0 for one that asks for none.
 *
 * As the plugin reads it: any integer, a string of digits, a number with a fraction cut off. What is not from 1 to 2^32-1 is no delay;
 * below 0 it says that the message has been delayed before.
 */
export function readDelay(value: TypedValue | undefined): number {
  const delay = value === undefined ? 0 : Math.trunc(toNumber(value))
  return delay >= 1 && delay <= DELAY_MAX ? delay : 0
}

function toNumber(value: TypedValue): number {
  const inner: unknown = value.value
  if (isInteger(value)) return Number(inner)
  if (typeof inner === 'string') return /^[+-]?\d+$/.test(inner) ? Number(inner) : 0
  if (typeof inner === 'number' && (value.tag === 'd' || value.tag === 'f')) return inner
  if (value.tag !== 'D') return 0
  const decimal = inner as { scale: number; value: number }
  return decimal.value / 10 ** decimal.scale
}

/**
 * Points `into` at a copy of the message whose `x-delay` is the negative of `delayMs`, as consumers get it: they can tell that it was
 * delayed, and no exchange delays it again.
 */
export function copyDelayed(message: Message, delayMs: number, into: Message): void {
  const { bytes, routeStart, routeEnd, headerPayloadStart, headerPayloadEnd, bodyStart, end } = message
  const changes = { [X_DELAY]: typed(-delayMs < INT32_MIN ? 'l' : 'I', -delayMs) }
  const payload = withHeaders(bytes, headerPayloadStart, headerPayloadEnd, changes)
  const head = bytes.slice(routeStart, headerPayloadStart)
  new DataView(head.buffer).setUint32(head.length - FRAME_HEADER_SIZE + 3, payload.length)
  const changed = concatBytes(head, payload, FRAME_END_OCTET, bytes.subarray(bodyStart, end))
  into.point(changed, 0, routeEnd - routeStart, changed.length)
  into.owned = true
  into.position = -1
}
