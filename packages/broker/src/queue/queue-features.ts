/**
 * The effective settings of a queue: what its arguments and its policy come to together.
 *
 * Pure. Whoever changes a queue's policy resolves the features anew and hands them to `Queue.configure`.
 */

import type { TypedTable, TypedValue } from '@warrenmq/codec'
import { isInteger } from '../vhost/argument-value.ts'
import { queueTypeOf } from './queue-type.ts'

/** What a queue does with a message that finds it full. */
export const Overflow = {
  /** The oldest ready message makes room. */
  dropHead: 'drop-head',
  /** The new message is refused. */
  rejectPublish: 'reject-publish',
  /** The new message is refused and dead-lettered. */
  rejectPublishDlx: 'reject-publish-dlx',
} as const
export type Overflow = (typeof Overflow)[keyof typeof Overflow]

/** Limits and ways of a queue that may change while it lives. `undefined` is no limit, or none set. */
export interface QueueFeatures {
  /** How long a message waits at most, in milliseconds from its arrival; 0 delivers at once or never. */
  readonly messageTtlMs: number | undefined
  /** How long the queue lives without use, in milliseconds. */
  readonly expiresMs: number | undefined
  /** Most ready messages. */
  readonly maxLength: number | undefined
  /** Most bytes in the bodies of ready messages. */
  readonly maxLengthBytes: number | undefined
  /** @default drop-head */
  readonly overflow: Overflow
  /** Where messages go that die here; `''` is the default exchange. */
  readonly deadLetterExchange: string | undefined
  /** Their routing key there, instead of their own. */
  readonly deadLetterRoutingKey: string | undefined
  /** Of quorum queues: `at-most-once` or `at-least-once`. */
  readonly deadLetterStrategy: string | undefined
  /** Highest priority of a message, 0 to 255; `undefined` for a queue without priorities. An argument only. */
  readonly maxPriority: number | undefined
  /** Whether one consumer at a time is served. An argument only. */
  readonly singleActiveConsumer: boolean
  /** Of quorum queues: failed deliveries that a message survives; negative for any number. @default 20 */
  readonly deliveryLimit: number | undefined
  /** Which returned messages wait before they are delivered again. */
  readonly delayedRetryType: string | undefined
  /** Shortest and longest such wait, in milliseconds. */
  readonly delayedRetryMinMs: number | undefined
  readonly delayedRetryMaxMs: number | undefined
  /** How long a consumer may hold a message, in milliseconds. */
  readonly consumerTimeoutMs: number | undefined
}

/** Failed deliveries of a message that a quorum queue allows where nothing is said. */
const DELIVERY_LIMIT = 20

/** What a policy sets, by RabbitMQ's keys (`message-ttl`), operator policy already merged in. Values that do not fit are ignored. */
export type PolicyDefinition = Readonly<Record<string, unknown>>

/** The features of a queue with these arguments and this policy (RabbitMQ's rules for who wins). */
export function resolveQueueFeatures(table: TypedTable, policy: PolicyDefinition = {}): QueueFeatures {
  const type = queueTypeOf(table)
  const lower = (key: string) => lowest(integerArgument(table[`x-${key}`]), policyNumber(policy, key))
  const argumentFirst = (key: string) => textArgument(table[`x-${key}`]) ?? policyText(policy, key)
  const policyFirst = (key: string) => policyText(policy, key) ?? textArgument(table[`x-${key}`])
  const expires = policyNumber(policy, 'expires')
  return {
    messageTtlMs: lower('message-ttl'),
    expiresMs: type === 'quorum' && expires !== undefined ? expires : lower('expires'),
    maxLength: lower('max-length'),
    maxLengthBytes: lower('max-length-bytes'),
    overflow: type === 'quorum' ? toQuorumOverflow(policyFirst('overflow')) : toOverflow(argumentFirst('overflow')),
    deadLetterExchange: argumentFirst('dead-letter-exchange'),
    deadLetterRoutingKey: argumentFirst('dead-letter-routing-key'),
    deadLetterStrategy: argumentFirst('dead-letter-strategy'),
    maxPriority: type === 'classic' ? integerArgument(table['x-max-priority']) : undefined,
    singleActiveConsumer: table['x-single-active-consumer']?.value === true,
    deliveryLimit: type === 'quorum' ? deliveryLimit(table, policy) : undefined,
    delayedRetryType: argumentFirst('delayed-retry-type'),
    delayedRetryMinMs: lower('delayed-retry-min'),
    delayedRetryMaxMs: lower('delayed-retry-max'),
    consumerTimeoutMs: lower('consumer-timeout'),
  }
}

function integerArgument(value: TypedValue | undefined): number | undefined {
  return value !== undefined && isInteger(value) ? Number(value.value) : undefined
}

function textArgument(value: TypedValue | undefined): string | undefined {
  return typeof value?.value === 'string' ? value.value : undefined
}

function policyNumber(policy: PolicyDefinition, key: string): number | undefined {
  const value = Object.hasOwn(policy, key) ? policy[key] : undefined
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

function policyText(policy: PolicyDefinition, key: string): string | undefined {
  const value = Object.hasOwn(policy, key) ? policy[key] : undefined
  return typeof value === 'string' ? value : undefined
}

function lowest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : Math.min(a, b)
}

/** Argument and policy together: the lower one, but no limit, which is a negative one, before any. RabbitMQ 4's default. */
function deliveryLimit(table: TypedTable, policy: PolicyDefinition): number {
  const limits = [integerArgument(table['x-delivery-limit']), policyNumber(policy, 'delivery-limit')]
  const [first = DELIVERY_LIMIT, second = first] = limits.filter((limit) => limit !== undefined)
  return first < 0 || second < 0 ? -1 : Math.min(first, second)
}

/** Of a quorum queue: `reject-publish-dlx` is unknown to it. */
function toQuorumOverflow(text: string | undefined): Overflow {
  return text === Overflow.rejectPublish ? Overflow.rejectPublish : Overflow.dropHead
}

function toOverflow(text: string | undefined): Overflow {
  return Object.values(Overflow).find((overflow) => overflow === text) ?? Overflow.dropHead
}
