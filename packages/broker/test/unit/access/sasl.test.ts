import { encodeAmqplainResponse, encodePlainResponse } from '@warrenmq/codec'
import { describe, expect, it } from 'vitest'
import { beginSasl, type SaslContext } from '../../../src/access/sasl.ts'

const NO_CERTIFICATE: SaslContext = { certificate: undefined, certificateLogin: 'distinguished_name' }
const NAMES = { commonName: 'client', distinguishedName: 'CN=client,O=example' }
const bytes = (text: string) => Buffer.from(text)

describe('beginSasl', () => {
  it.each([
    ['PLAIN', encodePlainResponse('u', 'p')],
    ['AMQPLAIN', encodeAmqplainResponse('u', 'p')],
  ])('reads %s', (mechanism, response) => {
    expect(beginSasl(mechanism, response, NO_CERTIFICATE)).toEqual({ kind: 'credentials', user: 'u', password: 'p' })
  })

  it.each([
    ['PLAIN', bytes('u')],
    ['PLAIN', bytes('other\0u\0p')],
    ['AMQPLAIN', bytes('\x01')],
    ['NONE', bytes('')],
  ])('refuses a response of %s that is malformed', (mechanism, response) => {
    expect(beginSasl(mechanism, response, NO_CERTIFICATE)).toEqual({ kind: 'malformed' })
  })

  it.each([
    ['distinguished_name', 'CN=client,O=example'],
    ['common_name', 'client'],
  ] as const)('takes the %s of a certificate, whatever the response', (certificateLogin, user) => {
    const step = beginSasl('EXTERNAL', bytes('guest'), { certificate: NAMES, certificateLogin })
    expect(step).toEqual({ kind: 'credentials', user, password: undefined })
  })

  it('refuses EXTERNAL without a name', () => {
    const unnamed = { commonName: undefined, distinguishedName: 'O=example' }
    const context = { certificate: unnamed, certificateLogin: 'common_name' } as const
    expect(beginSasl('EXTERNAL', bytes(''), context).kind).toBe('refused')
    expect(beginSasl('EXTERNAL', bytes('guest'), NO_CERTIFICATE).kind).toBe('refused')
  })

  it('asks for the password in RABBIT-CR-DEMO', () => {
    const step = beginSasl('RABBIT-CR-DEMO', bytes('u'), NO_CERTIFICATE)
    if (step.kind !== 'challenge') throw new Error(step.kind)
    expect(step.challenge).toBe('Please tell me your password')
    expect(step.next(bytes('My password is p'))).toEqual({ kind: 'credentials', user: 'u', password: 'p' })
    expect(step.next(bytes('p'))).toEqual({ kind: 'malformed' })
  })
})
