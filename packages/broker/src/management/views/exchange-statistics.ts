/** What is counted of an exchange. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Exchange } from '../../vhost/exchange.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import { viewChannelDetails } from './channel.ts'
import { type Ranges, viewFigure } from './details.ts'
import { viewExchangeMessageStats, viewPublishing } from './message-stats.ts'
import { viewName } from './names.ts'

/** Of an exchange in a list. */
export function viewExchangeStatistics(exchange: Exchange, parts: ManagementParts, ranges: Ranges): JsonObject {
  const { counted: totals, history } = exchange.statistics
  if (totals === undefined || parts.figures.ratesMode === 'none') return {}
  return { message_stats: viewExchangeMessageStats({ totals, history }, ranges.messageRates) }
}

/** Of an exchange by itself: what came from which channel, and went to which queue, where that is kept. */
export function viewExchangeNeighbours(
  vhost: Vhost,
  exchange: Exchange,
  parts: ManagementParts,
  ranges: Ranges,
): JsonObject {
  if (parts.figures.ratesMode !== 'detailed') return { incoming: [], outgoing: [] }
  return {
    incoming: viewIncoming(exchange, parts, ranges),
    outgoing: viewOutgoing(vhost, exchange, ranges),
  }
}

function viewIncoming(exchange: Exchange, parts: ManagementParts, ranges: Ranges): JsonObject[] {
  const incoming: JsonObject[] = []
  for (const { session } of parts.connections) {
    for (const channel of session?.channels.values() ?? []) {
      const counts = channel.statistics.exchanges.get(exchange)
      if (counts === undefined) continue
      const stats = viewPublishing(counts, ranges.messageRates)
      if (Object.keys(stats).length > 0) incoming.push({ channel_details: viewChannelDetails(channel, parts), stats })
    }
  }
  return incoming
}

function viewOutgoing(vhost: Vhost, exchange: Exchange, { messageRates }: Ranges): JsonObject[] {
  const outgoing: JsonObject[] = []
  for (const queue of vhost.queues.values()) {
    const pair = queue.statistics.exchanges.get(exchange)
    if (pair === undefined) continue
    const stats = viewFigure('publish', pair.totals[0], pair.history, [0], messageRates)
    outgoing.push({ queue: viewName(queue.name, vhost.name), stats })
  }
  return outgoing
}
