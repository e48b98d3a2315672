import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecError, encodeFrame, FrameParser, type FrameSink, FrameType, HEARTBEAT_FRAME } from '../../src/index.ts'
import { neededFrameSize, scanFrames } from '../../src/internal.ts'
import { concat, errorOf, FRAME_TYPES, FrameCollector, fromHex, refusal, type SeenFrame, toHex } from '../testkit.ts'

const framesArbitrary = fc.array(
  fc.record({
    type: fc.constantFrom(...FRAME_TYPES),
    channel: fc.nat(0xffff),
    payload: fc.uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 5 },
)

/** Streams that are frames but for a few bytes. */
const garbageArbitrary = fc
  .tuple(framesArbitrary, fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 2 }), fc.uint8Array())
  .map(([frames, mutations, tail]) => {
    const stream = concat(...frames.map(({ type, channel, payload }) => encodeFrame(type, channel, payload)), tail)
    for (const { at, byte } of mutations) if (stream.length > 0) stream[at % stream.length] = byte
    return stream
  })

const cutsArbitrary = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 })

function parse(chunks: readonly Uint8Array[], frameSizeMax = 131072): SeenFrame[] {
  const parser = new FrameParser({ frameSizeMax })
  const sink = new FrameCollector()
  for (const chunk of chunks) parser.push(chunk, sink)
  return sink.frames
}

/** Frames seen, bytes that wait, and the error that ended it, if one did. */
function outcome(chunks: readonly Uint8Array[]): unknown {
  const parser = new FrameParser({ frameSizeMax: 64 })
  const sink = new FrameCollector()
  try {
    for (const chunk of chunks) parser.push(chunk, sink)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    return { frames: sink.frames, message: error.message, details: error.details }
  }
  return { frames: sink.frames, pending: parser.pendingLength }
}

/** Each byte in a chunk of its own. */
function byteByByte(stream: Uint8Array): Uint8Array[] {
  return Array.from(stream, (byte) => Uint8Array.of(byte))
}

/** Chunks of these sizes, in turn. */
function cut(stream: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let start = 0; start < stream.length; ) {
    const size = sizes[chunks.length % sizes.length]
    chunks.push(stream.subarray(start, start + size))
    start += size
  }
  return chunks
}

