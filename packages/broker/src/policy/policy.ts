/** What a policy is: settings for all queues and exchanges of a vhost whose names match. */

import type { JsonObject } from '../parameters/json-value.ts'
import type { PolicyDefinition } from '../queue/queue-features.ts'

/** Kinds of objects that a policy holds for. RabbitMQ knows the last three from 3.12 on. */
export const APPLY_TO = ['queues', 'exchanges', 'all', 'classic_queues', 'quorum_queues', 'streams'] as const
export type ApplyTo = (typeof APPLY_TO)[number]

/** A policy or operator policy of a vhost. */
export interface Policy {
  readonly name: string
  /** Regular expression on names, matched anywhere in them. */
  readonly pattern: string
  readonly applyTo: ApplyTo
  /** Settings by RabbitMQ's keys, such as `message-ttl`. */
  readonly definition: JsonObject
  /** Of several that match, the one with the highest priority holds. */
  readonly priority: number
}

/** What holds for one queue or exchange. */
export interface EffectivePolicy {
  readonly policy: Policy | undefined
  readonly operatorPolicy: Policy | undefined
  /** Both merged. */
  readonly definition: PolicyDefinition
}

/** That of an object which no policy matches. */
export const NO_POLICY: EffectivePolicy = Object.freeze({
  policy: undefined,
  operatorPolicy: undefined,
  definition: Object.freeze(Object.create(null)),
})

/** What holds when these two match. Of a key that both set, the lower value does. */
export function mergePolicies(policy: Policy | undefined, operatorPolicy: Policy | undefined): EffectivePolicy {
  const merged: Record<string, unknown> = Object.assign(Object.create(null), policy?.definition)
  for (const [key, limit] of Object.entries(operatorPolicy?.definition ?? {})) {
    const value = merged[key]
    // Operator policies take keys with numbers only.
    merged[key] = typeof value === 'number' && typeof limit === 'number' ? Math.min(value, limit) : limit
  }
  return Object.freeze({ policy, operatorPolicy, definition: Object.freeze(merged) })
}
