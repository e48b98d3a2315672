/**
 * Nanoseconds of one `match` per exchange type: `npx vitest bench packages/routing`.
 */

import { bench, describe } from 'vitest'
import { createMatcher, DefaultExchangeMatcher, type ExchangeMatcher } from '../src/index.ts'
import { binding, message, noArguments, TestQueue, table } from '../test/testkit.ts'

type Matcher = ExchangeMatcher<TestQueue>

/** Does something with what it is given, so that no visit can be optimised away. */
const visit = (queue: TestQueue): void => {
  if (queue.name === '') throw new Error('a queue without a name')
}

function create(type: string): Matcher {
  return createMatcher<TestQueue>(type) as Matcher
}

/** One binding per index, each to its own queue. */
function filled(
  type: string,
  count: number,
  describeBinding: (i: number) => readonly [string, typeof noArguments],
): Matcher {
  const matcher = create(type)
  for (let i = 0; i < count; i++) matcher.bind(binding(new TestQueue(`q${i}`), ...describeBinding(i)))
  return matcher
}

describe('match', () => {
  const queue = new TestQueue('q')
  const unnamed = new DefaultExchangeMatcher<TestQueue>(() => queue)
  const named = message('q')
  bench('default exchange', () => unnamed.match(named, visit))

  const direct = filled('direct', 1000, (i) => [`key.${i}`, noArguments])
  const directKey = message('key.500')
  bench('direct, 1 of 1,000', () => direct.match(directKey, visit))

  const fanout = filled('fanout', 4, () => ['', noArguments])
  bench('fanout to 4', () => fanout.match(directKey, visit))

  for (const count of [10, 10_000, 100_000]) {
    const topic = filled('topic', count, (i) => [topicPattern(i), noArguments])
    const topicKey = message('site.5.line.7.temperature')
    bench(`topic, ${count} patterns`, () => topic.match(topicKey, visit))
  }

  const all = filled('headers', 1000, (i) => ['', table({ type: ['S', 'report'], format: ['I', i] })])
  const any = filled('headers', 1000, (i) => ['', table({ 'x-match': ['S', 'any'], a: ['I', i], b: ['I', -i] })])
  const headers = message('', table({ type: ['S', 'report'], format: ['I', 500], a: ['I', 500], b: ['I', 1] }))
  bench('headers, 1 of 1,000 with all', () => all.match(headers, visit))
  bench('headers, 1 of 1,000 with any', () => any.match(headers, visit))
})

describe('topic patterns made to be slow', () => {
  const hashes = create('topic')
  hashes.bind(binding(new TestQueue('q'), Array(64).fill('#.a').join('.')))
  const longest = message(Array(128).fill('a').join('.'))
  bench('64 × #.a against 128 words', () => hashes.match(longest, visit))
})

describe('bind and unbind', () => {
  const topic = filled('topic', 100_000, (i) => [topicPattern(i), noArguments])
  let added = 0
  // Another word each time: a Map of V8 keeps what is deleted in the chain of its hash for a while, and the same one would pile up.
  bench('one of 100,000 topic patterns', () => {
    const temporary = binding(new TestQueue('new'), `site.new-${added++}.#`)
    topic.bind(temporary)
    topic.unbind(temporary)
  })
})

/** Mostly literal, with a wildcard in every third; few match any one key. */
function topicPattern(i: number): string {
  const wildcard = i % 3 === 0 ? '*' : `${i % 10}`
  return `site.${i}.line.${wildcard}.${i % 2 === 0 ? '#' : 'temperature'}`
}
