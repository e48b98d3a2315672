/** The part of `basic.return` that comes before exchange and routing key. */

import { FrameType, MethodId, ReplyCode } from '@warrenmq/codec'

const REPLY_TEXT = Buffer.from('NO_ROUTE')

/** `basic.return` 312 NO_ROUTE on this channel, with the size left open. */
export function createReturnPrefix(channelNumber: number): Uint8Array {
  const prefix = Buffer.alloc(7 + 4 + 2 + 1 + REPLY_TEXT.length)
  prefix[0] = FrameType.method
  prefix.writeUInt16BE(channelNumber, 1)
  prefix.writeUInt32BE(MethodId.basicReturn, 7)
  prefix.writeUInt16BE(ReplyCode.NO_ROUTE, 11)
  prefix[13] = REPLY_TEXT.length
  prefix.set(REPLY_TEXT, 14)
  return prefix
}
