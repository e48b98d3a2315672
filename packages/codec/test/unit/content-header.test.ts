import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BasicProperties,
  decodeProperties,
  decodeTypedTable,
  encodeContentHeader,
  NESTING_MAX,
  PropertyFlag,
  propertyOffset,
  readBodySize,
  readHeaders,
  readOctetProperty,
  readPropertyFlags,
  readShortstrProperty,
  readTimestamp,
  validateContentHeader,
} from '../../src/index.ts'
import { concat, fromHex, isAccepted, propertiesArbitrary, refusal, toHex, utf8 } from '../testkit.ts'

const ALL: BasicProperties = {
  contentType: 'text/plain',
  contentEncoding: 'gzip',
  headers: { a: 1, list: [true, null, { deep: 'x' }], d: 0.5, x: Uint8Array.of(1) },
  deliveryMode: 2,
  priority: 9,
  correlationId: 'c',
  replyTo: 'r',
  expiration: '1000',
  messageId: 'm',
  timestamp: 1_700_000_000,
  type: 't',
  userId: 'guest',
  appId: 'app',
  clusterId: 'cluster',
}

const validate = (payload: Uint8Array) => validateContentHeader(payload, 0, payload.length)

/** A payload with these flags and what follows them. */
const headerOf = (flags: number, ...rest: readonly Uint8Array[]) =>
  concat(encodeContentHeader(0, {}).slice(0, 12), Uint8Array.of(flags >> 8, flags), ...rest)

/** The payload of a message whose only property is this table, given with its length in front. */
const headersOf = (table: Uint8Array) => headerOf(PropertyFlag.headers, table)

/** A length of 32 bits and what it counts. */
function withLength(bytes: Uint8Array): Uint8Array {
  return concat(fromHex(bytes.length.toString(16).padStart(8, '0')), bytes)
}

describe('single properties', () => {
  it('are those of the decoded properties, wherever the payload lies', () => {
    fc.assert(
      fc.property(propertiesArbitrary, fc.nat(20), fc.maxSafeNat(), (properties, start, bodySize) => {
        const payload = concat(
          new Uint8Array(start).fill(0xff),
          encodeContentHeader(bodySize, properties),
          utf8('behind'),
        )
        const end = payload.length - 6
        const text = (flag: PropertyFlag) => readShortstrProperty(payload, start, end, flag)
        validateContentHeader(payload, start, end)
        expect(readBodySize(payload, start)).toBe(bodySize)
        expect(text(PropertyFlag.contentType)).toBe(properties.contentType)
        expect(text(PropertyFlag.correlationId)).toBe(properties.correlationId)
        expect(text(PropertyFlag.clusterId)).toBe(properties.clusterId)
        expect(readOctetProperty(payload, start, end, PropertyFlag.priority)).toBe(properties.priority)
        expect(readTimestamp(payload, start, end)).toBe(properties.timestamp)
        expect(readHeaders(payload, start, end)).toEqual(properties.headers)
      }),
    )
  })

  it('are missing from a message without any', () => {
    const payload = encodeContentHeader(0, {})
    expect(readPropertyFlags(payload, 0)).toBe(0)
    expect(propertyOffset(payload, 0, payload.length, PropertyFlag.messageId)).toBe(-1)
    expect(readOctetProperty(payload, 0, payload.length, PropertyFlag.priority)).toBeUndefined()
    expect(readTimestamp(payload, 0, payload.length)).toBeUndefined()
    expect(readHeaders(payload, 0, payload.length)).toBeUndefined()
  })

  it('show text that is not UTF-8 with U+FFFD', () => {
    const payload = headerOf(PropertyFlag.messageId, fromHex('02 c3 28'))
    expect(readShortstrProperty(payload, 0, payload.length, PropertyFlag.messageId)).toBe('\ufffd(')
  })

  it('are refused where they do not lie before the end, though bytes follow', () => {
    const payload = concat(encodeContentHeader(0, ALL), new Uint8Array(50))
    const whole = payload.length - 50
    for (const name of Object.keys(ALL) as (keyof typeof PropertyFlag)[]) {
      const flag = PropertyFlag[name]
      const offset = propertyOffset(payload, 0, whole, flag)
      for (let end = 14; end <= offset; end++) {
        expect(refusal(() => propertyOffset(payload, 0, end, flag))).toMatch(/^MALFORMED_PROPERTIES: .* is cut short$/)
      }
    }
    expect(refusal(() => readHeaders(payload, 0, 32))).toBe(
      'MALFORMED_PROPERTIES: malformed content header: property headers is cut short',
    )
    expect(refusal(() => propertyOffset(payload, 0, 13, PropertyFlag.headers))).toBe(
      'MALFORMED_PROPERTIES: malformed content header: 13 bytes, at least 14 needed',
    )
  })
})

