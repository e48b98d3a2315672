/**
 * A message as the hot path holds it: ranges of bytes that lie together, in the order in which `basic.publish` brought them.
 *
 *     bytes … | length exchange length routing-key | bits 0xCE | header frame | body frame | …
 *             routeStart                           routeEnd    routeEnd + 2   bodyStart    end
 *
 * The two octets after the route are the last of the publish method. A body of any size stands in one body frame, whose size field
 * counts it all; whoever delivers it cuts it to the receiver's frame size. An empty body has no body frame: `bodyStart` is `end`.
 *
 * One object is filled again and again. What must outlive the call keeps the bytes, through the store, not the object.
 */

import { readUint16, readUint32 } from '@warrenmq/codec/internal'

/** Octets of a frame before its payload. */
export const FRAME_HEADER_SIZE = 7
/** Octets between the route and the header frame: the publish method's bits and its frame end. */
export const ROUTE_GAP = 2

export class Message {
  bytes: Uint8Array = new Uint8Array(0)
  routeStart = 0
  routeEnd = 0
  bodyStart = 0
  end = 0
  /** Length of the body, in bytes. */
  bodySize = 0
  /** AMQP property flags of the content header. */
  propertyFlags = 0
  /** Whether `bytes` belongs to this message alone and may be kept as it is. */
  owned = false
  /** The batch of the journal that it was recorded in; 0 for none. */
  batch = 0
  /** Where the store has it, or -1. */
  position = -1

  /** Offset of the content header's payload. */
  get headerPayloadStart(): number {
    return this.routeEnd + ROUTE_GAP + FRAME_HEADER_SIZE
  }

  /** Offset behind the content header's payload. */
  get headerPayloadEnd(): number {
    return this.bodyStart - 1
  }

  /** Points at the message that `bytes[routeStart]` … `bytes[end - 1]` holds; the other offsets are read from it. */
  point(bytes: Uint8Array, routeStart: number, routeEnd: number, end: number): void {
    const header = routeEnd + ROUTE_GAP + FRAME_HEADER_SIZE
    this.bytes = bytes
    this.routeStart = routeStart
    this.routeEnd = routeEnd
    this.end = end
    this.bodyStart = header + readUint32(bytes, routeEnd + ROUTE_GAP + 3) + 1
    this.bodySize = readUint32(bytes, header + 8)
    this.propertyFlags = readUint16(bytes, header + 12)
  }

  /** The body, as a view. */
  body(): Uint8Array {
    const start = this.bodyStart + FRAME_HEADER_SIZE
    return this.bytes.subarray(start, start + this.bodySize)
  }
}
