import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMatcher } from '../../src/index.ts'
import { LocalRandomMatcher, RandomMatcher } from '../../src/random-matcher.ts'
import { binding, matched, message, names, noArguments, TestExchange, TestQueue } from '../testkit.ts'
import { describeMatcher } from './matcher-suite.ts'

describeMatcher({
  type: 'x-random',
  oracle: undefined,
  bindings: fc.record({ routingKey: fc.constantFrom('', '1', '2'), arguments: fc.constant(noArguments) }),
  messages: fc.constant(message('key')),
})

describe('random exchange', () => {
  it('chooses anew for every message, and by no key', () => {
    expect(new RandomMatcher(Math.random)).toMatchObject({ byKeyAlone: false, usesExtraKeys: false })
  })

  it('chooses the binding that chance points at, so that one bound twice gets twice as much', () => {
    const fractions = [0, 0.33, 0.34, 0.66, 0.67, 0.999]
    const matcher = new RandomMatcher<TestQueue>(() => fractions.shift() as number)
    const [twice, once] = [new TestQueue('twice'), new TestQueue('once')]
    matcher.bind(binding(twice, '1'))
    matcher.bind(binding(twice, '2'))
    matcher.bind(binding(once, '1'))
    const found = Array.from({ length: 6 }, () => names(matched(matcher, message('any')))[0])
    expect(found).toEqual(['twice', 'twice', 'twice', 'twice', 'once', 'once'])
  })
})

describe('local random exchange', () => {
  it('is created under its name', () => {
    expect(createMatcher('x-local-random')?.type).toBe('x-local-random')
  })

  it('takes queues with an empty key and nothing else', () => {
    const matcher = new LocalRandomMatcher<TestQueue | TestExchange>(() => 0)
    const queue = new TestQueue('q')
    const exchange = new TestExchange('x', createMatcher('fanout') as TestExchange['matcher'])
    expect(matcher.bind(binding(queue, ''))).toBe(true)
    expect(() => matcher.bind(binding(queue, 'key'))).toThrow("Non empty binding 'key' key not permitted")
    expect(() => matcher.bind(binding(exchange, ''))).toThrow('Destination not found')
    expect(matched(matcher, message('any'))).toEqual([queue])
  })
})
