/**
 * The arguments of `queue.declare`: which values they take, which type of queue knows them, and how RabbitMQ refuses others.
 *
 * The reason in a refusal is an Erlang term, as RabbitMQ prints it.
 */

import { fieldTypeName, ReplyCode, type TypedTable, type TypedValue } from '@warrenmq/codec'
import { assertDeduplicationArguments, DEDUPLICATION_ARGUMENTS } from '../deduplication/deduplication-arguments.ts'
import { ChannelException, ConnectionException } from '../errors.ts'
import type { QueueSettings } from '../queue/queue.ts'
import { QueueType, queueTypeOf } from '../queue/queue-type.ts'
import { checkInteger, MILLISECONDS_MAX } from './argument-value.ts'

const PRIORITY_MAX = 255

/** Returns why a value is refused, or `undefined`. */
type Check = (value: TypedValue, table: TypedTable) => string | undefined

const CHECKS: Readonly<Record<string, Check>> = {
  'x-message-ttl': (value) => checkInteger(value) ?? checkRange(value, 0, MILLISECONDS_MAX),
  'x-expires': (value) => {
    const refused = checkInteger(value)
    if (refused !== undefined) return refused
    return Number(value.value) === 0 ? '{value_zero,0}' : checkRange(value, 1, MILLISECONDS_MAX)
  },
  'x-max-length': (value) => checkInteger(value) ?? checkRange(value, 0, Infinity),
  'x-max-length-bytes': (value) => checkInteger(value) ?? checkRange(value, 0, Infinity),
  'x-max-priority': (value) => {
    const refused = checkInteger(value) ?? checkRange(value, 0, Infinity)
    if (refused !== undefined) return refused
    return Number(value.value) > PRIORITY_MAX ? `{max_value_exceeded,${value.value}}` : undefined
  },
  'x-overflow': (value) =>
    checkType(value, 'S') ??
    checkOneOf(value, ['drop-head', 'reject-publish', 'reject-publish-dlx'], 'invalid_overflow'),
  'x-dead-letter-routing-key': (value, table) =>
    checkType(value, 'S') ??
    (table['x-dead-letter-exchange'] === undefined ? 'routing_key_but_no_dlx_defined' : undefined),
  'x-queue-mode': (value) =>
    checkType(value, 'S') ?? checkOneOf(value, ['default', 'lazy'], `"unsupported queue mode '${value.value}'"`),
  'x-queue-version': (value) => {
    const refused = checkInteger(value)
    if (refused !== undefined) return refused
    return [1, 2].includes(Number(value.value)) ? undefined : `"unsupported queue version '${value.value}'"`
  },
  'x-queue-type': (value) =>
    checkType(value, 'S') ??
    checkOneOf(value, ['classic', 'quorum', 'stream'], `"unsupported queue type '${value.value}'"`),
  'x-consumer-timeout': (value) => checkInteger(value) ?? checkRange(value, 0, MILLISECONDS_MAX),
  'x-single-active-consumer': (value) => checkType(value, 't'),
  'x-delivery-limit': (value) => checkInteger(value),
  'x-dead-letter-strategy': (value) =>
    checkType(value, 'S') ?? checkOneOf(value, ['at-most-once', 'at-least-once'], 'invalid_dlx_strategy'),
  'x-quorum-initial-group-size': (value) => {
    const refused = checkInteger(value)
    if (refused !== undefined) return refused
    return Number(value.value) === 0 ? '{value_zero,0}' : checkRange(value, 1, Infinity)
  },
  'x-queue-leader-locator': (value) =>
    checkType(value, 'S') ??
    checkOneOf(value, ['client-local', 'balanced', 'random', 'least-leaders'], 'invalid_queue_locator_arg'),
  'x-max-in-memory-length': (value) => checkInteger(value) ?? checkRange(value, 0, Infinity),
  'x-max-in-memory-bytes': (value) => checkInteger(value) ?? checkRange(value, 0, Infinity),
  'x-delayed-retry-type': (value) =>
    checkType(value, 'S') ?? checkOneOf(value, ['disabled', 'all', 'failed', 'returned'], 'invalid_delayed_retry_type'),
  'x-delayed-retry-min': (value) => checkInteger(value) ?? checkRange(value, 0, MILLISECONDS_MAX),
  'x-delayed-retry-max': (value) => checkInteger(value) ?? checkRange(value, 0, MILLISECONDS_MAX),
  'x-queue-master-locator': (value) =>
    checkType(value, 'S') ?? checkOneOf(value, ['min-masters', 'client-local', 'random'], 'invalid_queue_locator_arg'),
}

const OF_STREAMS = ['x-max-age', 'x-stream-max-segment-size-bytes', 'x-initial-cluster-size']
const OF_QUORUM_QUEUES = [
  'x-delivery-limit',
  'x-dead-letter-strategy',
  'x-quorum-initial-group-size',
  'x-queue-leader-locator',
  'x-max-in-memory-length',
  'x-max-in-memory-bytes',
]
const OF_CLASSIC_QUEUES = ['x-max-priority', 'x-queue-mode', 'x-queue-version', 'x-queue-master-locator']

