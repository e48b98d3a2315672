/** The name of this broker among others: RabbitMQ's node name. */

import { hostname } from 'node:os'

/** The configured name, or one made of the machine's. */
export function resolveNodeName(configured: string): string {
  return configured === '' ? `warren@${hostname()}` : configured
}
