import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FanoutMatcher } from '../../src/fanout-matcher.ts'
import { fanoutOracle } from '../oracle.ts'
import { binding, matched, message, noArguments, TestQueue, table } from '../testkit.ts'
import { describeMatcher } from './matcher-suite.ts'

describeMatcher({
  type: 'fanout',
  oracle: fanoutOracle,
  bindings: fc.record({
    routingKey: fc.constantFrom('', 'a', 'b'),
    arguments: fc.constantFrom(noArguments, table({ n: ['I', 1] })),
  }),
  messages: fc.constantFrom('', 'a').map((key) => message(key)),
})

describe('fanout exchange', () => {
  it('goes by neither routing key nor headers', () => {
    expect(new FanoutMatcher()).toMatchObject({ type: 'fanout', usesExtraKeys: false, byKeyAlone: true })
  })

  it('finds each of many queues whatever was removed between them', () => {
    const matcher = new FanoutMatcher<TestQueue>()
    const queues = Array.from({ length: 1000 }, (_, i) => new TestQueue(`q${i}`))
    for (const queue of queues) matcher.bind(binding(queue, queue.name))
    for (let i = 0; i < queues.length; i += 2) matcher.unbind(binding(queues[i], queues[i].name))
    expect(new Set(matched(matcher, message('')))).toEqual(new Set(queues.filter((_, i) => i % 2 === 1)))
  })
})
