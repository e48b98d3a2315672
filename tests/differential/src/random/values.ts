/** What random sessions are made of: names, keys, properties, arguments, and how queues and exchanges are declared. */

import type { BasicProperties, FieldTable } from '@warrenmq/codec'
import fc, { type Arbitrary } from 'fast-check'
import {
  CHANNELS,
  DEAD_LETTER_EXCHANGE,
  EXCHANGES,
  type ExchangeInput,
  QUEUES,
  type QueueInput,
  type SessionPolicy,
} from './commands.ts'

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

const LIMITS = {
  'message-ttl': fc.constantFrom(0, 3_600_000),
  'max-length': fc.constantFrom(0, 1, 2, 3),
  'max-length-bytes': fc.constantFrom(0, 10, 100, 6000),
  expires: fc.constant(3_600_000),
}

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
  fc
    .record({ durable: seldom, autoDelete: seldom, args })
    .map((input) => (input.args['x-queue-type'] === 'quorum' ? { ...input, durable: true, autoDelete: false } : input))

export function exchangeInput(types: readonly string[]): Arbitrary<ExchangeInput> {
  return fc.record({
    type: fc.constantFrom(...types),
    durable: seldom,
    autoDelete: seldom,
    internal: seldom,
    args: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: exchange.map((alternate) => ({ 'alternate-exchange': alternate })) },
    ),
  })
}

/** A policy for queues or exchanges, or one that says something of both. */
export const policy: Arbitrary<SessionPolicy> = fc.oneof(
  somePolicy(['p0', 'p1'], ['^q0$', '^q\\d$', '\\d$'], { ...LIMITS, 'alternate-exchange': exchange }),
  // Not beside a limit: row limit-by-policy of docs/deviations.md.
  somePolicy(['p0', 'p1'], ['^q\\d$'], {
    overflow: fc.constantFrom('drop-head', 'reject-publish', 'reject-publish-dlx'),
  }),
  // As only q0 dead-letters: see the README.
  somePolicy(['p0', 'p1'], ['^q0$'], {
    ...LIMITS,
    'dead-letter-exchange': fc.constantFrom(DEAD_LETTER_EXCHANGE, 'nosuch'),
    'dead-letter-routing-key': fc.constant('dead'),
  }),
  somePolicy(['o0'], ['^q0$', '^q\\d$'], LIMITS),
)

function somePolicy(
  names: readonly SessionPolicy['name'][],
  patterns: readonly string[],
  entries: Readonly<Record<string, Arbitrary<unknown>>>,
): Arbitrary<SessionPolicy> {
  return fc.record({
    name: fc.constantFrom(...names),
    pattern: fc.constantFrom(...patterns),
    // Without an entry it is none.
    definition: (fc.record(entries, { requiredKeys: [] }) as Arbitrary<Record<string, unknown>>).map((definition) =>
      Object.keys(definition).length === 0 ? { expires: 3_600_000 } : definition,
    ),
  })
}
