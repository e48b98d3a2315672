/**
 * Nanoseconds of one `route`, from an exchange to the list of queues: `npx vitest bench packages/routing`.
 */

import { bench, describe } from 'vitest'
import { createMatcher, route } from '../src/index.ts'
import { binding, TestExchange, TestQueue } from '../test/testkit.ts'

function exchange(type: string): TestExchange {
  return new TestExchange(type, createMatcher(type) as TestExchange['matcher'])
}

function fanoutTo(count: number): TestExchange {
  const fanout = exchange('fanout')
  for (let i = 0; i < count; i++) fanout.matcher.bind(binding(new TestQueue(`q${i}`), ''))
  return fanout
}

describe('route', () => {
  const direct = exchange('direct')
  direct.matcher.bind(binding(new TestQueue('q'), 'key'))
  const keys = ['key']
  bench('direct', () => {
    route(direct, keys)
  })

  const four = fanoutTo(4)
  bench('fanout to 4', () => {
    route(four, keys)
  })

  const thousand = fanoutTo(1000)
  bench('fanout to 1,000', () => {
    route(thousand, keys)
  })

  const chain = exchange('direct')
  chain.matcher.bind(binding(four, 'key'))
  bench('direct to an exchange, fanout to 4', () => {
    route(chain, keys)
  })

  const fallback = exchange('topic')
  fallback.alternateExchange = four
  bench('alternate exchange, fanout to 4', () => {
    route(fallback, keys)
  })
})
