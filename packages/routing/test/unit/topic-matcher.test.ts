import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TopicMatcher } from '../../src/topic-matcher.ts'
import { topicOracle } from '../oracle.ts'
import { binding, matched, message, noArguments, TestQueue, table } from '../testkit.ts'
import { describeMatcher } from './matcher-suite.ts'

const word = fc.constantFrom('a', 'b', '', 'a#', '**')
const wildcard = fc.constantFrom('*', '#')
const key = fc
  .array(fc.oneof({ weight: 9, arbitrary: word }, wildcard), { maxLength: 6 })
  .map((words) => words.join('.'))
const pattern = fc.array(fc.oneof(word, wildcard), { maxLength: 6 }).map((words) => words.join('.'))

describeMatcher({
  type: 'topic',
  oracle: topicOracle,
  bindings: fc.record({ routingKey: pattern, arguments: fc.constantFrom(noArguments, table({ n: ['I', 1] })) }),
  messages: key.map((each) => message(each)),
})

describe('topic exchange', () => {
  it('goes by the routing key and by no header', () => {
    expect(new TopicMatcher()).toMatchObject({ type: 'topic', usesExtraKeys: true, byKeyAlone: true })
  })

  it('finds the queue of every matching pattern among 100,000', () => {
    const matcher = new TopicMatcher<TestQueue>()
    for (let i = 0; i < 100_000; i++) matcher.bind(binding(new TestQueue(`${i}`), `device.${i}.*`))
    const all = new TestQueue('all')
    matcher.bind(binding(all, 'device.#'))
    expect(matched(matcher, message('device.77777.up')).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['all', '77777']),
    )
    expect(matched(matcher, message('device.100000.up'))).toEqual([all])
  })
})
