import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseProxyHeader } from '../../../src/net/proxy-protocol.ts'

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

function v2(command: number, kind: number, rest: Buffer): Buffer {
  const fixed = Buffer.from([0x20 | command, kind, rest.length >> 8, rest.length & 255])
  return Buffer.concat([SIGNATURE, fixed, rest])
}

const IPV4 = Buffer.from([192, 0, 2, 1, 198, 51, 100, 2, 0x30, 0x39, 0x16, 0x28])
const ADDRESSES = { remoteAddress: '192.0.2.1', remotePort: 12345, localAddress: '198.51.100.2', localPort: 5672 }
const V1 = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 12345 5672\r\n')

describe('parseProxyHeader', () => {
  it('reads version 1', () => {
    expect(parseProxyHeader(Buffer.concat([V1, Buffer.from('AMQP')]))).toEqual({
      size: V1.length,
      addresses: ADDRESSES,
    })
    const ipv6 = parseProxyHeader(Buffer.from('PROXY TCP6 2001:db8::1 ::1 1 65535\r\n'))
    expect(ipv6?.addresses).toMatchObject({ remoteAddress: '2001:db8::1', localAddress: '::1', localPort: 65_535 })
    expect(parseProxyHeader(Buffer.from('PROXY UNKNOWN whatever it says\r\n'))?.addresses).toBeUndefined()
  })

  it('reads version 2, and skips what follows the addresses', () => {
    const header = v2(1, 0x11, Buffer.concat([IPV4, Buffer.from([0x20, 0, 5, 1, 0, 0, 0, 0])]))
    expect(parseProxyHeader(header)).toEqual({ size: header.length, addresses: ADDRESSES })
    const ipv6 = Buffer.concat([
      Buffer.from('20010db8000000000000000000000001', 'hex'),
      Buffer.alloc(16),
      Buffer.alloc(4),
    ])
    expect(parseProxyHeader(v2(1, 0x21, ipv6))?.addresses?.remoteAddress).toBe('2001:db8::1')
  })

  it('takes a proxy that speaks for itself, and families that are no IP', () => {
    expect(parseProxyHeader(v2(0, 0, Buffer.alloc(0)))).toEqual({ size: 16, addresses: undefined })
    expect(parseProxyHeader(v2(1, 0x31, Buffer.alloc(216)))).toEqual({ size: 232, addresses: undefined })
  })

  it.each([V1, v2(1, 0x11, IPV4)])('waits for the rest of one that is cut', (header) => {
    for (let length = 0; length < header.length; length++) {
      expect(parseProxyHeader(header.subarray(0, length))).toBeUndefined()
    }
  })

  it.each([
    'AMQP\0\0\x09\x01',
    'PROXY TCP4 192.0.2.1 198.51.100.2 12345\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 12345 65536\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 012 5672\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1 2 3\r\n',
    'PROXY TCP4 ::1 ::1 1 2\r\n',
    'PROXY TCP6 localhost ::1 1 2\r\n',
    'PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n',
    `PROXY UNKNOWN ${'x'.repeat(107)}`,
  ])('refuses %j', (text) => {
    expect(() => parseProxyHeader(Buffer.from(text, 'latin1'))).toThrow(/PROXY protocol header/)
  })

  it('refuses a version 2 header that is too long, too short, or of another version', () => {
    expect(() => parseProxyHeader(v2(1, 0x11, IPV4.subarray(1)))).toThrow('malformed')
    expect(() => parseProxyHeader(v2(1, 0x11, Buffer.alloc(16_385)))).toThrow('malformed')
    expect(() => parseProxyHeader(v2(2, 0x11, IPV4))).toThrow('malformed')
    expect(() => parseProxyHeader(Buffer.concat([SIGNATURE, Buffer.from([0x11, 0x11, 0, 0])]))).toThrow('malformed')
  })

  it('throws nothing else, whatever the bytes', () => {
    const start = fc.constantFrom(Buffer.alloc(0), SIGNATURE, Buffer.from('PROXY '), Buffer.from('PROXY TCP4 '))
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), (first, rest) => {
        try {
          const header = parseProxyHeader(Buffer.concat([first, rest]))
          return header === undefined || header.size <= first.length + rest.length
        } catch (error) {
          return /PROXY protocol header/.test((error as Error).message)
        }
      }),
    )
  })
})
