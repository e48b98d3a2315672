/** What is counted of a queue, and what follows from its policies. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Queue } from '../../queue/queue.ts'
import type { ManagementParts } from '../management-parts.ts'
import { viewQueueTotals } from './queue.ts'

export function viewQueueStatistics(queue: Queue, _parts: ManagementParts): JsonObject {
  return {
    consumers: queue.consumers.size,
    ...viewQueueTotals(queue),
  }
}
