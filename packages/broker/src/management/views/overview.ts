/** The broker at a glance, as RabbitMQ shows it. */

import { EXCHANGE_TYPES } from '../../exchange/exchange-types.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import { PRODUCT_NAME, PRODUCT_VERSION } from '../../product.ts'
import { COMPATIBLE_VERSION } from '../../protocols/amqp/server-properties.ts'
import { addTo, MESSAGE_STATS } from '../../statistics/counts.ts'
import {
  BROKER_CHURN_AT,
  BROKER_DISK_AT,
  BROKER_LENGTHS_AT,
  CHURN,
  DISK,
  LENGTHS,
  VHOST_LENGTHS_AT,
} from '../../statistics/histories.ts'
import type { History } from '../../statistics/history.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import { type Ranges, viewDetails, viewFigure, viewFigures } from './details.ts'
import { viewContexts, viewListeners } from './listeners.ts'
import { viewMessageStats } from './message-stats.ts'

/** What the whole broker has, for who may see all of it. */
export function viewOverview(parts: ManagementParts, ranges: Ranges): JsonObject {
  const { vhosts, connections, statistics, nodeName } = parts
  return {
    ...viewBroker(parts),
    message_stats: viewBrokerMessageStats(parts, ranges),
    churn_rates: viewChurn(parts, ranges),
    queue_totals: viewQueueTotals([...vhosts.values()], statistics.history, BROKER_LENGTHS_AT, ranges),
    object_totals: {
      ...countObjects([...vhosts.values()]),
      channels: sumOf([...connections], ({ session }) => session?.channels.size ?? 0),
      connections: sumOf([...connections], ({ session }) => (session === undefined ? 0 : 1)),
      consumers: sumOf([...vhosts.values()], ({ queues }) =>
        sumOf([...queues.values()], ({ consumers }) => consumers.size),
      ),
    },
    statistics_db_event_queue: 0,
    node: nodeName,
    listeners: viewListeners(parts),
    contexts: viewContexts(parts),
  }
}

/** What a user sees of the vhosts that are theirs. */
export function viewOwnOverview(
  own: readonly Vhost[],
  user: string,
  parts: ManagementParts,
  ranges: Ranges,
): JsonObject {
  const connections = [...parts.connections].filter((each) => each.user === user && each.session !== undefined)
  const totals = new Float64Array(MESSAGE_STATS.length)
  for (const { statistics } of own) addTo(totals, statistics.totals)
  return {
    ...viewBroker(parts),
    message_stats: keepsRates(parts) ? viewMessageStats({ totals, history: undefined }, ranges.messageRates) : {},
    churn_rates: viewChurn(parts, ranges),
    queue_totals: viewQueueTotals(own, undefined, VHOST_LENGTHS_AT, ranges),
    object_totals: {
      ...countObjects(own),
      channels: sumOf(connections, ({ session }) => session?.channels.size ?? 0),
      connections: connections.length,
    },
    statistics_db_event_queue: 0,
  }
}

/** What kind of broker it is. */
function viewBroker(parts: ManagementParts): JsonObject {
  const { figures, nodeName } = parts
  return {
    management_version: COMPATIBLE_VERSION,
    rates_mode: figures.ratesMode,
    sample_retention_policies: { global: [600, 3600, 28_800, 86_400], basic: [600, 3600], detailed: [600] },
    exchange_types: viewExchangeTypes(),
    product_version: PRODUCT_VERSION,
    product_name: PRODUCT_NAME,
    rabbitmq_version: COMPATIBLE_VERSION,
    cluster_name: nodeName,
    // Clients print them; there is no Erlang here.
    erlang_version: '',
    erlang_full_version: `Node.js ${process.version}`,
    release_series_support_status: 'supported',
    disable_stats: false,
    enable_queue_totals: false,
  }
}

export function viewExchangeTypes(): JsonObject[] {
  return EXCHANGE_TYPES.map((name) => ({ name, description: `exchange type ${name}`, enabled: true }))
}

function viewBrokerMessageStats(parts: ManagementParts, { messageRates }: Ranges): JsonObject {
  if (!keepsRates(parts)) return {}
  const { totals, history, diskReads, diskWrites } = parts.statistics
  const stats = viewMessageStats({ totals, history }, messageRates)
  if (Object.keys(stats).length === 0) return stats
  return { ...stats, ...viewFigures(DISK, [diskReads, diskWrites], history, BROKER_DISK_AT, messageRates) }
}

/** Lengths are those of the last sample: there may be very many queues. */
function viewQueueTotals(
  vhosts: readonly Vhost[],
  history: History | undefined,
  at: number,
  { lengths }: Ranges,
): JsonObject {
  if (!vhosts.some(({ queues }) => queues.size > 0)) return {}
  const sums = LENGTHS.map((_name, i) =>
    sumOf(vhosts, ({ statistics }) => statistics.history?.last(VHOST_LENGTHS_AT + i) ?? 0),
  )
  return {
    messages: sums[0] + sums[1],
    messages_details: viewDetails(history, [at, at + 1], lengths),
    ...viewFigure(LENGTHS[0], sums[0], history, [at], lengths),
    ...viewFigure(LENGTHS[1], sums[1], history, [at + 1], lengths),
  }
}

/** What was opened, made and closed. */
function viewChurn({ statistics }: ManagementParts, { dataRates }: Ranges): JsonObject {
  const { churn, history } = statistics
  const values = CHURN.map((name) => churn[name])
  return viewFigures(CHURN, values, history, BROKER_CHURN_AT, dataRates)
}

function countObjects(vhosts: readonly Vhost[]): JsonObject {
  return {
    exchanges: sumOf(vhosts, ({ exchanges }) => exchanges.size),
    queues: sumOf(vhosts, ({ queues }) => queues.size),
  }
}

function keepsRates({ figures }: ManagementParts): boolean {
  return figures.ratesMode !== 'none'
}

function sumOf<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0)
}
