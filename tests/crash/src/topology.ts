/** The queues and exchanges that the test uses, and by what rules each queue is judged. All are durable. */

import { type FieldTable, typed } from '@warrenmq/codec'

export interface QueueRules {
  readonly name: string
  readonly arguments: FieldTable
  /** Whether messages of one publisher, and one priority, come in the order of their publishing. */
  readonly isOrdered: boolean
  /** Whether messages of a higher priority come first. */
  readonly hasPriorities: boolean
  /** Whether transient messages survive, too. */
  readonly keepsTransient: boolean
  /** Whether delivering ends a message, so that none is owed. */
  readonly isAutoAck: boolean
  /** Whether the broker itself publishes to it: what was delayed, or died. */
  readonly isFedByBroker: boolean
  /** Messages that it holds at most: the oldest make room. */
  readonly lengthMax: number
  /** The queue that gets what it drops or rejects. */
  readonly deadLetterQueue: string | undefined
}

function queue(name: string, args: FieldTable = {}, rules: Partial<QueueRules> = {}): QueueRules {
  return {
    name,
    arguments: args,
    isOrdered: true,
    hasPriorities: false,
    keepsTransient: false,
    isAutoAck: false,
    isFedByBroker: false,
    lengthMax: Infinity,
    deadLetterQueue: undefined,
    ...rules,
  }
}

const LENGTH_MAX = 40
const HOUR_MS = 3_600_000

export const QUEUES: readonly QueueRules[] = [
  queue('plain-a'),
  queue('plain-b'),
  queue('polled'),
  queue('auto-ack', {}, { isAutoAck: true }),
  queue('priorities', { 'x-max-priority': 4 }, { hasPriorities: true }),
  queue('expiring', { 'x-message-ttl': HOUR_MS }),
  // Without a limit of deliveries: the test returns messages as often as it likes.
  queue('quorum', { 'x-queue-type': 'quorum', 'x-delivery-limit': -1 }, { keepsTransient: true }),
  queue('newest', { 'x-max-length': LENGTH_MAX }, { lengthMax: LENGTH_MAX }),
  queue('refusing', { 'x-max-length': LENGTH_MAX, 'x-overflow': 'reject-publish' }),
  queue(
    'mortal',
    { 'x-max-length': LENGTH_MAX, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' },
    { deadLetterQueue: 'dead' },
  ),
  queue('dead', {}, { isOrdered: false, isFedByBroker: true }),
  queue('delayed', {}, { isOrdered: false, isFedByBroker: true }),
]

export interface ExchangeRules {
  readonly name: string
  readonly type: string
  readonly arguments: FieldTable
  /** Queues bound to it, with the queue's name for a key. */
  readonly queues: readonly string[]
}

export const EXCHANGES: readonly ExchangeRules[] = [
  { name: 'all', type: 'fanout', arguments: {}, queues: ['plain-a', 'plain-b', 'quorum', 'expiring'] },
  { name: 'later', type: 'x-delayed-message', arguments: { 'x-delayed-type': 'direct' }, queues: ['delayed'] },
  // What comes and goes is bound here.
  { name: 'directory', type: 'direct', arguments: {}, queues: [] },
]

/** How long the exchange `later` keeps a message at most, in milliseconds. */
export const DELAY_MAX_MS = 200

/** Where a publisher may send to, and which queues get it. */
export interface Destination {
  readonly exchange: string
  readonly routingKey: string
  readonly queues: readonly string[]
}

function direct(name: string): Destination {
  return { exchange: '', routingKey: name, queues: [name] }
}

export const DESTINATIONS: readonly Destination[] = [
  { exchange: 'all', routingKey: '', queues: ['plain-a', 'plain-b', 'quorum', 'expiring'] },
  { exchange: 'later', routingKey: 'delayed', queues: ['delayed'] },
  ...QUEUES.filter(({ name }) => name !== 'dead' && name !== 'delayed').map(({ name }) => direct(name)),
]

/** Those that a transaction sends to: nothing is dropped or refused there. */
export const SAFE_DESTINATIONS: readonly Destination[] = DESTINATIONS.filter(({ queues }) =>
  queues.every((name) => ['plain-a', 'plain-b', 'polled', 'priorities', 'quorum', 'expiring'].includes(name)),
)

export function delayHeader(milliseconds: number): FieldTable {
  return { 'x-delay': typed('I', milliseconds) }
}
