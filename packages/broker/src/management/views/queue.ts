/** A queue, as RabbitMQ shows it: what it was declared with, and its policies. What is counted comes from `queue-statistics.ts`. */

import { writeArguments } from '../../definitions/argument-table.ts'
import type { JsonObject } from '../../parameters/json-value.ts'
import type { Queue } from '../../queue/queue.ts'
import { QueueType } from '../../queue/queue-type.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'
import { NO_RANGES, type Ranges } from './details.ts'
import { viewQueueStatistics } from './queue-statistics.ts'

/** How much of a queue is shown. */
export type QueueDetail = 'declaration' | 'totals' | 'statistics'

export function viewQueue(
  vhost: Vhost,
  queue: Queue,
  parts: ManagementParts,
  detail: QueueDetail = 'statistics',
  ranges: Ranges = NO_RANGES,
): JsonObject {
  const { settings } = queue
  const declaration = {
    name: queue.name,
    vhost: vhost.name,
    durable: settings.durable,
    auto_delete: settings.autoDelete,
    exclusive: settings.exclusiveOwner !== undefined,
    arguments: writeArguments(settings.arguments),
    node: parts.nodeName,
    type: queue.type,
    ...(queue.type === QueueType.quorum && viewMembers(parts)),
  }
  if (detail === 'declaration') return { ...declaration, state: 'live' }
  if (detail === 'totals') return { ...declaration, state: 'live', ...viewQueueTotals(queue) }
  return { ...declaration, ...viewQueueStatistics(queue, parts, ranges) }
}

/** A quorum queue has one member, as there is no cluster yet. */
function viewMembers({ nodeName }: ManagementParts): JsonObject {
  return { leader: nodeName, members: [nodeName], online: [nodeName] }
}

/** How many messages it has. */
export function viewQueueTotals(queue: Queue): JsonObject {
  const { readyCount, unackedCount, delayedCount } = queue
  return {
    messages: readyCount + unackedCount + delayedCount,
    messages_ready: readyCount,
    messages_unacknowledged: unackedCount,
  }
}
