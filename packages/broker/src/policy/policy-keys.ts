/**
 * The settings that a policy's definition may have: what values each takes, with RabbitMQ's texts for others.
 */

import { formatJsonTerm } from '../parameters/erlang-json.ts'
import type { JsonObject, JsonValue } from '../parameters/json-value.ts'
import { checkMirroring, MIRRORING_KEYS } from './mirroring-keys.ts'

interface PolicyKey {
  accepts(value: JsonValue): boolean
  /** What the value is not: `-1 is not a valid maximum length`. */
  readonly what: string
}

const SEGMENT_BYTES_MAX = 3_000_000_000

const text = (what: string): PolicyKey => ({ what, accepts: (value) => typeof value === 'string' })
const oneOf = (what: string, ...allowed: readonly JsonValue[]): PolicyKey => ({
  what,
  accepts: (value) => allowed.includes(value),
})
const integer = (what: string, min: number, max = Infinity): PolicyKey => ({
  what,
  accepts: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
})

const POLICY_KEYS: ReadonlyMap<string, PolicyKey> = new Map([
  ['alternate-exchange', text('alternate exchange name')],
  ['dead-letter-exchange', text('dead letter exchange name')],
  ['dead-letter-routing-key', text('dead letter routing key')],
  ['dead-letter-strategy', oneOf('dead letter strategy', 'at-most-once', 'at-least-once')],
  ['message-ttl', integer('message TTL', 0)],
  ['expires', integer('queue expiry', 1)],
  ['max-length', integer('maximum length', 0)],
  ['max-length-bytes', integer('maximum length in bytes', 0)],
  ['max-in-memory-length', integer('maximum memory in bytes', 0)],
  ['max-in-memory-bytes', integer('maximum memory in bytes', 0)],
  ['queue-mode', oneOf('queue-mode value', 'default', 'lazy')],
  ['queue-version', oneOf('queue-version value', 1, 2)],
  ['overflow', oneOf('overflow value', 'drop-head', 'reject-publish', 'reject-publish-dlx')],
  ['delivery-limit', integer('delivery limit', 0)],
  ['max-age', { what: 'max age', accepts: (value) => typeof value === 'string' && /^\d+[YMDhms]$/.test(value) }],
  ['stream-max-segment-size-bytes', integer('segment size', 0, SEGMENT_BYTES_MAX)],
  ['queue-leader-locator', oneOf('queue leader locator value', 'client-local', 'balanced', 'random', 'least-leaders')],
  ['initial-cluster-size', integer('cluster size', 0)],
  // RabbitMQ 3.12 and newer.
  ['consumer-timeout', integer('consumer timeout', 1)],
  // RabbitMQ 4.3.
  ['delayed-retry-type', oneOf('delayed retry type', 'disabled', 'all', 'failed', 'returned')],
  ['delayed-retry-min', integer('delayed retry minimum', 0)],
  ['delayed-retry-max', integer('delayed retry maximum', 0)],
])

const MASTER_LOCATORS: readonly JsonValue[] = ['min-masters', 'client-local', 'random']

/** Keys that operator policies may have: limits, of which the lower holds. */
const OPERATOR_KEYS: ReadonlySet<string> = new Set([
  'expires',
  'message-ttl',
  'max-length',
  'max-length-bytes',
  'max-in-memory-length',
  'max-in-memory-bytes',
  'delivery-limit',
])

/** Keys of RabbitMQ's plugins for federation and sharding. Definitions of a broker that has these may hold them; they do nothing here. */
const PLUGIN_KEYS: ReadonlySet<string> = new Set([
  'federation-upstream',
  'federation-upstream-set',
  'federation-upstream-pattern',
  'shards-per-node',
  'routing-key',
])

/** Keys that a policy must not have for it to hold for a queue of this type: one that has any is passed over as a whole. */
const UNSUPPORTED_KEYS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'classic',
    new Set([
      'max-age',
      'stream-max-segment-size-bytes',
      'queue-leader-locator',
      'initial-cluster-size',
      'delivery-limit',
      'dead-letter-strategy',
    ]),
  ],
  [
    'quorum',
    new Set([
      'queue-mode',
      ...MIRRORING_KEYS,
      'queue-master-locator',
      'max-age',
      'stream-max-segment-size-bytes',
      'initial-cluster-size',
    ]),
  ],
  [
    'stream',
    new Set([
      'expires',
      'message-ttl',
      'dead-letter-exchange',
      'dead-letter-routing-key',
      'dead-letter-strategy',
      'max-length',
      'max-in-memory-length',
      'max-in-memory-bytes',
      'overflow',
      'queue-mode',
      'delivery-limit',
      ...MIRRORING_KEYS,
      'queue-master-locator',
    ]),
  ],
])

export function isPluginKey(key: string): boolean {
  return PLUGIN_KEYS.has(key)
}

/** Whether a policy with this definition may hold for a queue of this type. */
export function suitsQueueType(definition: JsonObject, type: string): boolean {
  const unsupported = UNSUPPORTED_KEYS.get(type)
  return unsupported === undefined || !Object.keys(definition).some((key) => unsupported.has(key))
}

/** What is wrong with the values of the keys that are known; the rest are returned, for whoever knows more of them. */
export function checkKnownKeys(definition: JsonObject, isOperator: boolean): { fault?: string; unknown: string[] } {
  const unknown: string[] = []
  for (const key of Object.keys(definition).sort()) {
    const known = isOperator && !OPERATOR_KEYS.has(key) ? undefined : POLICY_KEYS.get(key)
    if (known === undefined) unknown.push(key)
    else if (!known.accepts(definition[key])) {
      return { fault: `${formatJsonTerm(definition[key])} is not a valid ${known.what}`, unknown }
    }
  }
  return isOperator ? { unknown } : checkPlacement(definition, unknown)
}

/** Keys that say where queues lie among the nodes of a cluster: checked, and without effect. */
function checkPlacement(definition: JsonObject, unknown: readonly string[]): { fault?: string; unknown: string[] } {
  const locator = definition['queue-master-locator']
  const fault =
    locator !== undefined && !MASTER_LOCATORS.includes(locator)
      ? `${formatJsonTerm(locator)} invalid queue-master-locator value`
      : checkMirroring(definition)
  const rest = unknown.filter((key) => key !== 'queue-master-locator' && !MIRRORING_KEYS.includes(key))
  return fault === undefined ? { unknown: rest } : { fault, unknown: rest }
}