describe('a content header', () => {
  it('is refused when cut short anywhere, whether or not bytes follow', () => {
    const payload = encodeContentHeader(0, ALL)
    validate(payload)
    for (let length = 0; length < payload.length; length++) {
      const message = refusal(() => validateContentHeader(payload, 0, length))
      expect(message).toMatch(/^MALFORMED_PROPERTIES: malformed content header: /)
      expect(refusal(() => validate(payload.slice(0, length)))).toBe(message)
    }
  })

  it('is refused when its range goes beyond the bytes', () => {
    const payload = encodeContentHeader(0, ALL)
    expect(refusal(() => validateContentHeader(payload.subarray(0, -1), 0, payload.length))).toBe(
      'MALFORMED_PROPERTIES: malformed content header: property clusterId is cut short',
    )
  })

  it('is refused with bytes behind the last property', () => {
    const payload = concat(encodeContentHeader(0, ALL), Uint8Array.of(0))
    expect(refusal(() => validate(payload))).toBe(
      'MALFORMED_PROPERTIES: malformed content header: 1 bytes behind the last property',
    )
  })

  it('may have bit 1 of the flags set but not bit 0', () => {
    validate(headerOf(2))
    expect(refusal(() => validate(headerOf(1)))).toBe(
      'MALFORMED_PROPERTIES: malformed content header: more than one word of property flags',
    )
  })

  it.each([
    ['a value of an unknown tag', '00000005 01 61 55 0001', 'UNKNOWN_FIELD_TAG: unknown table value tag "U"'],
    ['a table cut in a name', '00000002 05 61', cutShort()],
    ['a table cut behind a name', '00000002 01 61', cutShort()],
    ['a table cut in a value', '00000005 01 61 49 0000', cutShort()],
    ['a table cut in a length', '00000005 01 61 53 0000', cutShort()],
    ['a string beyond the table', '00000008 01 61 53 00000002 61', cutShort()],
    ['a string of 4 GiB', '00000008 01 61 53 ffffffff 61', cutShort()],
    ['a table longer than the payload', '00000004 01 61 56', cutShort()],
    ['an item beyond its array', '00000009 01 61 41 00000001 74 01', cutShort()],
    ['an array cut in its length', '00000005 01 61 41 0000', cutShort()],
    ['an array beyond the table', '00000008 01 61 41 00000002 56', cutShort()],
  ])('is refused with %s', (_, table, message) => {
    expect(refusal(() => validate(headersOf(fromHex(table))))).toBe(message)
  })

  it('nests its headers to the limit and no deeper', () => {
    const tooDeep = `NESTING_TOO_DEEP: tables and arrays nest deeper than ${NESTING_MAX}`
    let table = withLength(new Uint8Array(0))
    for (let depth = 1; depth < NESTING_MAX; depth++) table = withLength(concat(utf8('\x01tF'), table))
    validate(headersOf(table))
    expect(refusal(() => validate(headersOf(withLength(concat(utf8('\x01tF'), table)))))).toBe(tooDeep)

    let array = withLength(new Uint8Array(0))
    for (let depth = 2; depth < NESTING_MAX; depth++) array = withLength(concat(utf8('A'), array))
    validate(headersOf(withLength(concat(utf8('\x01aA'), array))))
    array = withLength(concat(utf8('A'), array))
    expect(refusal(() => validate(headersOf(withLength(concat(utf8('\x01aA'), array)))))).toBe(tooDeep)
  })

  it('is accepted exactly when its headers decode, whatever the bytes', () => {
    fc.assert(
      fc.property(mutated(), (payload) => {
        const accepted = isAccepted(() => validate(payload))
        if (accepted) expect(isAccepted(() => decodeProperties(payload))).toBe(true)
        const offset = 18
        const isOnlyHeaders = payload.length > offset && (readPropertyFlags(payload, 0) & ~2) === PropertyFlag.headers
        if (!isOnlyHeaders) return
        const fits = toHex(payload.subarray(14, offset)) === toHex(withLength(payload.subarray(offset)).subarray(0, 4))
        expect(accepted).toBe(fits && isAccepted(() => decodeTypedTable(payload, offset)))
      }),
      { numRuns: 2000 },
    )
  })
})

function cutShort(): string {
  return 'MALFORMED_PROPERTIES: malformed content header: a value in the headers is cut short'
}

/** Payloads with a few wrong bytes; half of them carry nothing but headers. */
function mutated(): fc.Arbitrary<Uint8Array> {
  const properties = fc.oneof(
    propertiesArbitrary,
    propertiesArbitrary.map(({ headers }) => ({ headers })),
  )
  const mutations = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 2 })
  return fc.tuple(properties, mutations).map(([values, list]) => {
    const payload = encodeContentHeader(0, values)
    for (const { at, byte } of list) payload[14 + (at % (payload.length - 13))] = byte
    return payload
  })
}
