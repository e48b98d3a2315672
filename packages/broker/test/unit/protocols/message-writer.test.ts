import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { encodeContentHeaderFrame, FrameParser } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { outputPages, PAGE_SIZE, workingMemory } from '../../../src/memory/working-memory.ts'
import { Output } from '../../../src/net/output.ts'
import { writeMessage } from '../../../src/protocols/amqp/message-writer.ts'
import { createReturnPrefix } from '../../../src/protocols/amqp/method-prefix.ts'
import { Message } from '../../../src/queue/message.ts'
import { Turn } from '../../../src/scheduler/turn.ts'

const FRAME_SIZE_MAX = 131_072
const MARK = 0x55

/** A message without a body whose header frame has this payload size. */
function messageWithHeader(size: number): Message {
  const h = 'h'.repeat(size - 14 - 4 - 2 - 5)
  const header = encodeContentHeaderFrame(1, 0, { headers: { h } })
  const bytes = Uint8Array.from(Buffer.concat([Uint8Array.of(0, 1, 0x71, 0, 206), header]))
  const message = new Message()
  message.point(bytes, 0, 3, bytes.length)
  return message
}

describe('writeMessage', () => {
  it.each([1000, 40_000, FRAME_SIZE_MAX - 1, FRAME_SIZE_MAX])(
    'stays inside its page with a header of %i bytes',
    (size) => {
      const page = outputPages.take()
      outputPages.release(page)
      const behind = workingMemory.subarray(page + PAGE_SIZE, page + PAGE_SIZE + 1024).fill(MARK)
      const stream = new PassThrough({ highWaterMark: 1 << 20 })
      const owner = { outputCongested() {}, outputOverflowing() {}, outputDrained() {} }
      const turn = new Turn((error) => {
        throw error
      })
      const output = new Output(stream as unknown as Socket, turn, owner, 1 << 20)
      writeMessage(output, 7, FRAME_SIZE_MAX, createReturnPrefix(7), messageWithHeader(size))
      output.flush()
      expect(behind.every((octet) => octet === MARK)).toBe(true)

      const frames: (readonly [type: number, channel: number, size: number])[] = []
      new FrameParser({ frameSizeMax: 0 }).push(stream.read(), {
        frame(type, channel, _bytes, start, end) {
          frames.push([type, channel, end - start])
          return end + 1
        },
      })
      expect(frames.map(([type, channel]) => [type, channel])).toEqual([
        [1, 7],
        [2, 7],
      ])
      expect(frames[1][2]).toBe(size)
    },
  )
})
