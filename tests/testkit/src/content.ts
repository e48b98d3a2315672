/** Content of a message, put together from its frames. */

import { type DecodedProperties, decodeProperties, FrameType, readBodySize } from '@warrenmq/codec'
import { describeFrame } from './describe.ts'
import type { Frame } from './raw-peer.ts'

/** Properties and body. */
export interface Content {
  readonly properties: DecodedProperties
  readonly body: Buffer
  /** Sizes of the body frames' payloads, in bytes. */
  readonly partSizes: readonly number[]
}

/** Reads the frames behind a method that carries content. @throws Error when another frame comes. */
export async function readContent(next: () => Promise<Frame>): Promise<Content> {
  const header = await next()
  if (header.type !== FrameType.header) throw new Error(`expected a content header, got ${describeFrame(header)}`)
  const bodySize = readBodySize(header.payload, 0)
  const parts: Uint8Array[] = []
  let length = 0
  while (length < bodySize) {
    const frame = await next()
    if (frame.type !== FrameType.body) throw new Error(`expected a body frame, got ${describeFrame(frame)}`)
    parts.push(frame.payload)
    length += frame.payload.length
  }
  if (length !== bodySize) throw new Error(`the body has ${length} bytes, its header says ${bodySize}`)
  return {
    properties: decodeProperties(header.payload),
    body: Buffer.concat(parts),
    partSizes: parts.map((part) => part.length),
  }
}
