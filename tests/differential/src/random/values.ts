/** What random sessions are made of: names, keys, properties, arguments, and how queues and exchanges are declared. */

import type { BasicProperties, FieldTable } from '@warrenmq/codec'
import fc, { type Arbitrary } from 'fast-check'
import { CHANNELS, EXCHANGES, type ExchangeInput, QUEUES, type QueueInput } from './commands.ts'

const KEYS = [
  'q0',
  'q1',
  'q2',
  'q0',
  'q1',
  'q2',
  '',
  'a',
  'b',
  'a.b',
  'a.b.c',
  'q0',
  'q1',
  'q2',
  '#',
  '*',
  'a.*',
  '#.b',
  '*.b.#',
]
export const TAGS = ['t0', 't1', 't2', 't3']
export const LONG_MS = '3600000'

export const queue = fc.constantFrom(...QUEUES)
export const exchange = fc.constantFrom(...EXCHANGES)
export const anyExchange = fc.oneof(
  { weight: 4, arbitrary: exchange as Arbitrary<string> },
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers') },
)
export const key = fc.constantFrom(...KEYS)
export const channel = fc.constantFrom(...CHANNELS)
export const seldom = fc.integer({ min: 0, max: 9 }).map((number) => number === 9)

/** A table of some of these entries. */
export function someOf(entries: Readonly<Record<string, Arbitrary<FieldTable[string]>>>): Arbitrary<FieldTable> {
  return fc.record(entries, { requiredKeys: [] }) as Arbitrary<FieldTable>
}

const headerValue: Arbitrary<FieldTable[string]> = fc.constantFrom(1, 2, 'one', true, null, 1.5)
const someHeaders = someOf({ h1: headerValue, h2: headerValue, 'x-h': headerValue })
const keyList = fc.array(key, { minLength: 1, maxLength: 2 })

const headers = fc
  .tuple(someHeaders, someOf({ CC: keyList, BCC: keyList }), fc.integer({ min: 0, max: 3 }))
  .map(([plain, copies, dice]) => (dice === 0 ? { ...plain, ...copies } : plain))

/** Some of these properties. */
export function someProperties(
  entries: { [K in keyof BasicProperties]: Arbitrary<BasicProperties[K]> },
): Arbitrary<BasicProperties> {
  return fc.record(entries, { requiredKeys: [] }) as Arbitrary<BasicProperties>
}

/** Properties of messages. Some are left out, each time others. */
export const properties = someProperties({
  contentType: fc.constantFrom('text/plain', ''),
  headers,
  deliveryMode: fc.constantFrom(1, 2),
  priority: fc.constantFrom(0, 1, 2, 5, 200),
  correlationId: fc.constant('c-1'),
  expiration: fc.constantFrom(LONG_MS),
  messageId: fc.constant('id'),
  timestamp: fc.constant(1_700_000_000),
  userId: fc.constant('guest'),
})

export const bindingArgs = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(someOf({ 'x-match': fc.constantFrom('all', 'any', 'all-with-x', 'any-with-x') }), someHeaders)
      .map(([match, wanted]) => ({ ...wanted, ...match })),
  },
)

export const queueInput = (args: Arbitrary<FieldTable>): Arbitrary<QueueInput> =>
  fc.record({ durable: seldom, autoDelete: seldom, args })

export const exchangeInput: Arbitrary<ExchangeInput> = fc.record({
  type: fc.constantFrom('direct', 'fanout', 'topic', 'headers'),
  durable: seldom,
  autoDelete: seldom,
  internal: seldom,
  args: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: exchange.map((alternate) => ({ 'alternate-exchange': alternate })) },
  ),
})
