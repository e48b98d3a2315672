/** Finds a message's content behind its method when all of it lies in the same bytes. Hot path (`benchmarks/src/clients`). */

import { FRAME_END, FrameType } from '@warrenmq/codec'
import { PROPERTIES_OFFSET, readUint16, readUint32 } from '@warrenmq/codec/internal'

/** Where content header payload and body lie; `next` is the offset behind the message. */
export interface ContentBounds {
  headerStart: number
  headerEnd: number
  bodyStart: number
  bodyEnd: number
  next: number
}

/**
 * Fills `bounds` when a content header and a body of one frame, or none, lie complete in `bytes[start]` … `bytes[end - 1]`. Returns `false` in every other
 * case, faults included, which the general way then finds.
 */
export function findContent(
  bounds: ContentBounds,
  channel: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  frameSizeMax: number,
): boolean {
  // A header frame with its payload's fixed part and its end.
  if (end - start < 7 + PROPERTIES_OFFSET + 1) return false
  if (bytes[start] !== FrameType.header || readUint16(bytes, start + 1) !== channel) return false
  const headerSize = readUint32(bytes, start + 3)
  const headerStart = start + 7
  const headerEnd = headerStart + headerSize
  if (headerSize < PROPERTIES_OFFSET || headerSize > frameSizeMax || headerEnd >= end) return false
  if (bytes[headerEnd] !== FRAME_END || readUint32(bytes, headerStart + 4) !== 0) return false
  const bodySize = readUint32(bytes, headerStart + 8)
  const bodyStart = bodySize === 0 ? headerEnd + 1 : headerEnd + 8
  const bodyEnd = bodyStart + bodySize
  if (bodySize > 0) {
    if (bodyEnd >= end || bodySize > frameSizeMax || bytes[headerEnd + 1] !== FrameType.body) return false
    if (readUint16(bytes, headerEnd + 2) !== channel || readUint32(bytes, headerEnd + 4) !== bodySize) return false
    if (bytes[bodyEnd] !== FRAME_END) return false
  }
  bounds.headerStart = headerStart
  bounds.headerEnd = headerEnd
  bounds.bodyStart = bodyStart
  bounds.bodyEnd = bodyEnd
  bounds.next = bodySize === 0 ? bodyStart : bodyEnd + 1
  return true
}
