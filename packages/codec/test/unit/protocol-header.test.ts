import { describe, expect, it } from 'vitest'
import { PROTOCOL_HEADER, parseProtocolHeader } from '../../src/index.ts'
import { toHex, utf8 } from '../testkit.ts'

describe('the protocol header', () => {
  it('is AMQP, 0, 0-9-1', () => {
    expect(toHex(PROTOCOL_HEADER)).toBe('414d515000000901')
    expect(parseProtocolHeader(PROTOCOL_HEADER)).toEqual({ protocolId: 0, major: 0, minor: 9, revision: 1 })
  })

  it('tells other versions', () => {
    expect(parseProtocolHeader(utf8('AMQP\x03\x01\x00\x00'))).toMatchObject({ protocolId: 3, major: 1, minor: 0 })
  })

  it('is nothing else', () => {
    expect(parseProtocolHeader(utf8('GET / HT'))).toBeUndefined()
    expect(parseProtocolHeader(PROTOCOL_HEADER.subarray(0, 7))).toBeUndefined()
  })
})
