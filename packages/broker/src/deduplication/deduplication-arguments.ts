/**
 * The arguments `x-deduplication…` of queues and exchanges: which values they take, refused in RabbitMQ's style.
 */

import { fieldTypeName, ReplyCode, type TypedTable, type TypedValue } from '@warrenmq/codec'
import { ChannelException } from '../errors.ts'
import { checkInteger, MILLISECONDS_MAX } from '../vhost/argument-value.ts'

const SIZE_DEFAULT = 10_000
const SIZE_MAX = 1_000_000
const HEADER_DEFAULT = 'x-deduplication-header'

export interface DeduplicationSettings {
  /** Header whose value identifies a message. */
  readonly header: string
  /** Most identities that are remembered. */
  readonly size: number
  /** How long one is remembered, in milliseconds; `Infinity` for no limit. */
  readonly ttlMs: number
}

/** Names of the arguments. */
export const DEDUPLICATION_ARGUMENTS: readonly string[] = [
  'x-deduplication',
  'x-deduplication-header',
  'x-deduplication-size',
  'x-deduplication-ttl',
]

const CHECKS: Readonly<Record<string, (value: TypedValue) => string | undefined>> = {
  'x-deduplication': (value) => checkType(value, 't'),
  'x-deduplication-header': (value) => checkType(value, 'S') ?? (value.value === '' ? 'empty_header_name' : undefined),
  'x-deduplication-size': (value) => checkRange(value, SIZE_MAX),
  'x-deduplication-ttl': (value) => checkRange(value, MILLISECONDS_MAX),
  // Of the plugin rabbitmq-message-deduplication, which forgets a message once it was acknowledged: not the same promise.
  'x-message-deduplication': (value) => (value.value === false ? undefined : '"not supported, see x-deduplication"'),
}

/** @throws ChannelException PRECONDITION_FAILED for the first argument that is refused. */
export function assertDeduplicationArguments(table: TypedTable, resource: string): void {
  for (const name of Object.keys(CHECKS)) {
    const value = table[name]
    if (value === undefined) continue
    const isAlone = name.startsWith('x-deduplication-') && table['x-deduplication'] === undefined
    const reason = CHECKS[name](value) ?? (isAlone ? 'no_deduplication_defined' : undefined)
    if (reason === undefined) continue
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, `invalid arg '${name}' for ${resource}: ${reason}`)
  }
}

/** What checked arguments ask for; `undefined` for no deduplication. */
export function readDeduplicationArguments(table: TypedTable): DeduplicationSettings | undefined {
  if (table['x-deduplication']?.value !== true) return undefined
  const number = (name: string) => (table[name] === undefined ? undefined : Number(table[name].value))
  return {
    header: String(table['x-deduplication-header']?.value ?? HEADER_DEFAULT),
    size: number('x-deduplication-size') ?? SIZE_DEFAULT,
    ttlMs: number('x-deduplication-ttl') ?? Number.POSITIVE_INFINITY,
  }
}

function checkType(value: TypedValue, tag: string): string | undefined {
  return value.tag === tag ? undefined : `{unacceptable_type,${fieldTypeName(value.tag)}}`
}

function checkRange(value: TypedValue, max: number): string | undefined {
  const refused = checkInteger(value)
  if (refused !== undefined) return refused
  const number = Number(value.value)
  if (number === 0) return '{value_zero,0}'
  if (number < 0) return `{value_negative,${value.value}}`
  return number > max ? `{value_too_large,${value.value}}` : undefined
}
