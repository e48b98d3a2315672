/** Frames around methods and content: what a sender of messages needs beside `encodeMethodFrame`. */

import { ByteWriter, encodeBytes } from './byte-writer.ts'
import { CodecError } from './errors.ts'
import { FRAME_END, FrameType } from './generated/constants.ts'
import { type BasicProperties, writeContentHeader } from './properties.ts'

/** Octets of a frame beside its payload (§4.2.3). */
export const FRAME_OVERHEAD = 8
/** Smallest `frame_max` that a peer may ask for, in bytes (§4.2.3). */
export const FRAME_MIN_SIZE = 4096

/** A heartbeat, whole. */
export const HEARTBEAT_FRAME: Uint8Array = Uint8Array.of(FrameType.heartbeat, 0, 0, 0, 0, 0, 0, FRAME_END)

/** A frame of any kind around a payload. @throws CodecError VALUE_OUT_OF_RANGE. */
export function encodeFrame(type: FrameType, channel: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(payload.length + FRAME_OVERHEAD)
  const writer = new ByteWriter(frame, 0)
  writer.uint8(type)
  writer.uint16(channel)
  writer.longString(payload)
  writer.uint8(FRAME_END)
  return frame
}

/** The content header frame of a message. @throws CodecError VALUE_OUT_OF_RANGE, and as `encodeTypedTable`. */
export function encodeContentHeaderFrame(
  channel: number,
  bodySize: number,
  properties: BasicProperties = {},
): Uint8Array {
  return encodeBytes((writer) => {
    writer.uint8(FrameType.header)
    writer.uint16(channel)
    const mark = writer.beginLength()
    writeContentHeader(writer, bodySize, properties)
    writer.endLength(mark)
    writer.uint8(FRAME_END)
  })
}

/**
 * The body frames of a message, none for an empty body.
 *
 * @param frameSizeMax Largest whole frame, in bytes; 0 for no limit.
 * @throws CodecError VALUE_OUT_OF_RANGE for a limit that leaves no room for a body.
 */
export function encodeBodyFrames(channel: number, body: Uint8Array, frameSizeMax: number): Uint8Array[] {
  const payloadMax = frameSizeMax === 0 ? Infinity : frameSizeMax - FRAME_OVERHEAD
  if (payloadMax <= 0)
    throw new CodecError('VALUE_OUT_OF_RANGE', `frameSizeMax ${frameSizeMax} must be > ${FRAME_OVERHEAD}`)
  const frames: Uint8Array[] = []
  for (let start = 0; start < body.length; start += payloadMax) {
    const part = body.subarray(start, Math.min(body.length, start + payloadMax))
    frames.push(encodeFrame(FrameType.body, channel, part))
  }
  return frames
}

/**
 * Content header and body frames of a message, in order.
 *
 * The header is not split: one that is larger than `frameSizeMax` is for the peer to refuse.
 *
 * @throws CodecError as {@link encodeContentHeaderFrame} and {@link encodeBodyFrames}.
 */
export function encodeContentFrames(
  channel: number,
  properties: BasicProperties,
  body: Uint8Array,
  frameSizeMax: number,
): Uint8Array[] {
  return [encodeContentHeaderFrame(channel, body.length, properties), ...encodeBodyFrames(channel, body, frameSizeMax)]
}
