/** Metrics of the broker as a whole: one sample each, or one for each of a few labels. */

import { PRODUCT_VERSION } from '../product.ts'
import { COMPATIBLE_VERSION } from '../protocols/amqp/server-properties.ts'
import { QueueType } from '../queue/queue-type.ts'
import { DEATH_STRATEGIES, DEATHS } from '../statistics/death-counts.ts'
import { CHURN } from '../statistics/histories.ts'
import { clusterId } from './cluster-id.ts'
import type { Exposition, Labels, MetricType } from './exposition.ts'
import type { PrometheusParts } from './prometheus-parts.ts'

/** A metric without an object. */
export interface NodeMetric {
  readonly name: string
  readonly type: MetricType
  samples(parts: PrometheusParts): readonly NodeSample[]
}

interface NodeSample {
  readonly labels?: Labels
  readonly value: number
}

/** Metrics that belong together, under the family that `/metrics/detailed` knows them by. */
export interface NodeMetricGroup {
  readonly family: string
  readonly metrics: readonly NodeMetric[]
}

export function writeNodeMetrics({ metrics }: NodeMetricGroup, parts: PrometheusParts, into: Exposition): void {
  for (const { name, type, samples } of metrics) {
    const shown = samples(parts)
    if (shown.length === 0) continue
    into.family(name, type)
    for (const { labels, value } of shown) into.sample(name, labels, value)
  }
}

function one(name: string, type: MetricType, value: (parts: PrometheusParts) => number): NodeMetric {
  return { name, type, samples: (parts) => [{ value: value(parts) }] }
}

const gauge = (name: string, value: (parts: PrometheusParts) => number) => one(name, 'gauge', value)
const counter = (name: string, value: (parts: PrometheusParts) => number) => one(`${name}_total`, 'counter', value)

/** RabbitMQ says opened where the API says created. */
const CHURN_NAMES: Readonly<Record<(typeof CHURN)[number], string>> = {
  connection_created: 'connections_opened',
  connection_closed: 'connections_closed',
  channel_created: 'channels_opened',
  channel_closed: 'channels_closed',
  queue_declared: 'queues_declared',
  queue_created: 'queues_created',
  queue_deleted: 'queues_deleted',
}

export const CHURN_METRICS: NodeMetricGroup = {
  family: 'connection_churn_metrics',
  metrics: CHURN.map((name) => counter(CHURN_NAMES[name], ({ statistics }) => statistics.churn[name])),
}

export const ALARM_METRICS: NodeMetricGroup = {
  family: 'alarms',
  metrics: [
    // Nobody watches how many files are open.
    one('alarms_file_descriptor_limit', 'untyped', () => 0),
    one('alarms_free_disk_space_watermark', 'untyped', ({ alarms }) => Number(alarms.isRaised('disk'))),
    one('alarms_memory_used_watermark', 'untyped', ({ alarms }) => Number(alarms.isRaised('memory'))),
  ],
}

const figure = (name: Parameters<PrometheusParts['figures']['nodeFigures']['get']>[0]) => (parts: PrometheusParts) =>
  parts.figures.nodeFigures.get(name)

export const NODE_COARSE_METRICS: NodeMetricGroup = {
  family: 'node_coarse_metrics',
  metrics: [
    gauge('process_open_fds', figure('fd_used')),
    gauge('process_open_tcp_sockets', figure('sockets_used')),
    gauge('process_resident_memory_bytes', figure('mem_used')),
    gauge('disk_space_available_bytes', figure('disk_free')),
  ],
}

export const NODE_METRICS: NodeMetricGroup = {
  family: 'node_metrics',
  metrics: [
    gauge('process_max_fds', ({ figures }) => figures.nodeFigures.openFilesMax),
    gauge(
      'process_max_tcp_sockets',
      ({ figures, options }) => options.connectionMax || figures.nodeFigures.openFilesMax,
    ),
    gauge('resident_memory_limit_bytes', ({ alarms }) => alarms.memoryLimit),
    gauge('disk_space_available_limit_bytes', ({ alarms }) => alarms.diskFreeLimit),
    gauge('erlang_uptime_seconds', () => process.uptime()),
  ],
}

export const NODE_PERSISTER_METRICS: NodeMetricGroup = {
  family: 'node_persister_metrics',
  metrics: [
    counter('io_read_ops', ({ figures }) => figures.nodeFigures.io.reads),
    counter('io_read_bytes', ({ figures }) => figures.nodeFigures.io.readBytes),
    counter('io_write_ops', ({ figures }) => figures.nodeFigures.io.writes),
    counter('io_write_bytes', ({ figures }) => figures.nodeFigures.io.writeBytes),
    counter('io_sync_ops', ({ figures }) => figures.nodeFigures.io.syncs),
    counter('io_read_time_seconds', ({ figures }) => figures.nodeFigures.io.readMs / 1000),
    counter('io_write_time_seconds', ({ figures }) => figures.nodeFigures.io.writeMs / 1000),
    counter('io_sync_time_seconds', ({ figures }) => figures.nodeFigures.io.syncMs / 1000),
    counter('msg_store_read', figure('msg_store_read_count')),
    counter('msg_store_write', figure('msg_store_write_count')),
  ],
}

type Logins = { readonly succeeded: number; readonly failed: number }

