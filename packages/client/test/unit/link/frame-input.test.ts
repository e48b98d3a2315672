import { encodeFrame, FrameType } from '@warrenmq/codec'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FrameInput } from '../../../src/link/frame-input.ts'

it('finds the same frames however the stream is cut', () => {
  const frame = fc.tuple(
    fc.constantFrom(FrameType.method, FrameType.header, FrameType.body),
    fc.uint8Array({ maxLength: 60 }),
  )
  const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 10 }), cuts, (frames, sizes) => {
      const stream = Buffer.concat(frames.map(([type, payload]) => encodeFrame(type, 3, payload)))
      const found: [number, number[]][] = []
      const input = new FrameInput(1000, {
        frame(type, channel, bytes, start, end) {
          expect(channel).toBe(3)
          found.push([type, [...bytes.subarray(start, end)]])
          return end + 1
        },
      })
      for (let offset = 0, i = 0; offset < stream.length; i++) {
        const size = sizes[i % sizes.length]
        input.push(Uint8Array.from(stream.subarray(offset, offset + size)))
        offset += size
      }
      expect(found).toEqual(frames.map(([type, payload]) => [type, [...payload]]))
    }),
  )
})
