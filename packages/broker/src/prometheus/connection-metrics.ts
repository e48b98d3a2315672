/** Metrics of connections. RabbitMQ calls their label `channel`, too. */

import type { AmqpConnection } from '../protocols/amqp/connection.ts'
import { type AnyMetricGroup, counter, gauge, metricGroup } from './metric-group.ts'
import type { PrometheusParts } from './prometheus-parts.ts'

const labels = ({ name }: AmqpConnection) => ({ channel: name })

function* connectionsOf({ connections }: PrometheusParts): Generator<AmqpConnection> {
  for (const connection of connections) if (connection.session !== undefined) yield connection
}

export const CONNECTION_COARSE_METRICS: AnyMetricGroup = metricGroup<AmqpConnection>({
  family: 'connection_coarse_metrics',
  items: connectionsOf,
  labels,
  metrics: [
    counter('connection_incoming_bytes', ({ statistics }) => statistics.octets[0]),
    counter('connection_outgoing_bytes', ({ statistics }) => statistics.octets[1]),
  ],
})

export const CONNECTION_METRICS: AnyMetricGroup = metricGroup<AmqpConnection>({
  family: 'connection_metrics',
  items: connectionsOf,
  labels,
  metrics: [
    counter('connection_incoming_packets', ({ input }) => input.chunkCount),
    counter('connection_outgoing_packets', ({ output }) => output.writeCount),
    gauge('connection_pending_packets', ({ statistics }) => statistics.pendingBytes),
    gauge('connection_channels', ({ session }) => session?.channels.size ?? 0),
  ],
})
