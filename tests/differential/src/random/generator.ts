/**
 * Random sessions: how the queues and exchanges are made at first, and what happens then.
 *
 * They are valid, so that most of them get far: mistakes that close a channel happen, but seldom. What RabbitMQ leaves to chance in a
 * way that cannot be written down alike is not generated: see the README.
 */

import fc, { type Arbitrary } from 'fast-check'
import {
  type Command,
  type CommandOf,
  DEAD_LETTER_EXCHANGE,
  DEAD_LETTER_QUEUE,
  EXCHANGES,
  type ExchangeInput,
  type Kind,
  POLICIES,
  QUEUES,
  type QueueInput,
} from './commands.ts'
import { THEMES, type Theme } from './themes.ts'
import {
  anyExchange,
  bindingArgs,
  channel,
  exchange,
  exchangeInput,
  key,
  policy,
  properties,
  queue,
  queueInput,
  seldom,
  TAGS,
} from './values.ts'

const STEPS_MAX = 40
const EXCHANGE_TYPES = ['direct', 'fanout', 'topic', 'headers']

/** A whole session. */
export interface RandomSession {
  readonly commands: readonly Command[]
}

/** One step of a kind; `channel` is chosen for all alike. */
function step<K extends Kind>(
  kind: K,
  fields: { [F in Exclude<keyof CommandOf<K>, 'kind' | 'channel'>]: Arbitrary<CommandOf<K>[F]> },
): Arbitrary<Command> {
  return fc.record({ kind: fc.constant(kind), channel, ...fields }) as unknown as Arbitrary<Command>
}

const NO_ARGS = fc.constant({})

function stepsOf(theme: Theme): Arbitrary<Command[]> {
  const { consumerArgs = NO_ARGS, globalQos = false, policies = false, quorum = false, without = [] } = theme
  const { counts = fc.constantFrom(1, 1, 2, 5), moreProperties = fc.constant({}) } = theme
  const allProperties = fc.tuple(properties, moreProperties).map(([plain, more]) => ({ ...plain, ...more }))
  // Whose turn it is once a limit for the whole channel is lifted is up to chance in RabbitMQ: one consumer, then. Quorum queues take
  // back consumer by consumer.
  const isAlone = globalQos || quorum
  const tag = isAlone ? fc.constant(TAGS[0]) : fc.constantFrom(...TAGS)
  const bindingStep = { queue, exchange, key, args: bindingArgs }
  const exchangeBinding = { to: exchange, exchange, key, args: bindingArgs }
  const consume = step('consume', {
    queue,
    tag,
    noAck: seldom,
    exclusive: quorum ? fc.constant(false) : seldom,
    args: consumerArgs,
  })
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
      isAlone ? consume.map((command) => ({ ...command, queue: QUEUES[command.channel] }) as Command) : consume,
    ],
    [
      26,
      'settle',
      step('settle', {
        how: fc.constantFrom('ack', 'nack', 'reject'),
        pick: fc.nat({ max: 5 }),
        multiple: fc.boolean(),
        requeue: quorum ? fc.constant(false) : fc.boolean(),
      }),
    ],
    [
      12,
      'get',
      step('get', {
        queue: fc.constantFrom(...QUEUES, DEAD_LETTER_QUEUE),
        noAck: isAlone ? fc.constant(true) : seldom,
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
    [policies ? 14 : 0, 'set-policy', step('set-policy', { policy })],
    [policies ? 5 : 0, 'clear-policy', step('clear-policy', { name: fc.constantFrom(...POLICIES) })],
  ]
  const wanted = weighted.filter(([weight, kind]) => weight > 0 && !without.includes(kind))
  return fc.array(fc.oneof(...wanted.map(([weight, , arbitrary]) => ({ weight, arbitrary }))), {
    maxLength: STEPS_MAX,
    size: 'max',
  })
}

/** Declares all there is, with bindings. */
function setUpOf(theme: Theme): Arbitrary<Command[]> {
  const { queueArgs = [NO_ARGS, NO_ARGS, NO_ARGS], exchangeTypes = EXCHANGE_TYPES } = theme
  const input = exchangeInput(exchangeTypes)
  return fc
    .tuple(
      fc.tuple(input, input, input),
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

const wantedThemes = process.env.WARREN_RANDOM_THEMES?.split(',')

/** Any session. */
export const randomSession: Arbitrary<RandomSession> = fc.oneof(
  ...Object.entries(THEMES)
    .filter(([name]) => wantedThemes === undefined || wantedThemes.includes(name))
    .map(([, theme]) => ({
      weight: theme.weight ?? 4,
      arbitrary: fc.tuple(setUpOf(theme), stepsOf(theme)).map(([first, then]) => ({ commands: [...first, ...then] })),
    })),
)
