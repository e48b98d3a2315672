/**
 * The arguments of `queue.declare` that a classic queue knows: which values they take and how RabbitMQ refuses others.
 *
 * The reason in a refusal is an Erlang term, as RabbitMQ prints it.
 */

import { fieldTypeName, ReplyCode, type TypedTable, type TypedValue } from '@warrenmq/codec'
import { assertDeduplicationArguments, DEDUPLICATION_ARGUMENTS } from '../deduplication/deduplication-arguments.ts'
import { ChannelException, ConnectionException } from '../errors.ts'
import type { QueueSettings } from '../queue/queue.ts'
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
  'x-queue-master-locator': (value) =>
    checkType(value, 'S') ?? checkOneOf(value, ['min-masters', 'client-local', 'random'], 'invalid_queue_locator_arg'),
}

/** Arguments of other queue types, refused for a classic queue. */
const OTHER_TYPES = [
  'x-delivery-limit',
  'x-dead-letter-strategy',
  'x-quorum-initial-group-size',
  'x-queue-leader-locator',
  'x-max-in-memory-length',
  'x-max-in-memory-bytes',
  'x-max-age',
  'x-stream-max-segment-size-bytes',
  'x-initial-cluster-size',
]

/** Arguments that two declarations of one queue must share; all others are kept and not looked at. */
export const COMPARED_ARGUMENTS: readonly string[] = [
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
  'x-queue-master-locator',
  ...DEDUPLICATION_ARGUMENTS,
]

/**
 * Checks the arguments of a new queue.
 *
 * @throws ChannelException PRECONDITION_FAILED with RabbitMQ's text. ConnectionException NOT_IMPLEMENTED for a quorum queue or stream.
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
  const type = table['x-queue-type']?.value ?? 'classic'
  if (type !== 'classic') {
    throw new ConnectionException(ReplyCode.NOT_IMPLEMENTED, `queue type '${type}' of ${resource} is not built yet`)
  }
  for (const name of OTHER_TYPES) {
    if (table[name] !== undefined) {
      throw refuse(`invalid arg '${name}' for ${resource} of queue type rabbit_classic_queue`)
    }
  }
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
