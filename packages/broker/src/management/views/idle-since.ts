/** Since when nothing has happened, as far as samples tell. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { ManagementParts } from '../management-parts.ts'

/** `idle_since` of what last changed in the sample at this time, unless that was one of the last two; 0 for what never changed. */
export function idleSince(changedAt: number, { figures, clock }: ManagementParts): JsonObject {
  const { intervalMs } = figures.timeline
  if (changedAt !== 0 && clock.now() - changedAt < 2 * intervalMs) return {}
  if (changedAt === 0) return {}
  return { idle_since: new Date(changedAt).toISOString().replace('Z', '+00:00') }
}