/** Arguments that a type of queue refuses, because they are those of others. */
const OF_OTHERS: { readonly [Type in QueueType]: readonly string[] } = {
  classic: [...OF_QUORUM_QUEUES, ...OF_STREAMS],
  quorum: [...OF_CLASSIC_QUEUES, ...OF_STREAMS],
}

const OWN = [
  ...DEDUPLICATION_ARGUMENTS,
  'x-consumer-timeout',
  'x-delayed-retry-type',
  'x-delayed-retry-min',
  'x-delayed-retry-max',
]

/** Arguments that two declarations of one queue must share, in RabbitMQ's order; all others are kept and not looked at. */
const COMPARED: { readonly [Type in QueueType]: readonly string[] } = {
  classic: [
    'x-expires',
    'x-message-ttl',
    'x-dead-letter-exchange',
    'x-dead-letter-routing-key',
    'x-max-length',
    'x-max-length-bytes',
    'x-max-priority',
    'x-overflow',
    'x-queue-mode',
    'x-queue-version',
    'x-single-active-consumer',
    'x-queue-type',
    'x-queue-master-locator',
    ...OWN,
  ],
  quorum: [
    'x-dead-letter-exchange',
    'x-dead-letter-routing-key',
    'x-dead-letter-strategy',
    'x-expires',
    'x-max-length',
    'x-max-length-bytes',
    'x-max-in-memory-length',
    'x-max-in-memory-bytes',
    'x-overflow',
    'x-single-active-consumer',
    'x-queue-type',
    'x-quorum-initial-group-size',
    'x-delivery-limit',
    'x-message-ttl',
    'x-queue-leader-locator',
    ...OWN,
  ],
}
const COMPARED_WITHOUT_TYPE = COMPARED.classic.filter((name) => name !== 'x-queue-type')

/** The arguments in which a declaration must be the same as that of a queue of this type. */
export function comparedArguments(type: QueueType, received: TypedTable): readonly string[] {
  // No type and classic are the same.
  const isClassic = type === QueueType.classic && queueTypeOf(received) === QueueType.classic
  return isClassic && received['x-queue-type']?.value !== 'stream' ? COMPARED_WITHOUT_TYPE : COMPARED[type]
}

/**
 * Checks the arguments of a new queue.
 *
 * @throws ChannelException PRECONDITION_FAILED with RabbitMQ's text. ConnectionException NOT_IMPLEMENTED for a stream.
 */
export function assertQueueArguments(settings: QueueSettings, resource: string): void {
  const table = settings.arguments
  for (const name of Object.keys(table)) {
    const value = table[name]
    if (name === 'x-dead-letter-exchange' && value.tag !== 'S') {
      throw refuse(`invalid type '${fieldTypeName(value.tag)}' for arg '${name}' in ${resource}`)
    }
    // A name like `constructor` must not find what every object has.
    const reason = Object.hasOwn(CHECKS, name) ? CHECKS[name](value, table) : undefined
    if (reason !== undefined) throw refuse(`invalid arg '${name}' for ${resource}: ${reason}`)
  }
  assertDeduplicationArguments(table, resource)
  if (table['x-queue-type']?.value === 'stream') {
    throw new ConnectionException(ReplyCode.NOT_IMPLEMENTED, `streams are not supported: cannot declare ${resource}`)
  }
  const type = queueTypeOf(table)
  for (const name of OF_OTHERS[type]) {
    if (table[name] !== undefined) {
      throw refuse(`invalid arg '${name}' for ${resource} of queue type rabbit_${type}_queue`)
    }
  }
  if (type === QueueType.quorum) assertQuorumProperties(settings, resource)
}

/** A quorum queue outlives connections, consumers and restarts. */
function assertQuorumProperties({ autoDelete, exclusiveOwner, durable }: QueueSettings, resource: string): void {
  if (autoDelete) throw refuse(`invalid property 'auto-delete' for ${resource}`)
  if (exclusiveOwner !== undefined) throw refuse(`invalid property 'exclusive-owner' for ${resource}`)
  if (!durable) throw refuse(`invalid property 'non-durable' for ${resource}`)
}

function refuse(text: string): ChannelException {
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
}

function checkType(value: TypedValue, tag: string): string | undefined {
  return value.tag === tag ? undefined : `{unacceptable_type,${fieldTypeName(value.tag)}}`
}

function checkRange(value: TypedValue, min: number, max: number): string | undefined {
  const number = Number(value.value)
  if (number < min) return `{value_negative,${value.value}}`
  return number > max ? `{value_too_large,${value.value}}` : undefined
}

function checkOneOf(value: TypedValue, allowed: readonly string[], reason: string): string | undefined {
  return allowed.includes(String(value.value)) ? undefined : reason
}
