import { typed } from '@warrenmq/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNamedBy, type ListedBinding, propertiesKey } from '../../../../src/management/views/binding.ts'

const binding = (routingKey: string, args = {}): ListedBinding => ({
  vhost: '/',
  source: 'x',
  destination: 'q',
  kind: 'queue',
  routingKey,
  arguments: args,
})

describe('propertiesKey', () => {
  it.each([
    ['', '~'],
    ['a.#', 'a.%23'],
    ['~', '%7E'],
    ['k~x', 'k%7Ex'],
    ['a b', 'a+b'],
    ["(it's)*!", '%28it%27s%29%2A%21'],
    ['früh', 'fr%C3%BCh'],
  ])('of %j is %j', (routingKey, key) => {
    expect(propertiesKey(binding(routingKey))).toBe(key)
  })

  it('has a hash of the arguments', () => {
    const one = propertiesKey(binding('k', { a: typed('l', 1) }))
    expect(one).toMatch(/^k~[\w-]{8}$/)
    expect(propertiesKey(binding('k', { a: typed('l', 2) }))).not.toBe(one)
    expect(propertiesKey(binding('', { a: typed('l', 1) }))).toBe(one.slice(1))
  })

  it('names the binding in a path, as it is and encoded once more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.boolean(), (routingKey, hasArguments) => {
        const one = binding(routingKey, hasArguments ? { a: typed('S', 'b') } : {})
        const key = propertiesKey(one)
        // A server decodes a part of a path once.
        expect(isNamedBy(one, key)).toBe(true)
        if (!hasArguments && !routingKey.includes('~') && !key.includes('+')) {
          expect(isNamedBy(one, decodeURIComponent(key))).toBe(true)
        }
      }),
    )
  })
})
