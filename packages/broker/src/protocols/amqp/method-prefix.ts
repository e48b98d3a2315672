/** Starts of methods that carry a message, made before the message is known: see {@link writeMessage}. */

import { FrameType, MethodId, ReplyCode } from '@warrenmq/codec'

/** Octets of a method frame before its arguments: frame header, class and method. */
const ARGUMENTS_OFFSET = 11
const NO_ROUTE_TEXT = Buffer.from('NO_ROUTE')
/** Octets of a delivery tag and the redelivered bit. */
export const TAG_AND_BIT_SIZE = 9

/** `basic.deliver` up to and including the redelivered bit; size, delivery tag and that bit are left open. */
export function createDeliverPrefix(channelNumber: number, consumerTag: string): Uint8Array {
  const tag = Buffer.from(consumerTag)
  const prefix = createPrefix(channelNumber, MethodId.basicDeliver, 1 + tag.length + TAG_AND_BIT_SIZE)
  prefix[ARGUMENTS_OFFSET] = tag.length
  prefix.set(tag, ARGUMENTS_OFFSET + 1)
  return prefix
}

/** `basic.get-ok` up to and including the redelivered bit, with the size left open. */
export function createGetOkPrefix(channelNumber: number, deliveryTag: number, redelivered: boolean): Uint8Array {
  const prefix = createPrefix(channelNumber, MethodId.basicGetOk, TAG_AND_BIT_SIZE)
  prefix.writeBigUInt64BE(BigInt(deliveryTag), ARGUMENTS_OFFSET)
  prefix[ARGUMENTS_OFFSET + 8] = redelivered ? 1 : 0
  return prefix
}

/** `basic.return` 312 NO_ROUTE up to the exchange, with the size left open. */
export function createReturnPrefix(channelNumber: number): Uint8Array {
  const prefix = createPrefix(channelNumber, MethodId.basicReturn, 2 + 1 + NO_ROUTE_TEXT.length)
  prefix.writeUInt16BE(ReplyCode.NO_ROUTE, ARGUMENTS_OFFSET)
  prefix[ARGUMENTS_OFFSET + 2] = NO_ROUTE_TEXT.length
  prefix.set(NO_ROUTE_TEXT, ARGUMENTS_OFFSET + 3)
  return prefix
}

function createPrefix(channelNumber: number, methodId: number, argumentsSize: number): Buffer {
  const prefix = Buffer.alloc(ARGUMENTS_OFFSET + argumentsSize)
  prefix[0] = FrameType.method
  prefix.writeUInt16BE(channelNumber, 1)
  prefix.writeUInt32BE(methodId, 7)
  return prefix
}
