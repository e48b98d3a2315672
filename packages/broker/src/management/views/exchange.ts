/** An exchange, as RabbitMQ shows it. What is counted comes from `exchange-statistics.ts`. */

import { writeArguments } from '../../definitions/argument-table.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { Exchange } from '../../vhost/exchange.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import type { Ranges } from './details.ts'
import { viewExchangeStatistics } from './exchange-statistics.ts'

export function viewExchange(vhost: Vhost, exchange: Exchange, parts: ManagementParts, ranges: Ranges): JsonObject {
  const { settings, policy } = exchange
  return {
    name: settings.name,
    vhost: vhost.name,
    type: settings.type,
    durable: settings.durable,
    auto_delete: settings.autoDelete,
    internal: settings.internal,
    arguments: writeArguments(settings.arguments),
    ...(policy.policy !== undefined && { policy: policy.policy.name }),
    ...viewExchangeStatistics(exchange, parts, ranges),
  }
}
