/** Frames of channel 0: methods of the connection, and heartbeats. */

import { decodeMethod, FrameType, type Method } from '@warrenmq/codec'
import { unexpectedFrame, unknownFrame } from './method-errors.ts'

const METHOD_ID_SIZE = 4

/** The method in a frame. @throws ConnectionException for another frame. @throws CodecError for what is no method. */
export function readOwnMethod(type: number, bytes: Uint8Array, start: number, end: number): Method {
  // Arguments are kept, and bytes among them are views: they must not lie in the working memory.
  const payload = bytes.slice(start, end)
  if (type !== FrameType.method) throw unexpectedFrame(type, payload)
  if (payload.length < METHOD_ID_SIZE) throw unknownFrame(type, payload)
  return decodeMethod(payload)
}

/** @throws ConnectionException for a heartbeat that is none. */
export function assertHeartbeat(channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
  if (channelNumber !== 0) throw unexpectedFrame(FrameType.heartbeat, bytes.slice(start, end))
  if (end !== start) throw unknownFrame(FrameType.heartbeat, bytes.slice(start, end))
}
