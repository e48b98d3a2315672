import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, decodeUtf8Lenient, encodeUtf8, writeAscii } from '../../src/text-coding.ts'
import { fromHex } from '../testkit.ts'

const inside = (bytes: Uint8Array) => Uint8Array.from([0x61, 0xff, ...bytes, 0xff, 0x61])

describe('text coding', () => {
  it('gives any text back, short or long, ASCII or not, from the middle of other bytes', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.string({ maxLength: 30 }))
    fc.assert(
      fc.property(text, (text) => {
        const bytes = inside(encodeUtf8(text))
        expect(decodeUtf8(bytes, 2, bytes.length - 2)).toBe(text)
        expect(decodeUtf8Lenient(bytes, 2, bytes.length - 2)).toBe(text)
      }),
    )
  })

  it('keeps a byte order mark', () => {
    expect(decodeUtf8(fromHex('efbbbf61'), 0, 4)).toBe('\ufeffa')
    expect(decodeUtf8Lenient(fromHex('efbbbf61'), 0, 4)).toBe('\ufeffa')
  })

  it.each(['c328', '80', '61626364ff', '6162636465666768696a6b6c6d6eff'])('tells that %s is not UTF-8', (hex) => {
    const bytes = fromHex(hex)
    expect(decodeUtf8(bytes, 0, bytes.length)).toBeUndefined()
    expect(decodeUtf8Lenient(bytes, 0, bytes.length)).toContain('\ufffd')
  })

  it('writes ASCII and tells when there is more than that', () => {
    const target = new Uint8Array(5)
    expect(writeAscii(target, 1, 'ab\x7f')).toBe(true)
    expect([...target]).toEqual([0, 0x61, 0x62, 0x7f, 0])
    expect(writeAscii(target, 1, 'aü')).toBe(false)
  })
})
