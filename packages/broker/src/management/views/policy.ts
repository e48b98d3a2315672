/** A policy or operator policy, as RabbitMQ shows it. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Policy } from '../../policy/policy.ts'

export function viewPolicy(vhost: string, { name, pattern, applyTo, definition, priority }: Policy): JsonObject {
  return { vhost, name, pattern, 'apply-to': applyTo, definition, priority }
}
