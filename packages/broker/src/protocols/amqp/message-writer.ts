/**
 * Writes a method that carries a message: `basic.deliver`, `basic.get-ok`, `basic.return`.
 *
 * Hot path (`npm run bench`). All three end in exchange and routing key, in the order in which the publish brought them, so the method
 * is a prefix made beforehand plus the message's own bytes; the content frames follow as they came, with the channel number changed.
 */

import { FRAME_END, FrameType } from '@warrenmq/codec'
import { copyIn, workingMemory, workingView } from '../../memory/working-memory.ts'
import type { Output } from '../../net/output.ts'
import { FRAME_HEADER_SIZE, type Message, ROUTE_GAP } from '../../queue/message.ts'

/** Content up to this size is copied into the output page, in bytes. */
const INLINE_MAX = 32 * 1024
/** Offset of the payload size in a frame. */
const SIZE_OFFSET = 3
const NO_COUNT = -1

/**
 * Appends the method frame and the content of `message` to `output`.
 *
 * @param frameSizeMax Largest frame the receiver takes, in bytes. A body that is longer goes in several frames.
 * @param prefix The method frame up to the exchange; its size field is filled in here.
 * @param messageCount What `basic.get-ok` has behind the routing key; leave it out for the others.
 */
export function writeMessage(
  output: Output,
  channelNumber: number,
  frameSizeMax: number,
  prefix: Uint8Array,
  message: Message,
  messageCount: number = NO_COUNT,
): void {
  const contentStart = message.routeEnd + ROUTE_GAP
  const contentSize = message.end - contentStart
  if (contentSize > INLINE_MAX || message.bodySize + FRAME_HEADER_SIZE + 1 > frameSizeMax) {
    writeLongMessage(output, channelNumber, frameSizeMax, prefix, message, messageCount)
    return
  }
  const content = writeMethod(output, prefix, message, messageCount, contentSize)
  writeChannel(content, channelNumber)
  if (message.bodySize > 0) writeChannel(content + message.bodyStart - contentStart, channelNumber)
  output.advance(content + contentSize)
}

/**
 * Writes the method frame and `contentSize` bytes of content behind it into reserved room, without advancing the output.
 * Returns the offset of the content.
 */
function writeMethod(
  output: Output,
  prefix: Uint8Array,
  message: Message,
  messageCount: number,
  contentSize: number,
): number {
  const prefixSize = prefix.length
  const routeSize = message.routeEnd - message.routeStart
  const countSize = messageCount === NO_COUNT ? 0 : 4
  const methodSize = prefixSize + routeSize + countSize
  const start = output.reserve(methodSize + 1 + contentSize)
  workingMemory.set(prefix, start)
  workingView.setUint32(start + SIZE_OFFSET, methodSize - FRAME_HEADER_SIZE)
  copyIn(start + prefixSize, message.bytes, message.routeStart, routeSize)
  if (countSize > 0) workingView.setUint32(start + prefixSize + routeSize, messageCount)
  // The octet before the content is the frame end of the publish method, which ends this method frame too.
  copyIn(start + methodSize, message.bytes, message.routeEnd + ROUTE_GAP - 1, contentSize + 1)
  return start + methodSize + 1
}

function writeChannel(frameStart: number, channelNumber: number): void {
  workingMemory[frameStart + 1] = channelNumber >>> 8
  workingMemory[frameStart + 2] = channelNumber
}

/** A message whose body is large, or must be cut to the receiver's frame size. */
function writeLongMessage(
  output: Output,
  channelNumber: number,
  frameSizeMax: number,
  prefix: Uint8Array,
  message: Message,
  messageCount: number,
): void {
  const headerFrameSize = message.bodyStart - message.routeEnd - ROUTE_GAP
  output.cork()
  if (headerFrameSize > INLINE_MAX) {
    // Its bytes alone may fill a page, and a header cannot be cut.
    output.advance(writeMethod(output, prefix, message, messageCount, 0))
    writeHeaderFrame(output, channelNumber, message)
  } else {
    const header = writeMethod(output, prefix, message, messageCount, headerFrameSize)
    writeChannel(header, channelNumber)
    output.advance(header + headerFrameSize)
  }

  const payloadMax = frameSizeMax - FRAME_HEADER_SIZE - 1
  const body = message.bodyStart + FRAME_HEADER_SIZE
  for (let done = 0; done < message.bodySize; done += payloadMax) {
    const size = Math.min(payloadMax, message.bodySize - done)
    writeBodyFrame(output, channelNumber, message, body + done, size)
  }
  output.uncork()
}

function writeHeaderFrame(output: Output, channelNumber: number, message: Message): void {
  const { bytes, headerPayloadStart, bodyStart } = message
  const frame = output.reserve(FRAME_HEADER_SIZE)
  copyIn(frame, bytes, headerPayloadStart - FRAME_HEADER_SIZE, FRAME_HEADER_SIZE)
  writeChannel(frame, channelNumber)
  output.advance(frame + FRAME_HEADER_SIZE)
  output.write(bytes.subarray(headerPayloadStart, bodyStart))
}

function writeBodyFrame(output: Output, channelNumber: number, message: Message, offset: number, size: number): void {
  const frame = output.reserve(FRAME_HEADER_SIZE)
  workingMemory[frame] = FrameType.body
  writeChannel(frame, channelNumber)
  workingView.setUint32(frame + SIZE_OFFSET, size)
  output.advance(frame + FRAME_HEADER_SIZE)
  const payload = message.bytes.subarray(offset, offset + size)
  // Only bytes that belong to the message alone stay as they are until the socket has taken them.
  if (message.owned && size > INLINE_MAX) output.writeReference(payload)
  else output.write(payload)
  const end = output.reserve(1)
  workingMemory[end] = FRAME_END
  output.advance(end + 1)
}
