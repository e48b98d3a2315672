/** Makes a message of values, for whoever publishes without a protocol: the management API. */

import { type BasicProperties, CodecError, encodeContentHeader, FRAME_END, FrameType } from '@warrenmq/codec'
import { concatBytes } from '../memory/allocate.ts'
import { Message } from '../queue/message.ts'

const SHORT_STRING_MAX = 255
/** Where a content header's payload has the size of the body. */
const BODY_SIZE_OFFSET = 4

/** What a message is made of. */
export interface MessageParts {
  readonly exchange: string
  readonly routingKey: string
  /** Properties, or the payload of a content header that has them. */
  readonly properties: BasicProperties | HeaderPayload
  readonly body: Uint8Array
}

/** A content header's payload as it is. */
export interface HeaderPayload {
  readonly payload: Uint8Array
}

/** A message with bytes of its own. @throws RangeError for a name, or a property, that no message can have. */
export function createMessage({ exchange, routingKey, properties, body }: MessageParts): Message {
  const names = [encodeName('exchange', exchange), encodeName('routing key', routingKey)]
  const header = encodeHeader(body.length, properties)
  const bytes = concatBytes(
    ...names,
    // The bits of the publish method and its frame end.
    Uint8Array.of(0, FRAME_END),
    frameStart(FrameType.header, header.length),
    header,
    Uint8Array.of(FRAME_END),
    ...(body.length === 0 ? [] : [frameStart(FrameType.body, body.length), body, Uint8Array.of(FRAME_END)]),
  )
  const message = new Message()
  message.point(bytes, 0, names[0].length + names[1].length, bytes.length)
  message.owned = true
  return message
}

/** A copy of a message, with bytes of its own. */
export function copyMessage({ bytes, routeStart, routeEnd, end }: Message): Message {
  const copy = new Message()
  copy.point(bytes.slice(routeStart, end), 0, routeEnd - routeStart, end - routeStart)
  copy.owned = true
  return copy
}

/** A copy of a message that was published to another exchange, or with another routing key. */
export function withRoute({ bytes, routeEnd, end }: Message, exchange: string, routingKey: string): Message {
  const names = [encodeName('exchange', exchange), encodeName('routing key', routingKey)]
  const copy = new Message()
  const whole = concatBytes(...names, bytes.subarray(routeEnd, end))
  copy.point(whole, 0, names[0].length + names[1].length, whole.length)
  copy.owned = true
  return copy
}

function encodeHeader(size: number, properties: BasicProperties | HeaderPayload): Uint8Array {
  if ('payload' in properties) return withBodySize(properties.payload, size)
  try {
    return encodeContentHeader(size, properties)
  } catch (error) {
    if (error instanceof CodecError) throw new RangeError(error.message)
    throw error
  }
}

/** The same properties for a body of another size. */
function withBodySize(payload: Uint8Array, size: number): Uint8Array {
  const copy = payload.slice()
  new DataView(copy.buffer, copy.byteOffset).setBigUint64(BODY_SIZE_OFFSET, BigInt(size))
  return copy
}

function encodeName(what: string, name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name)
  if (bytes.length > SHORT_STRING_MAX) throw new RangeError(`${what} is longer than ${SHORT_STRING_MAX} bytes`)
  return concatBytes(Uint8Array.of(bytes.length), bytes)
}

function frameStart(type: FrameType, size: number): Uint8Array {
  return Uint8Array.of(type, 0, 0, size >>> 24, size >>> 16, size >>> 8, size)
}
