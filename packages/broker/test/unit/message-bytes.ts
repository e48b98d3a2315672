/** Messages as the publish path has them, for tests of what lies behind it. */

import { encodeContentHeaderFrame } from '@warrenmq/codec'
import { Message } from '../../src/queue/message.ts'

/** The bytes of a message from its route on, in the layout of {@link Message}. */
export function messageBytes(exchange: string, routingKey: string, body: Uint8Array): Uint8Array {
  const route = [exchange, routingKey].flatMap((name) => [Buffer.byteLength(name), ...Buffer.from(name)])
  const header = encodeContentHeaderFrame(1, body.length)
  const bodyFrame: Uint8Array[] = []
  if (body.length > 0) {
    const head = Buffer.alloc(7)
    head[0] = 3
    head.writeUInt16BE(1, 1)
    head.writeUInt32BE(body.length, 3)
    bodyFrame.push(head, body, Uint8Array.of(206))
  }
  return Uint8Array.from(Buffer.concat([Uint8Array.from(route), Uint8Array.of(0, 206), header, ...bodyFrame]))
}

/** A message in bytes of its own, or, with `offset`, somewhere inside larger bytes. */
export function createMessage(routingKey: string, body: Uint8Array | string, offset = 0): Message {
  const bytes = messageBytes('', routingKey, typeof body === 'string' ? Buffer.from(body) : body)
  const placed = new Uint8Array(bytes.length + offset * 2)
  placed.set(bytes, offset)
  const message = new Message()
  message.point(placed, offset, offset + 2 + Buffer.byteLength(routingKey), offset + bytes.length)
  message.owned = offset === 0
  return message
}

export function bodyText(message: Message): string {
  return Buffer.from(message.body()).toString()
}

export function routeText(message: Message): string {
  return Buffer.from(message.bytes.slice(message.routeStart, message.routeEnd)).toString('latin1')
}
