import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeProperties,
  encodeContentHeader,
  type FieldTable,
  PropertyFlag,
  readBodySize,
  readHeaders,
  readPropertyFlags,
  typed,
  withHeaders,
  withProperties,
} from '../../src/index.ts'
import { concat, fromHex, propertiesArbitrary, refusal, toHex } from '../testkit.ts'

interface Rewrite {
  readonly published: string
  readonly delivered: string
}

const fixture = new URL('../fixtures/rabbitmq-3.10.8.json', import.meta.url)
const { withoutBcc, deadLettered }: { withoutBcc: Rewrite[]; deadLettered: Rewrite[] } = JSON.parse(
  readFileSync(fixture, 'utf8'),
)

const changed = (payload: Uint8Array, changes: FieldTable) => withHeaders(payload, 0, payload.length, changes)
const headerNames = (payload: Uint8Array) => Object.keys(readHeaders(payload, 0, payload.length) ?? {})

describe('withHeaders', () => {
  it('takes BCC out and leaves the same bytes as RabbitMQ', () => {
    expect(withoutBcc.length).toBeGreaterThan(4)
    for (const { published, delivered } of withoutBcc) {
      expect(toHex(changed(fromHex(published), { BCC: undefined }))).toBe(delivered)
    }
  })

  it('adds the headers of dead-lettering and gives the same bytes as RabbitMQ', () => {
    expect(deadLettered.length).toBeGreaterThan(4)
    for (const { published, delivered } of deadLettered) {
      const after = fromHex(delivered)
      const headers = readHeaders(after, 0, after.length) ?? {}
      const deaths = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-')))
      const withoutBlindCopies = changed(fromHex(published), { BCC: undefined })
      const unexpiring = withProperties(withoutBlindCopies, 0, withoutBlindCopies.length, { expiration: undefined })
      expect(toHex(changed(unexpiring, deaths))).toBe(delivered)
    }
  })

  it('adds headers to a message without any', () => {
    const payload = encodeContentHeader(3, { contentType: 'text/plain', messageId: 'm' })
    const after = changed(payload, { b: 1, a: typed('s', 2) })
    expect(decodeProperties(after)).toMatchObject({
      contentType: 'text/plain',
      headers: { a: typed('s', 2), b: typed('I', 1) },
      messageId: 'm',
    })
    expect(headerNames(after)).toEqual(['a', 'b'])
    expect(readBodySize(after, 0)).toBe(3)
  })

  it('changes nothing where what it is to remove is missing', () => {
    for (const headers of [undefined, {}, { b: 1, a: 2 }]) {
      const payload = encodeContentHeader(0, { headers, appId: 'app' })
      expect(toHex(changed(payload, { c: undefined }))).toBe(toHex(payload))
    }
  })

  it('keeps an empty table when it removed the last header', () => {
    const after = changed(encodeContentHeader(0, { headers: { a: 1 } }), { a: undefined })
    expect(toHex(after)).toBe(toHex(encodeContentHeader(0, { headers: {} })))
  })

  it('replaces a header where it stands and sorts by bytes, a beginning before what it begins', () => {
    const headers = { ü: 1, ab: 2, a: 3, B: 4 }
    const after = changed(encodeContentHeader(0, { headers }), { ab: 'new' })
    expect(headerNames(after)).toEqual(['B', 'a', 'ab', 'ü'])
    expect(readHeaders(after, 0, after.length)?.ab).toEqual(typed('S', 'new'))
  })

  it('refuses a malformed header and values that do not fit', () => {
    const payload = encodeContentHeader(0, { headers: { a: 1 } })
    expect(refusal(() => withHeaders(payload, 0, payload.length - 1, {}))).toMatch(
      /^MALFORMED_PROPERTIES: .* is cut short$/,
    )
    expect(refusal(() => changed(payload, { ['x'.repeat(256)]: 1 }))).toBe(
      'VALUE_OUT_OF_RANGE: short string of 256 bytes must be <= 255',
    )
  })
})

describe('withProperties', () => {
  it('gives the message that has the changed properties from the start', () => {
    fc.assert(
      fc.property(
        propertiesArbitrary,
        propertiesArbitrary,
        fc.subarray(['headers', 'appId', 'priority']),
        (a, b, gone) => {
          const changes = { ...b, ...Object.fromEntries(gone.map((name) => [name, undefined])) }
          const payload = concat(Uint8Array.of(1, 2), encodeContentHeader(9, a), Uint8Array.of(3))
          const after = withProperties(payload, 2, payload.length - 1, changes)
          expect(toHex(after)).toBe(toHex(encodeContentHeader(9, { ...a, ...changes })))
        },
      ),
    )
  })

  it('keeps the bytes of what it does not change, UTF-8 or not', () => {
    const payload = encodeContentHeader(0, { correlationId: '??', appId: 'a' }).map((byte) =>
      byte === 0x3f ? 0xff : byte,
    )
    const after = withProperties(payload, 0, payload.length, { appId: undefined, messageId: 'm' })
    expect(toHex(after)).toBe(`${toHex(payload.subarray(0, 12))}0480${'02ffff'}${'016d'}`)
    expect(readPropertyFlags(after, 0)).toBe(PropertyFlag.correlationId | PropertyFlag.messageId)
  })

  it('refuses a malformed header', () => {
    const payload = encodeContentHeader(0, { appId: 'a' })
    expect(refusal(() => withProperties(payload, 0, payload.length - 1, {}))).toBe(
      'MALFORMED_PROPERTIES: malformed content header: property appId is cut short',
    )
    expect(refusal(() => withProperties(payload, 0, payload.length, { priority: 256 }))).toBe(
      'VALUE_OUT_OF_RANGE: 256 must be an integer from 0 to 255',
    )
  })
})