describe('FrameParser', () => {
  it('gives the frames of a stream that comes whole, byte by byte, or cut anywhere', () => {
    fc.assert(
      fc.property(framesArbitrary, cutsArbitrary, (frames, sizes) => {
        const stream = concat(...frames.map(({ type, channel, payload }) => encodeFrame(type, channel, payload)))
        const expected = frames.map(({ type, channel, payload }) => ({ type, channel, payload: toHex(payload) }))
        expect(parse([stream])).toEqual(expected)
        expect(parse(byteByByte(stream))).toEqual(expected)
        expect(parse(cut(stream, sizes))).toEqual(expected)
      }),
    )
  })

  it('gives the same frames for two chunks, wherever the cut', () => {
    const stream = concat(encodeFrame(FrameType.method, 1, new Uint8Array(20).fill(7)), HEARTBEAT_FRAME)
    for (let at = 0; at <= stream.length; at++) {
      expect(parse([stream.subarray(0, at), stream.subarray(at)])).toEqual(parse([stream]))
    }
  })

  it('gives the same frames and the same error for a malformed stream, whatever the cuts', () => {
    fc.assert(
      fc.property(garbageArbitrary, cutsArbitrary, (stream, sizes) => {
        const whole = outcome([stream])
        expect(outcome(byteByByte(stream))).toEqual(whole)
        expect(outcome(cut(stream, sizes))).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses a payload above the limit as soon as its size is there', () => {
    const header = Uint8Array.of(FrameType.body, 0, 1, 0, 2, 0, 1)
    const error = errorOf(() => parse(byteByByte(header)))
    expect(error).toMatchObject({
      code: 'FRAME_TOO_LARGE',
      message: 'frame payload of 131073 bytes is larger than 131072',
      details: { frameType: 3, size: 131073, limit: 131072 },
    })
    expect(errorOf(() => new FrameParser().push(header, new FrameCollector())).details).toEqual(error.details)
  })

  it('takes a payload of exactly the limit, and any size without one', () => {
    const frame = encodeFrame(FrameType.body, 1, new Uint8Array(4096))
    expect(parse([frame], 4096)).toHaveLength(1)
    expect(parse([encodeFrame(FrameType.body, 1, new Uint8Array(200_000))], 0)).toHaveLength(1)
  })

  it('takes a new limit for the next chunk', () => {
    const parser = new FrameParser({ frameSizeMax: 10 })
    const sink = new FrameCollector()
    const frame = encodeFrame(FrameType.body, 1, new Uint8Array(11))
    parser.frameSizeMax = 11
    parser.push(frame, sink)
    expect(sink.frames).toHaveLength(1)
    parser.frameSizeMax = 10
    expect(refusal(() => parser.push(frame, sink))).toBe('FRAME_TOO_LARGE: frame payload of 11 bytes is larger than 10')
  })

  it('refuses a frame that does not end with 206, showing the octet and a copy of the payload', () => {
    const frame = encodeFrame(FrameType.method, 1, new Uint8Array(100).fill(7))
    frame[frame.length - 1] = 0
    const error = errorOf(() => parse([Buffer.from(frame.buffer)]))
    frame.fill(0)
    expect(error).toMatchObject({
      code: 'INVALID_FRAME_END',
      message: 'frame ends with octet 0 instead of 206',
      details: { frameType: 1, size: 100, frameEnd: 0, payload: new Uint8Array(64).fill(7) },
    })
  })

  it('refuses an unknown kind of frame', () => {
    const frame = encodeFrame(4 as FrameType, 1, Uint8Array.of(0x78))
    expect(errorOf(() => parse([frame]))).toMatchObject({
      code: 'UNKNOWN_FRAME_TYPE',
      message: 'unknown frame type 4',
      details: { frameType: 4, size: 1, payload: Uint8Array.of(0x78) },
    })
  })

  it('holds only what has arrived of a frame, whatever size it announces', () => {
    const parser = new FrameParser({ frameSizeMax: 0 })
    const sink = new FrameCollector()
    parser.push(fromHex('03 0001 ffffffff 010203'), sink)
    expect(parser.pendingLength).toBe(10)
    parser.push(new Uint8Array(1000), sink)
    expect(parser.pendingLength).toBe(1010)
    expect(sink.frames).toEqual([])
  })

  it('puts large frames together from many chunks and goes on with small ones', () => {
    const large = encodeFrame(FrameType.body, 1, new Uint8Array(600_000).fill(9))
    const stream = concat(large, HEARTBEAT_FRAME, large, HEARTBEAT_FRAME)
    const sizes: number[] = []
    const parser = new FrameParser({ frameSizeMax: 0 })
    const sink: FrameSink = {
      frame(_type, _channel, bytes, start, end) {
        sizes.push(end - start)
        expect(bytes.subarray(start, end).every((byte) => byte === 9)).toBe(true)
        return end + 1
      },
    }
    for (const chunk of cut(stream, [16_384, 5, 65_536])) parser.push(chunk, sink)
    expect(sizes).toEqual([600_000, 0, 600_000, 0])
    expect(parser.pendingLength).toBe(0)
  })

  it('stops when the sink says so, in a chunk or in what was carried over, and throws the rest away', () => {
    const frame = encodeFrame(FrameType.method, 1, Uint8Array.of(1))
    const seen: number[] = []
    const once: FrameSink = {
      frame(type) {
        seen.push(type)
        return -1
      },
    }
    new FrameParser().push(concat(frame, frame), once)
    expect(seen).toEqual([1])
    const parser = new FrameParser()
    parser.push(frame.subarray(0, 3), once)
    parser.push(concat(frame.subarray(3), frame), once)
    expect(seen).toEqual([1, 1])
    expect(parser.pendingLength).toBe(0)
  })
})

describe('scanFrames', () => {
  it('lets the sink take frames that follow', () => {
    const one = encodeFrame(FrameType.method, 1, Uint8Array.of(1))
    const two = encodeFrame(FrameType.header, 1, Uint8Array.of(2))
    const bytes = concat(one, two, HEARTBEAT_FRAME)
    const types: number[] = []
    const rest = scanFrames(bytes, 0, bytes.length, 0, {
      frame(type, _channel, _bytes, _start, end, bytesEnd) {
        types.push(type)
        expect(bytesEnd).toBe(bytes.length)
        return type === FrameType.method ? end + 1 + two.length : end + 1
      },
    })
    expect(types).toEqual([FrameType.method, FrameType.heartbeat])
    expect(rest).toBe(bytes.length)
  })

  it('tells where the first incomplete frame begins', () => {
    const bytes = concat(HEARTBEAT_FRAME, HEARTBEAT_FRAME.subarray(0, 7))
    expect(scanFrames(bytes, 0, bytes.length, 0, new FrameCollector())).toBe(8)
    expect(scanFrames(bytes, 8, bytes.length, 0, new FrameCollector())).toBe(8)
  })
})

it('tells how large an incomplete frame will be as soon as that is known', () => {
  const frame = encodeFrame(FrameType.body, 1, new Uint8Array(300))
  expect(neededFrameSize(frame, 0, 3)).toBe(7)
  expect(neededFrameSize(frame, 0, 7)).toBe(308)
})
