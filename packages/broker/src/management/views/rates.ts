/** What an event `rates` tells after a sample was taken: the figures of the overview, and of each vhost. Not in RabbitMQ. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import { NO_RANGES } from './details.ts'
import { viewOverview, viewOwnOverview } from './overview.ts'
import { viewVhostStatistics } from './vhost-statistics.ts'

const SHOWN = ['message_stats', 'queue_totals', 'object_totals', 'churn_rates']

/** The last figures of a whole broker, which are the same for all who may see them. */
const whole = new WeakMap<object, { readonly pass: number; readonly rates: JsonObject }>()

/** For who may see everything. */
export function viewRates(parts: ManagementParts): JsonObject {
  const { timeline } = parts.figures
  const known = whole.get(timeline)
  if (known?.pass === timeline.completed) return known.rates
  const rates = view(viewOverview(parts, NO_RANGES), [...parts.vhosts.values()], parts)
  whole.set(timeline, { pass: timeline.completed, rates })
  return rates
}

/** For who may see these vhosts. */
export function viewOwnRates(own: readonly Vhost[], user: string, parts: ManagementParts): JsonObject {
  return view(viewOwnOverview(own, user, parts, NO_RANGES), own, parts)
}

function view(overview: JsonObject, vhosts: readonly Vhost[], parts: ManagementParts): JsonObject {
  return {
    event: 'rates',
    timestamp: parts.clock.now(),
    ...Object.fromEntries(SHOWN.map((name) => [name, overview[name] ?? {}])),
    vhosts: vhosts.map((vhost) => ({ name: vhost.name, ...viewVhostStatistics(vhost, parts, NO_RANGES) })),
  }
}
