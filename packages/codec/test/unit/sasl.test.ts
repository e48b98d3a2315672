import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeAmqplainResponse,
  decodePlainResponse,
  encodeAmqplainResponse,
  encodeExternalResponse,
  encodeFieldTable,
  encodePlainResponse,
  typed,
} from '../../src/index.ts'
import { concat, fromHex, refusal, toHex, utf8 } from '../testkit.ts'

const credential = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))

describe('PLAIN', () => {
  it('gives user and password back', () => {
    fc.assert(
      fc.property(credential, credential, (user, password) => {
        expect(decodePlainResponse(encodePlainResponse(user, password))).toEqual({ authzid: '', user, password })
      }),
    )
  })

  it('tells whom a peer wants to act as', () => {
    expect(decodePlainResponse(utf8('z\0u\0p'))).toEqual({ authzid: 'z', user: 'u', password: 'p' })
  })

  it.each(['', 'guest', '\0guest', '\0a\0b\0c'])('is not %j', (text) => {
    expect(decodePlainResponse(utf8(text))).toBeUndefined()
  })

  it('is UTF-8', () => {
    expect(decodePlainResponse(fromHex('00 ff 00'))).toBeUndefined()
  })

  it('carries no NUL in either', () => {
    expect(refusal(() => encodePlainResponse('a\0b', 'p'))).toBe('VALUE_OUT_OF_RANGE: user name must not contain NUL')
    expect(refusal(() => encodePlainResponse('a', 'p\0'))).toBe('VALUE_OUT_OF_RANGE: password must not contain NUL')
  })
})

describe('AMQPLAIN', () => {
  const response = encodeAmqplainResponse('guest', 'secret')

  it('is a table without a length in front', () => {
    expect(toHex(response)).toBe(toHex(utf8('\x05LOGINS\0\0\0\x05guest\x08PASSWORDS\0\0\0\x06secret')))
    expect(decodeAmqplainResponse(response)).toEqual({ user: 'guest', password: 'secret' })
  })

  it.each<[string, Uint8Array]>([
    ['a length in front', concat(Uint8Array.of(0, 0, 0, response.length), response)],
    ['no password', encodeFieldTable({ LOGIN: 'guest' })],
    ['no user', encodeFieldTable({ PASSWORD: 'guest' })],
    ['a password of another type', encodeFieldTable({ LOGIN: 'guest', PASSWORD: 5 })],
    ['a password that is not UTF-8', encodeFieldTable({ LOGIN: 'guest', PASSWORD: typed('S', fromHex('ff')) })],
    ['a user that is not UTF-8', encodeFieldTable({ LOGIN: typed('S', fromHex('ff')), PASSWORD: 'p' })],
    ['a cut table', response.subarray(0, -1)],
  ])('is not a table with %s', (_, bytes) => {
    expect(decodeAmqplainResponse(bytes)).toBeUndefined()
  })
})

describe('EXTERNAL', () => {
  it('is empty unless an identity is named', () => {
    expect(encodeExternalResponse()).toHaveLength(0)
    expect(toHex(encodeExternalResponse('ab'))).toBe('6162')
  })
})
