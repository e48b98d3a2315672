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

/** Some of these properties. */
function someProperties(
  entries: { [K in keyof BasicProperties]: Arbitrary<BasicProperties[K]> },
): Arbitrary<BasicProperties> {
  return fc.record(entries, { requiredKeys: [] }) as Arbitrary<BasicProperties>
}

/** Properties of messages. Some are left out, each time others. */
const properties = someProperties({
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

/** One step of a kind; `channel` is chosen for all alike. */
function step<K extends Kind>(
  kind: K,
  fields: { [F in Exclude<keyof CommandOf<K>, 'kind' | 'channel'>]: Arbitrary<CommandOf<K>[F]> },
): Arbitrary<Command> {
  return fc.record({ kind: fc.constant(kind), channel, ...fields }) as unknown as Arbitrary<Command>
}

/** What a session is about beyond the plain things. */
interface Theme {
  /** Arguments of `q0`, `q1` and `q2`. */
  readonly queueArgs?: readonly [Arbitrary<FieldTable>, Arbitrary<FieldTable>, Arbitrary<FieldTable>]
  /** Of consumers. */
  readonly consumerArgs?: Arbitrary<FieldTable>
  /** Properties on top of the plain ones. */
  readonly moreProperties?: Arbitrary<BasicProperties>
  /** How many copies of a message are published in one go. */
  readonly counts?: Arbitrary<number>
  /**
   * One limit for a channel as well. Then each channel consumes from a queue of its own, as RabbitMQ shares the limit out by chance, and
   * gets no message in hand, which RabbitMQ sometimes counts.
   */
  readonly globalQos?: boolean
  readonly without?: readonly Kind[]
}

const NO_ARGS = fc.constant({})

function stepsOf(theme: Theme): Arbitrary<Command[]> {
  const { consumerArgs = NO_ARGS, globalQos = false, without = [] } = theme
  const { counts = fc.constantFrom(1, 1, 2, 5), moreProperties = fc.constant({}) } = theme
  const allProperties = fc.tuple(properties, moreProperties).map(([plain, more]) => ({ ...plain, ...more }))
  // Whose turn it is once a limit for the whole channel is lifted is up to chance in RabbitMQ: one consumer, then.
  const tag = globalQos ? fc.constant(TAGS[0]) : fc.constantFrom(...TAGS)
  const bindingStep = { queue, exchange, key, args: bindingArgs }
  const exchangeBinding = { to: exchange, exchange, key, args: bindingArgs }
  const consume = step('consume', { queue, tag, noAck: seldom, exclusive: seldom, args: consumerArgs })
  const weighted: readonly [weight: number, Kind, Arbitrary<Command>][] = [
    [
      30,
      'publish',
      step('publish', {
        exchange: anyExchange,
        key,
        mandatory: seldom,
        count: counts,
        padding: fc.constantFrom(0, 0, 40, 5000),
        properties: allProperties,
      }),
    ],
    [
      14,
      'consume',
      globalQos ? consume.map((command) => ({ ...command, queue: QUEUES[command.channel] }) as Command) : consume,
    ],
    [
      26,
      'settle',
      step('settle', {
        how: fc.constantFrom('ack', 'nack', 'reject'),
        pick: fc.nat({ max: 5 }),
        multiple: fc.boolean(),
        requeue: fc.boolean(),
      }),
    ],
    [
      12,
      'get',
      step('get', {
        queue: fc.constantFrom(...QUEUES, DEAD_LETTER_QUEUE),
        noAck: globalQos ? fc.constant(true) : seldom,
      }),
    ],
    [5, 'cancel', step('cancel', { tag })],
    [3, 'recover', step('recover', {})],
    [
      globalQos ? 12 : 5,
      'qos',
      step('qos', { count: fc.constantFrom(0, 1, 2, 3), global: globalQos ? fc.boolean() : fc.constant(false) }),
    ],
    [3, 'confirm', step('confirm', {})],
    [6, 'tx', step('tx', { what: fc.constantFrom('select', 'commit', 'commit', 'rollback') })],
    [3, 'purge', step('purge', { queue })],
    [2, 'declare-queue', fc.tuple(channel, queue, queueInput(NO_ARGS)).map(declareQueue)],
    [1, 'delete-queue', step('delete-queue', { queue, ifUnused: fc.boolean(), ifEmpty: fc.boolean() })],
    [1, 'delete-exchange', step('delete-exchange', { exchange, ifUnused: fc.boolean() })],
    [6, 'bind', step('bind', bindingStep)],
    [3, 'unbind', step('unbind', bindingStep)],
    [4, 'bind-exchange', step('bind-exchange', exchangeBinding)],
    [2, 'unbind-exchange', step('unbind-exchange', exchangeBinding)],
    [3, 'close-channel', step('close-channel', {})],
    [1, 'close-connection', step('close-connection', {})],
  ]
  const wanted = weighted.filter(([, kind]) => !without.includes(kind))
  return fc.array(fc.oneof(...wanted.map(([weight, , arbitrary]) => ({ weight, arbitrary }))), {
    maxLength: STEPS_MAX,
    size: 'max',
  })
}

/** Declares all there is, with bindings. */
function setUpOf({ queueArgs = [NO_ARGS, NO_ARGS, NO_ARGS] }: Theme): Arbitrary<Command[]> {
  return fc
    .tuple(
      fc.tuple(exchangeInput, exchangeInput, exchangeInput),
      fc.tuple(queueInput(queueArgs[0]), queueInput(queueArgs[1]), queueInput(queueArgs[2])),
      fc.array(fc.record({ queue, exchange, key, args: bindingArgs }), { maxLength: 6 }),
    )
    .map(([exchanges, queues, bindings]): Command[] => [
      ...exchanges.map((input, index) => declareExchange(EXCHANGES[index], input)),
      declareExchange(DEAD_LETTER_EXCHANGE, PLAIN_FANOUT),
      declareQueue([0, DEAD_LETTER_QUEUE, PLAIN_QUEUE]),
      { kind: 'bind', channel: 0, queue: DEAD_LETTER_QUEUE, exchange: DEAD_LETTER_EXCHANGE, key: '', args: {} },
      ...queues.map((input, index) => declareQueue([0, QUEUES[index], input])),
      ...bindings.map((binding) => ({ kind: 'bind' as const, channel: 0, ...binding })),
    ])
}

function declareQueue([channel, queue, input]: readonly [number, string, QueueInput]): Command {
  return { kind: 'declare-queue', channel, queue, ...input }
}

function declareExchange(exchange: string, input: ExchangeInput): Command {
  return { kind: 'declare-exchange', channel: 0, exchange, ...input }
}

const PLAIN_QUEUE: QueueInput = { durable: false, autoDelete: false, args: {} }
const PLAIN_FANOUT: ExchangeInput = { type: 'fanout', durable: false, autoDelete: false, internal: false, args: {} }

const sacArgs = someOf({ 'x-single-active-consumer': fc.boolean() })

const deadLettering = { 'x-dead-letter-exchange': fc.constantFrom(DEAD_LETTER_EXCHANGE, 'nosuch') }
const lengthArgs = {
  'x-max-length': fc.constantFrom(0, 1, 2, 3),
  'x-max-length-bytes': fc.constantFrom(0, 10, 100, 6000),
  'x-overflow': fc.constantFrom('drop-head', 'reject-publish', 'reject-publish-dlx'),
}

/** Dead-lettering, which only `q0` does: what two queues drop at the same time arrives in any order. */
function withDeadLettering(args: Parameters<typeof someOf>[0]): NonNullable<Theme['queueArgs']> {
  const first = fc.tuple(
    someOf(deadLettering),
    someOf({ 'x-dead-letter-routing-key': fc.constant('dead') }),
    someOf(args),
  )
  return [
    first.map(([to, key, others]) => ({ ...to, ...('x-dead-letter-exchange' in to ? key : {}), ...others })),
    someOf(args),
    someOf(args),
  ]
}

const THEMES: Readonly<Record<string, Theme>> = {
  plain: {},
  priorities: { consumerArgs: someOf({ 'x-priority': fc.constantFrom(-1, 0, 1, 5) }) },
  'one limit for a channel': { globalQos: true },
  // RabbitMQ 3.10.8 loses a queue whose active consumer is cancelled.
  'single active consumer': {
    queueArgs: [sacArgs, sacArgs, sacArgs],
    consumerArgs: someOf({ 'x-priority': fc.constantFrom(0, 1) }),
    without: ['cancel'],
  },
  'dead-lettering': { queueArgs: withDeadLettering({}) },
  lengths: { queueArgs: withDeadLettering(lengthArgs) },
  'priority queues': {
    queueArgs: withDeadLettering({
      'x-max-priority': fc.constantFrom(0, 1, 3, 255),
      'x-max-length': fc.constantFrom(2, 4),
    }),
  },
  // What expires does so at once or not within the session; one message at a time, so that nothing else drops it first.
  expiry: {
    queueArgs: withDeadLettering({
      'x-message-ttl': fc.constantFrom(0, 3_600_000),
      'x-expires': fc.constant(3_600_000),
    }),
    moreProperties: someProperties({ expiration: fc.constantFrom('0', LONG_MS) }),
    counts: fc.constant(1),
  },
  // Without priorities: RabbitMQ does not see at once that a message has expired that overtook others.
  'lengths and expiry': {
    queueArgs: withDeadLettering({
      ...lengthArgs,
      'x-message-ttl': fc.constantFrom(0, 3_600_000),
    }),
    consumerArgs: someOf({ 'x-priority': fc.constantFrom(0, 1) }),
    moreProperties: someProperties({ expiration: fc.constantFrom('0', LONG_MS) }),
    counts: fc.constant(1),
  },
}

const wantedThemes = process.env.WARREN_RANDOM_THEMES?.split(',')

/** Any session. */
export const randomSession: Arbitrary<RandomSession> = fc.oneof(
  ...Object.entries(THEMES)
    .filter(([name]) => wantedThemes === undefined || wantedThemes.includes(name))
    .map(([, theme]) =>
      fc.tuple(setUpOf(theme), stepsOf(theme)).map(([first, then]) => ({ commands: [...first, ...then] })),
    ),
)
