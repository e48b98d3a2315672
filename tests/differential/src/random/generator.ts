/**
 * Random sessions: how the queues and exchanges are made at first, and what happens then.
 *
 * They are valid, so that most of them get far: mistakes that close a channel happen, but seldom. What RabbitMQ leaves to chance in a
 * way that cannot be written down alike is not generated: see the README.
 */

import type { BasicProperties, FieldTable } from '@warrenmq/codec'
import fc, { type Arbitrary } from 'fast-check'
import {
  CHANNELS,
  type Command,
  type CommandOf,
  DEAD_LETTER_EXCHANGE,
  DEAD_LETTER_QUEUE,
  EXCHANGES,
  type ExchangeInput,
  type Kind,
  QUEUES,
  type QueueInput,
} from './commands.ts'

const STEPS_MAX = 40
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
const TAGS = ['t0', 't1', 't2', 't3']
const LONG_MS = '3600000'

/** A whole session. */
export interface RandomSession {
  readonly commands: readonly Command[]
}

const queue = fc.constantFrom(...QUEUES)
const exchange = fc.constantFrom(...EXCHANGES)
const anyExchange = fc.oneof(
  { weight: 4, arbitrary: exchange as Arbitrary<string> },
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers') },
)
const key = fc.constantFrom(...KEYS)
const channel = fc.constantFrom(...CHANNELS)
const seldom = fc.integer({ min: 0, max: 9 }).map((number) => number === 9)

/** A table of some of these entries. */
function someOf(entries: Readonly<Record<string, Arbitrary<FieldTable[string]>>>): Arbitrary<FieldTable> {
  return fc.record(entries, { requiredKeys: [] }) as Arbitrary<FieldTable>
}

const headerValue: Arbitrary<FieldTable[string]> = fc.constantFrom(1, 2, 'one', true, null, 1.5)
const someHeaders = someOf({ h1: headerValue, h2: headerValue, 'x-h': headerValue })
const keyList = fc.array(key, { minLength: 1, maxLength: 2 })

const headers = fc
  .tuple(someHeaders, someOf({ CC: keyList, BCC: keyList }), fc.integer({ min: 0, max: 3 }))
  .map(([plain, copies, dice]) => (dice === 0 ? { ...plain, ...copies } : plain))

/** Properties of messages. Some are left out, each time others. */
const properties = fc.record(
  {
    contentType: fc.constantFrom('text/plain', ''),
    headers,
    deliveryMode: fc.constantFrom(1, 2),
    priority: fc.constantFrom(0, 1, 2, 5, 200),
    correlationId: fc.constant('c-1'),
    expiration: fc.constantFrom(LONG_MS),
    messageId: fc.constant('id'),
    timestamp: fc.constant(1_700_000_000),
    userId: fc.constant('guest'),
  },
  { requiredKeys: [] },
) as Arbitrary<BasicProperties>

const bindingArgs = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(someOf({ 'x-match': fc.constantFrom('all', 'any', 'all-with-x', 'any-with-x') }), someHeaders)
      .map(([match, wanted]) => ({ ...wanted, ...match })),
  },
)

const queueInput = (args: Arbitrary<FieldTable>): Arbitrary<QueueInput> =>
  fc.record({ durable: seldom, autoDelete: seldom, args })

const exchangeInput: Arbitrary<ExchangeInput> = fc.record({
  type: fc.constantFrom('direct', 'fanout', 'topic', 'headers'),
  durable: seldom,
  autoDelete: seldom,
  internal: seldom,
  args: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: exchange.map((alternate) => ({ 'alternate-exchange': alternate })) },
  ),
})

const binding = fc.record({ exchange, key, args: bindingArgs })

/** One step of a kind; `channel` is chosen for all alike. */
function step<K extends Kind>(
  kind: K,
  fields: { [F in Exclude<keyof CommandOf<K>, 'kind' | 'channel'>]: Arbitrary<CommandOf<K>[F]> },
): Arbitrary<Command> {
  return fc.record({ kind: fc.constant(kind), channel, ...fields }) as unknown as Arbitrary<Command>
}

