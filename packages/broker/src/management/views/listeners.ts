/** Where the broker listens. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { ManagementParts } from '../management-parts.ts'

export function viewListeners({ listeners, nodeName, options }: ManagementParts): JsonObject[] {
  return listeners.map(({ protocol, host, port }) => ({
    node: nodeName,
    protocol,
    ip_address: host,
    port,
    socket_opts: { backlog: options.listenBacklog, nodelay: options.tcpNodelay },
  }))
}

/** The listeners of the management API. */
export function viewContexts({ listeners, nodeName, options }: ManagementParts): JsonObject[] {
  return listeners
    .filter(({ protocol }) => protocol === 'http' || protocol === 'https')
    .map(({ host, port }) => ({
      ssl_opts: [],
      node: nodeName,
      description: 'WarrenMQ Management',
      path: options.managementPathPrefix || '/',
      ip: host,
      port: String(port),
    }))
}
