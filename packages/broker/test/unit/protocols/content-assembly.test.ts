import { encodeContentHeaderFrame, FrameType } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { ContentAssembly } from '../../../src/protocols/amqp/content-assembly.ts'
import { HeldBytes } from '../../../src/protocols/amqp/held-bytes.ts'
import { Message } from '../../../src/queue/message.ts'

const MESSAGE_SIZE_MAX = 1 << 20
/** What a publish method brings: exchange, routing key, bits, frame end. */
const ROUTE = Uint8Array.of(0, 1, 0x71, 0, 206)

/** A message with this many body bytes, put together from frames of `partSize`. */
function assemble(bodySize: number, partSize: number): Message {
  const assembly = new ContentAssembly(new HeldBytes(Infinity))
  assembly.begin(ROUTE, 0, 3)
  const header = Uint8Array.from(encodeContentHeaderFrame(1, bodySize))
  let complete = assembly.frame(FrameType.header, header, 7, header.length - 1, MESSAGE_SIZE_MAX)
  for (let done = 0; done < bodySize; done += partSize) {
    expect(complete).toBe(false)
    const part = new Uint8Array(Math.min(partSize, bodySize - done)).fill(0x62)
    complete = assembly.frame(FrameType.body, part, 0, part.length, MESSAGE_SIZE_MAX)
  }
  expect(complete).toBe(true)
  const message = new Message()
  // It is filled again for every message of the channel.
  message.batch = 7
  assembly.complete(message)
  return message
}

describe('ContentAssembly', () => {
  // Around the sizes at which its memory is full to the last byte.
  const sizes = [0, 1, 4096, 65_536, 131_072].flatMap((size) =>
    [-60, -40, -35, -34, -33, -32, 0, 1].map((by) => size + by),
  )

  it.each(sizes.filter((size) => size >= 0))('ends a body of %i bytes with a frame end', (size) => {
    for (const partSize of [1000, 4096, 131_072]) {
      const message = assemble(size, partSize)
      expect(message.end).toBe(message.bytes.length)
      expect(message.batch).toBe(0)
      expect(message.bytes[message.end - 1]).toBe(206)
      expect(message.body().every((octet) => octet === 0x62)).toBe(true)
      expect(message.body()).toHaveLength(size)
    }
  })
})