const declareQueue = fc
  .tuple(queue, queueInput(fc.constant({})), channel)
  .map(([queue, input, channel]): Command => ({ kind: 'declare-queue', queue, channel, ...input }))

const STEPS: readonly [weight: number, Arbitrary<Command>][] = [
  [
    30,
    step('publish', {
      exchange: anyExchange,
      key,
      mandatory: seldom,
      count: fc.constantFrom(1, 1, 2, 5),
      padding: fc.constantFrom(0, 0, 40, 5000),
      properties,
    }),
  ],
  [
    14,
    step('consume', {
      queue,
      tag: fc.constantFrom(...TAGS),
      noAck: seldom,
      exclusive: seldom,
      args: fc.constant({}),
    }),
  ],
  [
    26,
    step('settle', {
      how: fc.constantFrom('ack', 'nack', 'reject'),
      pick: fc.nat({ max: 5 }),
      multiple: fc.boolean(),
      requeue: fc.boolean(),
    }),
  ],
  [12, step('get', { queue: fc.constantFrom(...QUEUES, DEAD_LETTER_QUEUE), noAck: seldom })],
  [5, step('cancel', { tag: fc.constantFrom(...TAGS) })],
  [3, step('recover', {})],
  [5, step('qos', { count: fc.constantFrom(0, 1, 2, 3), global: fc.constant(false) })],
  [3, step('confirm', {})],
  [6, step('tx', { what: fc.constantFrom('select', 'commit', 'commit', 'rollback') })],
  [3, step('purge', { queue })],
  [2, declareQueue],
  [1, step('delete-queue', { queue, ifUnused: fc.boolean(), ifEmpty: fc.boolean() })],
  [1, step('delete-exchange', { exchange, ifUnused: fc.boolean() })],
  [6, step('bind', { queue, exchange, key, args: bindingArgs })],
  [3, step('unbind', { queue, exchange, key, args: bindingArgs })],
  [4, step('bind-exchange', { to: exchange, exchange, key, args: bindingArgs })],
  [2, step('unbind-exchange', { to: exchange, exchange, key, args: bindingArgs })],
  [3, step('close-channel', {})],
  [1, step('close-connection', {})],
]

const steps = fc.array(fc.oneof(...STEPS.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
  maxLength: STEPS_MAX,
  size: 'max',
})

/** Declares all there is, with bindings. */
const setUp = fc
  .record({
    exchanges: fc.tuple(exchangeInput, exchangeInput, exchangeInput),
    queues: fc.tuple(queueInput(fc.constant({})), queueInput(fc.constant({})), queueInput(fc.constant({}))),
    bindings: fc.array(fc.record({ queue, binding }), { maxLength: 6 }),
  })
  .map(({ exchanges, queues, bindings }): Command[] => [
    ...exchanges.map((input, index) => ({
      kind: 'declare-exchange' as const,
      channel: 0,
      exchange: EXCHANGES[index],
      ...input,
    })),
    { kind: 'declare-exchange', channel: 0, exchange: DEAD_LETTER_EXCHANGE, ...PLAIN_FANOUT },
    { kind: 'declare-queue', channel: 0, queue: DEAD_LETTER_QUEUE, ...PLAIN_QUEUE },
    {
      kind: 'bind',
      channel: 0,
      queue: DEAD_LETTER_QUEUE,
      exchange: DEAD_LETTER_EXCHANGE,
      key: '',
      args: {},
    },
    ...queues.map((input, index) => ({ kind: 'declare-queue' as const, channel: 0, queue: QUEUES[index], ...input })),
    ...bindings.map(({ queue, binding }) => ({ kind: 'bind' as const, channel: 0, queue, ...binding })),
  ])

const PLAIN_QUEUE: QueueInput = { durable: false, autoDelete: false, args: {} }
const PLAIN_FANOUT: ExchangeInput = { type: 'fanout', durable: false, autoDelete: false, internal: false, args: {} }

/** Any session. */
export const randomSession: Arbitrary<RandomSession> = fc
  .tuple(setUp, steps)
  .map(([first, then]) => ({ commands: [...first, ...then] }))
