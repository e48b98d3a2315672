import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DirectMatcher } from '../../src/direct-matcher.ts'
import { directOracle } from '../oracle.ts'
import { binding, matched, message, noArguments, TestQueue, table } from '../testkit.ts'
import { describeMatcher } from './matcher-suite.ts'

const keys = fc.constantFrom('', 'a', 'A', 'a.b', '#', '*', 'ä')

describeMatcher({
  type: 'direct',
  oracle: directOracle,
  bindings: fc.record({ routingKey: keys, arguments: fc.constantFrom(noArguments, table({ n: ['I', 1] })) }),
  messages: keys.map((key) => message(key)),
})

describe('direct exchange', () => {
  it('goes by the routing key and by no header', () => {
    expect(new DirectMatcher()).toMatchObject({ type: 'direct', usesExtraKeys: true, byKeyAlone: true })
  })

  it('takes wildcards for ordinary characters', () => {
    const matcher = new DirectMatcher<TestQueue>()
    matcher.bind(binding(new TestQueue('q'), '#'))
    expect(matched(matcher, message('a'))).toEqual([])
    expect(matched(matcher, message('#'))).toHaveLength(1)
  })

  it('knows no key that stands for a property of objects', () => {
    const matcher = new DirectMatcher<TestQueue>()
    for (const key of ['__proto__', 'constructor']) {
      expect(matched(matcher, message(key))).toEqual([])
      matcher.bind(binding(new TestQueue(key), key))
      expect(matched(matcher, message(key))).toHaveLength(1)
    }
  })
})
