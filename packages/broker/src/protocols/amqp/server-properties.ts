/**
 * What the broker tells of itself in `connection.start`.
 *
 * The product is named as clients expect it: some switch features off for any other (docs/deviations.md).
 */

import type { FieldTable } from '@warrenmq/codec'

/** RabbitMQ's version whose behaviour and texts are followed. */
export const COMPATIBLE_VERSION = '3.10.8'

/** What RabbitMQ would call its node. */
export const NODE_NAME = 'warren@localhost'

const CAPABILITIES = [
  'publisher_confirms',
  'exchange_exchange_bindings',
  'basic.nack',
  'consumer_cancel_notify',
  'connection.blocked',
  'consumer_priorities',
  'authentication_failure_close',
  'per_consumer_qos',
  'direct_reply_to',
]

export function createServerProperties(): FieldTable {
  return {
    capabilities: Object.fromEntries(CAPABILITIES.map((name) => [name, true])),
    cluster_name: NODE_NAME,
    copyright: 'Copyright the WarrenMQ authors',
    information: 'Licensed under the Apache License, Version 2.0',
    platform: `WarrenMQ on Node.js ${process.versions.node}`,
    product: 'RabbitMQ',
    version: COMPATIBLE_VERSION,
  }
}
