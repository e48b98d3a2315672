/** A vhost, as RabbitMQ shows it. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { ManagementParts } from '../management-parts.ts'

export function viewVhost({ name, metadata }: Vhost, { nodeName }: ManagementParts): JsonObject {
  const description = metadata?.description ?? ''
  const tags = metadata?.tags ?? []
  return {
    cluster_state: { [nodeName]: 'running' },
    default_queue_type: metadata?.defaultQueueType ?? 'undefined',
    description,
    metadata: { description, tags },
    name,
    tags,
    tracing: false,
  }
}
