/** Bytes of messages: copied into blocks, taken from where they lie, and what stands in place of those that cannot be read. */

import { copyIn, workingMemory } from '../../memory/working-memory.ts'
import type { Message } from '../../queue/message.ts'
import type { Block } from './block.ts'

/** Messages of more bytes get a block to themselves. */
export const SHARED_MESSAGE_MAX: number = 64 * 1024
/** A message to the default exchange, without a routing key, properties and a body. */
const EMPTY_MESSAGE = Uint8Array.from([0, 0, 0, 206, 2, 0, 0, 0, 0, 0, 14, 0, 60, ...new Array(12).fill(0), 206])
const EMPTY_ROUTE_LENGTH = 2

/** Points `into` at a message without a body, for one that is lost. */
export function pointNowhere(into: Message): false {
  into.point(EMPTY_MESSAGE, 0, EMPTY_ROUTE_LENGTH, EMPTY_MESSAGE.length)
  return false
}

/** Copies a message into a block that is being filled. */
export function copyMessage(block: Block, offset: number, message: Message, length: number): void {
  if (block.bytes === workingMemory) copyIn(offset, message.bytes, message.routeStart, length)
  else block.bytes.set(message.bytes.subarray(message.routeStart, message.end), offset)
}

/** The bytes of a message from its route on, as they are when they are its own, else a copy. */
export function ownBytes(message: Message): Uint8Array {
  const owned = message.owned && message.routeStart === 0 && message.end === message.bytes.length
  return owned ? message.bytes : message.bytes.slice(message.routeStart, message.end)
}