function logins(name: string, count: (logins: Logins) => number): NodeMetric {
  return {
    name,
    type: 'counter',
    samples: ({ statistics }) =>
      Array.from(statistics.logins, ([protocol, counts]) => ({ labels: { protocol }, value: count(counts) })),
  }
}

export const AUTH_ATTEMPT_METRICS: NodeMetricGroup = {
  family: 'auth_attempt_metrics',
  metrics: [
    logins('auth_attempts_total', ({ succeeded, failed }) => succeeded + failed),
    logins('auth_attempts_succeeded_total', ({ succeeded }) => succeeded),
    logins('auth_attempts_failed_total', ({ failed }) => failed),
  ],
}

/** How many of each object there are. */
export const OBJECT_METRICS: NodeMetricGroup = {
  family: 'objects',
  metrics: [
    gauge('connections', ({ connections }) => sumOf(connections, ({ session }) => Number(session !== undefined))),
    gauge('channels', ({ connections }) => sumOf(connections, ({ session }) => session?.channels.size ?? 0)),
    gauge('consumers', countConsumers),
    gauge('queues', ({ vhosts }) => sumOf(vhosts.values(), ({ queues }) => queues.size)),
  ],
}

/** Whom these metrics are of. Dashboards join everything with them. */
export function infoMetrics(endpoint: string): NodeMetricGroup {
  return {
    family: 'info',
    metrics: [
      {
        name: 'build_info',
        type: 'untyped',
        samples: () => [
          {
            labels: {
              rabbitmq_version: COMPATIBLE_VERSION,
              prometheus_plugin_version: PRODUCT_VERSION,
              prometheus_client_version: '',
              erlang_version: '',
              node_version: process.version,
            },
            value: 1,
          },
        ],
      },
      {
        name: 'identity_info',
        type: 'untyped',
        samples: ({ nodeName }) => [
          {
            labels: {
              rabbitmq_node: nodeName,
              rabbitmq_cluster: nodeName,
              rabbitmq_cluster_permanent_id: clusterId(nodeName),
              rabbitmq_endpoint: endpoint,
            },
            value: 1,
          },
        ],
      },
    ],
  }
}

const PROTOCOL = 'amqp091'
const TYPES = Object.values(QueueType)

function byProtocol(name: string, type: MetricType, value: (parts: PrometheusParts) => number): NodeMetric {
  return { name, type, samples: (parts) => [{ labels: { protocol: PROTOCOL }, value: value(parts) }] }
}

/** Sums of counts of deliveries, by their indexes in `DELIVERING`. */
function byQueueType(name: string, indexes: readonly number[]): NodeMetric {
  return {
    name: `global_messages_${name}_total`,
    type: 'counter',
    samples: ({ statistics }) =>
      TYPES.map((type) => ({
        labels: { protocol: PROTOCOL, queue_type: `rabbit_${type}_queue` },
        value: sumOf(indexes, (index) => statistics.delivered[type][index]),
      })),
  }
}

function deaths(reason: (typeof DEATHS)[number]): NodeMetric {
  return {
    name: `global_messages_dead_lettered_${reason}_total`,
    type: 'counter',
    samples: ({ statistics }) =>
      TYPES.flatMap((type) =>
        DEATH_STRATEGIES.map((strategy) => ({
          labels: { queue_type: `rabbit_${type}_queue`, dead_letter_strategy: strategy },
          value: statistics.deaths.of(type, strategy)[reason],
        })),
      ),
  }
}

export const GLOBAL_METRICS: NodeMetricGroup = {
  family: 'global',
  metrics: [
    byProtocol('global_publishers', 'gauge', ({ statistics }) => statistics.publishers),
    byProtocol('global_consumers', 'gauge', countConsumers),
    byProtocol('global_messages_received_total', 'counter', ({ statistics }) => statistics.totals[0]),
    byProtocol('global_messages_received_confirm_total', 'counter', ({ statistics }) => statistics.receivedConfirm),
    byProtocol('global_messages_routed_total', 'counter', ({ statistics }) => statistics.routed),
    byProtocol('global_messages_confirmed_total', 'counter', ({ statistics }) => statistics.totals[1]),
    byProtocol('global_messages_unroutable_returned_total', 'counter', ({ statistics }) => statistics.totals[2]),
    byProtocol('global_messages_unroutable_dropped_total', 'counter', ({ statistics }) => statistics.totals[3]),
    byQueueType('delivered', [0, 1, 2, 3]),
    byQueueType('delivered_consume_manual_ack', [0]),
    byQueueType('delivered_consume_auto_ack', [1]),
    byQueueType('delivered_get_manual_ack', [2]),
    byQueueType('delivered_get_auto_ack', [3]),
    byQueueType('get_empty', [4]),
    byQueueType('redelivered', [5]),
    byQueueType('acknowledged', [6]),
    ...DEATHS.map(deaths),
  ],
}

function countConsumers({ vhosts }: PrometheusParts): number {
  return sumOf(vhosts.values(), ({ queues }) => sumOf(queues.values(), ({ consumers }) => consumers.size))
}

function sumOf<Item>(items: Iterable<Item>, count: (item: Item) => number): number {
  let sum = 0
  for (const item of items) sum += count(item)
  return sum
}
