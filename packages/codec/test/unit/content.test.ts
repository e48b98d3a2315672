import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeBodyFrames,
  encodeContentFrames,
  encodeContentHeader,
  encodeContentHeaderFrame,
  encodeFrame,
  FRAME_END,
  FRAME_MIN_SIZE,
  FRAME_OVERHEAD,
  FrameParser,
  FrameType,
  HEARTBEAT_FRAME,
} from '../../src/index.ts'
import { concat, FRAME_TYPES, FrameCollector, refusal, toHex, utf8 } from '../testkit.ts'

describe('frames', () => {
  it('are the bytes that RabbitMQ and its clients exchange', () => {
    expect(toHex(HEARTBEAT_FRAME)).toBe('08000000000000ce')
    expect(toHex(encodeFrame(FrameType.body, 1, utf8('hi')))).toBe('030001000000026869ce')
    const properties = { contentType: 'text/plain', headers: { a: 1 }, deliveryMode: 2, timestamp: 1_700_000_000 }
    expect(toHex(encodeContentHeaderFrame(1, 2, properties))).toBe(
      '0200010000002d003c00000000000000000002b0400a746578742f706c61696e000000070161490000000102000000006553f100ce',
    )
    expect(toHex(encodeContentHeaderFrame(1, 0))).toBe('0200010000000e003c000000000000000000000000ce')
  })

  it('are type, channel, size, payload and the octet 206', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FRAME_TYPES), fc.nat(0xffff), fc.uint8Array(), (type, channel, payload) => {
        const frame = encodeFrame(type, channel, payload)
        const view = new DataView(frame.buffer)
        expect(frame).toHaveLength(payload.length + FRAME_OVERHEAD)
        expect([frame[0], view.getUint16(1), view.getUint32(3)]).toEqual([type, channel, payload.length])
        expect([...frame.subarray(7, -1)]).toEqual([...payload])
        expect(frame.at(-1)).toBe(FRAME_END)
      }),
    )
  })

  it('have a channel of 16 bits', () => {
    expect(refusal(() => encodeFrame(FrameType.body, 65536, utf8('')))).toBe(
      'VALUE_OUT_OF_RANGE: 65536 must be an integer from 0 to 65535',
    )
    expect(refusal(() => encodeContentHeaderFrame(-1, 0))).toBe(
      'VALUE_OUT_OF_RANGE: -1 must be an integer from 0 to 65535',
    )
  })
})

describe('the content of a message', () => {
  it('is cut as RabbitMQ cuts it', () => {
    const body = new Uint8Array(10_000)
    const sizes = encodeBodyFrames(1, body, FRAME_MIN_SIZE).map((frame) => frame.length - FRAME_OVERHEAD)
    expect(sizes).toEqual([4088, 4088, 1824])
    expect(encodeBodyFrames(1, body, 0)).toHaveLength(1)
  })

  it('has no body frame for an empty body', () => {
    expect(encodeContentFrames(1, {}, new Uint8Array(0), 4096)).toHaveLength(1)
  })

  it('comes together again, whatever the frame size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 9, max: 200 }), (body, frameSizeMax) => {
        const collector = new FrameCollector()
        const frames = encodeContentFrames(3, { appId: 'a' }, body, frameSizeMax)
        new FrameParser().push(concat(...frames), collector)
        const [header, ...parts] = collector.frames
        expect(header.payload).toBe(toHex(encodeContentHeader(body.length, { appId: 'a' })))
        expect(parts.map(({ payload }) => payload).join('')).toBe(toHex(body))
        expect(new Set(parts.map(({ type, channel }) => `${type} ${channel}`)).size).toBeLessThan(2)
        expect(Math.max(0, ...frames.slice(1).map(({ length }) => length))).toBeLessThanOrEqual(frameSizeMax)
      }),
    )
  })

  it('needs frames that have room for it', () => {
    expect(refusal(() => encodeBodyFrames(1, new Uint8Array(1), 8))).toBe(
      'VALUE_OUT_OF_RANGE: frameSizeMax 8 must be > 8',
    )
  })
})
