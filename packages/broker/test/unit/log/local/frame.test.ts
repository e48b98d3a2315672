import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CHUNK_BYTES,
  findDamage,
  frameBytes,
  HEADER_BYTES,
  hasSoundTrailer,
  logIdAt,
  parseHeader,
  payloadBytesWithin,
  pushFrame,
} from '../../../../src/log/local/frame.ts'

const logId = Buffer.from('12345678')

function encode(parts: readonly Uint8Array[], position = 7, roundIndex = 2): Buffer {
  const out: Uint8Array[] = []
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  pushFrame(out, position, logId, roundIndex, parts, length)
  return Buffer.concat(out)
}

describe('a frame', () => {
  it('has the bytes that the format says', () => {
    const expected = [
      '574c4701', // magic, version
      '0000000200000005', // position
      '3132333435363738', // log id
      '00000005', // length
      '00000003', // place in its write
      '739da2e4', // checksum
      '68656c6c6f', // payload
      'fdff1781', // checksum of the chunk
      'faee991b', // checksum of the trailer
    ]
    expect(encode([Buffer.from('hello')], 2 ** 33 + 5, 3).toString('hex')).toBe(expected.join(''))
  })

  it('is the same however its payload is cut into parts', () => {
    const payload = fc.uint8Array({ minLength: 0, maxLength: 3 * CHUNK_BYTES })
    fc.assert(
      fc.property(payload, fc.array(fc.nat(3 * CHUNK_BYTES), { maxLength: 5 }), (bytes, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b)
        const parts = places.slice(1).map((end, i) => bytes.subarray(places[i], end))
        const frame = encode(parts)
        expect(frame.length).toBe(frameBytes(bytes.length))
        expect(frame.equals(encode([bytes]))).toBe(true)
        const header = parseHeader(frame, 0, logId)
        expect(header).toMatchObject({ position: 7, roundIndex: 2, length: bytes.length, frameBytes: frame.length })
        expect(header && findDamage(frame, header)).toEqual([])
        expect(header && hasSoundTrailer(frame, header)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('shows a change of any byte', () => {
    const frame = encode([Buffer.alloc(CHUNK_BYTES + 100, 'x')])
    for (let i = 0; i < frame.length; i++) {
      frame[i] ^= 0x10
      const header = parseHeader(frame, 0, logId)
      expect(i < HEADER_BYTES).toBe(header === undefined)
      const isSound = header && hasSoundTrailer(frame, header) && findDamage(frame, header).length === 0
      expect(isSound ?? false).toBe(false)
      frame[i] ^= 0x10
    }
  })

  it('is damaged where it is cut short', () => {
    const frame = encode([Buffer.alloc(2 * CHUNK_BYTES, 'x')])
    const short = frame.subarray(0, HEADER_BYTES + 5000)
    const header = parseHeader(short, 0, logId)
    expect(header && findDamage(short, header)).toEqual([{ start: 0, end: 2 * CHUNK_BYTES }])
    expect(header && hasSoundTrailer(short, header)).toBe(false)
    expect(parseHeader(frame.subarray(0, HEADER_BYTES - 1), 0, logId)).toBeUndefined()
  })

  it('belongs to one log', () => {
    const frame = encode([Buffer.from('hello')])
    expect(parseHeader(frame, 0, Buffer.from('87654321'))).toBeUndefined()
    expect(parseHeader(frame, 0, undefined)).toBeDefined()
    expect(Buffer.from(logIdAt(frame, 0)).equals(logId)).toBe(true)
  })

  it('has no place that another frame of the same payload would fill', () => {
    const one = encode([Buffer.alloc(5000, 'x')], 7)
    const other = encode([Buffer.alloc(5000, 'x')], 8)
    const mixed = Buffer.concat([one.subarray(0, HEADER_BYTES + 5000), other.subarray(HEADER_BYTES + 5000)])
    const header = parseHeader(mixed, 0, logId)
    expect(header && findDamage(mixed, header)).toEqual([{ start: 0, end: 5000 }])
  })

  it('fits where its payload was measured for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 2 ** 31 }), (room) => {
        const length = payloadBytesWithin(room)
        expect(frameBytes(length)).toBeLessThanOrEqual(room)
        expect(frameBytes(length + 5)).toBeGreaterThan(room)
      }),
    )
  })
})
