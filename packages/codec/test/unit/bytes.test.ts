import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes, equalBytes, readUint16, readUint32 } from '../../src/bytes.ts'

describe('bytes', () => {
  it('are read as a DataView reads them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 12 }), fc.nat(8), (bytes, at) => {
        const offset = Math.min(at, bytes.length - 4)
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        expect(readUint16(bytes, offset)).toBe(view.getUint16(offset))
        expect(readUint32(bytes, offset)).toBe(view.getUint32(offset))
      }),
    )
  })

  it('are compared as Buffer compares them', () => {
    const few = fc.uint8Array({ maxLength: 4, max: 2 })
    fc.assert(
      fc.property(few, few, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
      }),
    )
  })

  it('are equal in a range when each of its bytes is', () => {
    const a = Uint8Array.of(1, 2, 3, 4)
    const b = Uint8Array.of(9, 2, 3, 9)
    expect(equalBytes(a, 1, b, 1, 2)).toBe(true)
    expect(equalBytes(a, 1, b, 1, 3)).toBe(false)
    expect(equalBytes(a, 0, b, 0, 2)).toBe(false)
    expect(equalBytes(a, 0, b, 3, 0)).toBe(true)
  })
})
