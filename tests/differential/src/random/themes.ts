/** Themes of random sessions: what they are about beyond the plain things, and what they leave out for it. */

import type { BasicProperties, FieldTable } from '@warrenmq/codec'
import fc, { type Arbitrary } from 'fast-check'
import { DEAD_LETTER_EXCHANGE, type Kind } from './commands.ts'
import { LONG_MS, someOf, someProperties } from './values.ts'

/** What a session is about beyond the plain things. */
export interface Theme {
  /** How many sessions are about it, among all. @default 4 */
  readonly weight?: number
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
  /** Policies are set and cleared. */
  readonly policies?: boolean
  /**
   * Some queues are quorum queues, which in RabbitMQ 3.10 return messages to other places, and count consumers that hold messages when
   * they are gone: nothing is requeued but by the end of a channel, each channel consumes once, from a queue of its own, and what is got
   * is not in hand.
   */
  readonly quorum?: boolean
  /** @default direct, fanout, topic, headers */
  readonly exchangeTypes?: readonly string[]
  readonly without?: readonly Kind[]
}

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

export const THEMES: Readonly<Record<string, Theme>> = {
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
  policies: {
    queueArgs: withDeadLettering(lengthArgs),
    moreProperties: someProperties({ expiration: fc.constantFrom('0', LONG_MS) }),
    counts: fc.constant(1),
    policies: true,
    // Calls of the HTTP API take their time, and so do members of a quorum that start and end.
    weight: 2,
  },
  'quorum queues': {
    weight: 1,
    // Without limits of length: row quorum-drop of docs/deviations.md.
    queueArgs: withDeadLettering({ 'x-queue-type': fc.constantFrom('quorum', 'quorum', 'classic') }),
    quorum: true,
    without: ['cancel', 'recover'],
  },
  // Not in exchanges that are bound to, nor in transactions: rows of docs/deviations.md.
  'recent history': {
    exchangeTypes: ['x-recent-history', 'fanout'],
    without: ['bind-exchange', 'unbind-exchange', 'tx'],
  },
}
