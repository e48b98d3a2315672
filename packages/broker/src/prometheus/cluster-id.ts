/** What RabbitMQ calls the permanent id of a cluster. */

import { createHash } from 'node:crypto'

const ID_LENGTH = 22

/** The same for the same name, over restarts and reinstallations. */
export function clusterId(nodeName: string): string {
  return `rabbitmq-cluster-id-${createHash('sha256').update(nodeName).digest('base64url').slice(0, ID_LENGTH)}`
}
