/** A vhost, as RabbitMQ shows it. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import { NO_RANGES, type Ranges } from './details.ts'
import { viewVhostStatistics } from './vhost-statistics.ts'

export function viewVhost(vhost: Vhost, parts: ManagementParts, ranges: Ranges = NO_RANGES): JsonObject {
  const { name, metadata } = vhost
  const { nodeName } = parts
  const description = metadata?.description ?? ''
  const tags = metadata?.tags ?? []
  return {
    cluster_state: { [nodeName]: 'running' },
    default_queue_type: metadata?.defaultQueueType ?? 'undefined',
    description,
    metadata: { description, tags },
    name,
    tags,
    tracing: metadata?.tracing ?? false,
    ...viewVhostStatistics(vhost, parts, ranges),
  }
}
