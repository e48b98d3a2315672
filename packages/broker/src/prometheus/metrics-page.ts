/** The pages of metrics: which families each of them has. */

import { runInSlices } from '../scheduler/slices.ts'
import { CHANNEL_EXCHANGE_METRICS, CHANNEL_METRICS, CHANNEL_QUEUE_METRICS } from './channel-metrics.ts'
import { CONNECTION_COARSE_METRICS, CONNECTION_METRICS } from './connection-metrics.ts'
import { Exposition } from './exposition.ts'
import { type AnyMetricGroup, writeEach, writeSums } from './metric-group.ts'
import {
  ALARM_METRICS,
  AUTH_ATTEMPT_METRICS,
  CHURN_METRICS,
  GLOBAL_METRICS,
  infoMetrics,
  NODE_COARSE_METRICS,
  NODE_METRICS,
  NODE_PERSISTER_METRICS,
  type NodeMetricGroup,
  OBJECT_METRICS,
  writeNodeMetrics,
} from './node-metrics.ts'
import { readProcessMetrics } from './process-metrics.ts'
import type { PrometheusParts } from './prometheus-parts.ts'
import { PUBLISHED_METRICS, QUEUE_COARSE_METRICS, QUEUE_CONSUMER_COUNT, QUEUE_METRICS } from './queue-metrics.ts'
import { writeStorageMetrics } from './storage-metrics.ts'
import { EXCHANGE_BINDINGS, EXCHANGE_NAMES, VHOST_STATUS } from './topology-metrics.ts'

/** How long a slice of a page may hold other work up, in milliseconds. */
const SLICE_MS = 1

/** Families of the broker as a whole that every page of all metrics has. */
const NODE_GROUPS: readonly NodeMetricGroup[] = [
  ALARM_METRICS,
  CHURN_METRICS,
  NODE_COARSE_METRICS,
  NODE_METRICS,
  NODE_PERSISTER_METRICS,
  AUTH_ATTEMPT_METRICS,
]

/** Families of objects that such a page has. */
const OBJECT_GROUPS: readonly AnyMetricGroup[] = [
  QUEUE_COARSE_METRICS,
  QUEUE_METRICS,
  CHANNEL_METRICS,
  CHANNEL_EXCHANGE_METRICS,
  CHANNEL_QUEUE_METRICS,
  CONNECTION_COARSE_METRICS,
  CONNECTION_METRICS,
  PUBLISHED_METRICS,
]

/** Families that are shown by name only. */
const OTHER_GROUPS: readonly AnyMetricGroup[] = [QUEUE_CONSUMER_COUNT]
/** The same, with a prefix of their own. */
const CLUSTER_GROUPS: readonly AnyMetricGroup[] = [VHOST_STATUS, EXCHANGE_NAMES, EXCHANGE_BINDINGS]

const PREFIX = 'rabbitmq_'
const DETAILED_PREFIX = 'rabbitmq_detailed_'
const CLUSTER_PREFIX = 'rabbitmq_cluster_'

/** Writes all metrics: of each object, or their sums. */
export async function writeAll(
  parts: PrometheusParts,
  perObject: boolean,
  write: (chunk: string) => void,
): Promise<void> {
  await parts.figures.collect()
  const into = new Exposition(PREFIX, write)
  for (const group of NODE_GROUPS) writeNodeMetrics(group, parts, into)
  for (const group of OBJECT_GROUPS) {
    await runInSlices(perObject ? writeEach(group, parts, into) : writeSums(group, parts, into), SLICE_MS)
  }
  writeNodeMetrics(OBJECT_METRICS, parts, into)
  writeNodeMetrics(infoMetrics(perObject ? 'per-object' : 'aggregated'), parts, into)
  writeNodeMetrics(GLOBAL_METRICS, parts, into)
  into.end()
  await writeOwn(parts, write)
}

/** Writes the families that are named, of these vhosts. */
export async function writeDetailed(
  parts: PrometheusParts,
  families: ReadonlySet<string>,
  vhosts: ReadonlySet<string> | undefined,
  write: (chunk: string) => void,
): Promise<void> {
  await parts.figures.collect()
  const into = new Exposition(DETAILED_PREFIX, write)
  const written = new Set<string>()
  for (const group of NODE_GROUPS) if (families.has(group.family)) writeNodeMetrics(group, parts, into)
  for (const group of [...OBJECT_GROUPS, ...OTHER_GROUPS]) {
    if (!families.has(group.family)) continue
    // No family may stand twice on a page: `queue_consumers` is in two groups.
    const metrics = group.metrics.filter(({ name }) => !written.has(name))
    for (const { name } of metrics) written.add(name)
    await runInSlices(writeEach({ ...group, metrics }, parts, into, vhosts), SLICE_MS)
  }
  into.end()
  const cluster = new Exposition(CLUSTER_PREFIX, write)
  for (const group of CLUSTER_GROUPS) {
    if (families.has(group.family)) await runInSlices(writeEach(group, parts, cluster, vhosts), SLICE_MS)
  }
  cluster.end()
  const info = new Exposition(PREFIX, write)
  writeNodeMetrics(infoMetrics('detailed'), parts, info)
  info.end()
  await writeOwn(parts, write)
}

/** What RabbitMQ does not have. */
async function writeOwn({ storage }: PrometheusParts, write: (chunk: string) => void): Promise<void> {
  const into = new Exposition('', write)
  writeStorageMetrics(storage, into)
  into.text(await readProcessMetrics())
  into.end()
}
