/** Properties of a message that decide its way through a queue. Its content header is well-formed: the publish path has checked it. */

import { PropertyFlag, propertyOffset, readOctetProperty } from '@warrenmq/codec'
import type { Message } from './message.ts'

const PLUS = 0x2b
const MINUS = 0x2d
const DIGIT_0 = 0x30

/** The message's own time to live in milliseconds; `Infinity` without one. */
export function readExpiration(message: Message): number {
  if ((message.propertyFlags & PropertyFlag.expiration) === 0) return Infinity
  const { bytes, headerPayloadStart, headerPayloadEnd } = message
  const offset = propertyOffset(bytes, headerPayloadStart, headerPayloadEnd, PropertyFlag.expiration)
  const end = offset + 1 + bytes[offset]
  let start = offset + 1
  // Of negative numbers only -0 gets this far.
  if (bytes[start] === PLUS || bytes[start] === MINUS) start++
  let milliseconds = 0
  // Digits only: what else there may be was refused when it was published.
  for (let i = start; i < end; i++) milliseconds = milliseconds * 10 + bytes[i] - DIGIT_0
  return milliseconds
}

/** The message's priority; 0 without one. */
export function readPriority(message: Message): number {
  if ((message.propertyFlags & PropertyFlag.priority) === 0) return 0
  const { bytes, headerPayloadStart, headerPayloadEnd } = message
  return readOctetProperty(bytes, headerPayloadStart, headerPayloadEnd, PropertyFlag.priority) ?? 0
}
