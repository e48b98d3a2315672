/** Nanoseconds of cutting 1,000 small messages into frames: `npx vitest bench packages/codec/bench/frames.bench.ts`. */

import { bench, describe } from 'vitest'
import { encodeContentFrames, encodeMethodFrame, FrameParser, type FrameSink } from '../src/index.ts'

const message = Buffer.concat([
  encodeMethodFrame(1, 'basic.publish', { routingKey: 'orders' }),
  ...encodeContentFrames(1, { deliveryMode: 2 }, new Uint8Array(16), 131072),
])
const stream = Uint8Array.from(Buffer.concat(Array.from({ length: 1000 }, () => message)))

/** Does as little as a sink can. */
class CountingSink implements FrameSink {
  count = 0

  frame(_type: number, _channel: number, _bytes: Uint8Array, _start: number, end: number): number {
    this.count++
    return end + 1
  }
}

describe('FrameParser, 3,000 frames', () => {
  const parser = new FrameParser()
  const sink = new CountingSink()

  bench('in one chunk', () => {
    parser.push(stream, sink)
  })

  bench('in chunks of 1,460 bytes', () => {
    for (let start = 0; start < stream.length; start += 1460) parser.push(stream.subarray(start, start + 1460), sink)
  })
})
