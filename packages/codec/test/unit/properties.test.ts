import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeProperties,
  encodeContentHeader,
  encodeProperties,
  PropertyFlag,
  readBodySize,
  readPropertyFlags,
  typed,
} from '../../src/index.ts'
import { concat, propertiesArbitrary, refusal, toHex, withoutPrototype } from '../testkit.ts'

describe('properties', () => {
  it('decode to what was encoded', () => {
    fc.assert(
      fc.property(propertiesArbitrary, fc.maxSafeNat(), (properties, bodySize) => {
        const payload = encodeContentHeader(bodySize, properties)
        expect(decodeProperties(payload)).toEqual(properties)
        expect(readBodySize(payload, 0)).toBe(bodySize)
        expect(toHex(payload).slice(24)).toBe(toHex(encodeProperties(properties)))
      }),
    )
  })

  it('can lie anywhere in larger bytes', () => {
    const payload = concat(new Uint8Array(5), encodeContentHeader(7, { headers: { a: 1 } }), new Uint8Array(5))
    expect(decodeProperties(payload, 5, payload.length - 5)).toEqual({
      headers: withoutPrototype({ a: typed('I', 1) }),
    })
  })

  it('have a flag each, from the highest bit down', () => {
    const flags = Object.entries({
      contentType: '',
      contentEncoding: '',
      headers: {},
      deliveryMode: 1,
      priority: 0,
      correlationId: '',
      replyTo: '',
      expiration: '',
      messageId: '',
      timestamp: 0,
      type: '',
      userId: '',
      appId: '',
      clusterId: '',
    }).map(([name, value]) => readPropertyFlags(encodeContentHeader(0, { [name]: value }), 0))
    expect(flags).toEqual(Array.from({ length: 14 }, (_, i) => 0x8000 >> i))
    expect(flags).toEqual(Object.values(PropertyFlag))
  })

  it('leave out what is undefined', () => {
    expect(toHex(encodeProperties({ appId: undefined, priority: 0 }))).toBe('080000')
  })

  it('keep timestamps beyond 2^53 exact', () => {
    const timestamp = 2n ** 64n - 1n
    expect(decodeProperties(encodeContentHeader(0, { timestamp }))).toEqual({ timestamp })
  })

  it('show text that is not UTF-8 with U+FFFD', () => {
    const payload = encodeContentHeader(0, { correlationId: 'a?' })
    payload[payload.length - 1] = 0xff
    expect(decodeProperties(payload).correlationId).toBe('a\ufffd')
  })

  it('are refused when malformed', () => {
    const payload = encodeContentHeader(0, { appId: 'app' })
    expect(refusal(() => decodeProperties(payload, 0, payload.length - 1))).toBe(
      'MALFORMED_PROPERTIES: malformed content header: property appId is cut short',
    )
  })

  it('are refused when they do not fit', () => {
    expect(refusal(() => encodeProperties({ priority: 256 }))).toBe(
      'VALUE_OUT_OF_RANGE: 256 must be an integer from 0 to 255',
    )
    expect(refusal(() => encodeProperties({ type: 'x'.repeat(256) }))).toBe(
      'VALUE_OUT_OF_RANGE: short string of 256 bytes must be <= 255',
    )
    expect(refusal(() => encodeProperties({ messageId: 5 as unknown as string }))).toBe(
      'VALUE_OUT_OF_RANGE: number given for a short string',
    )
    expect(refusal(() => encodeContentHeader(-1, {}))).toBe(
      'VALUE_OUT_OF_RANGE: -1 must be an integer from 0 to 18446744073709551615',
    )
  })
})
