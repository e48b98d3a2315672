/** The node: this broker's process and its machine, as RabbitMQ shows them. What is Erlang's alone is left out. */

import { availableParallelism } from 'node:os'
import type { JsonObject } from '../../parameters/json-value.ts'
import { PRODUCT_NAME, PRODUCT_VERSION } from '../../product.ts'
import { BROKER_CHURN_AT, CHURN } from '../../statistics/histories.ts'
import { NODE_STATS } from '../../statistics/node-figures.ts'
import type { ManagementParts } from '../management-parts.ts'
import { type Ranges, viewFigure, viewFigures } from './details.ts'
import { viewContexts } from './listeners.ts'
import { viewMemory } from './memory.ts'
import { viewExchangeTypes } from './overview.ts'

/** @param wants Which parts are shown that are left out otherwise. */
export function viewNode(
  parts: ManagementParts,
  ranges: Ranges,
  wants: { readonly memory: boolean } = { memory: false },
): JsonObject {
  const { alarms, figures, options, nodeName, storage } = parts
  const { openFilesMax } = figures.nodeFigures
  return {
    name: nodeName,
    type: 'disc',
    running: true,
    partitions: [],
    os_pid: String(process.pid),
    fd_total: openFilesMax,
    sockets_total: options.connectionMax || openFilesMax,
    mem_limit: alarms.memoryLimit,
    mem_alarm: alarms.isRaised('memory'),
    mem_calculation_strategy: 'rss',
    disk_free_limit: alarms.diskFreeLimit,
    disk_free_alarm: alarms.isRaised('disk'),
    rates_mode: figures.ratesMode,
    // As many as Erlang allows by default. Nothing waits for a scheduler here.
    proc_total: 1_048_576,
    run_queue: 0,
    uptime: Math.round(process.uptime() * 1000),
    processors: availableParallelism(),
    exchange_types: viewExchangeTypes(),
    auth_mechanisms: options.authMechanisms.map((name) => ({ name, description: `SASL ${name}`, enabled: true })),
    applications: [{ name: 'warrenmq', description: PRODUCT_NAME, version: PRODUCT_VERSION }],
    contexts: viewContexts(parts).map(({ node: _node, ssl_opts: _options, ...context }) => context),
    log_files: [],
    config_files: [],
    db_dir: storage?.directory ?? '',
    enabled_plugins: [],
    cluster_links: [],
    ...viewNodeFigures(parts, ranges),
    ...(wants.memory ? { memory: viewMemory(parts) } : {}),
  }
}

function viewNodeFigures(parts: ManagementParts, { nodeStats }: Ranges): JsonObject {
  const { figures, statistics } = parts
  const { nodeFigures, node } = figures
  const shown: JsonObject = {}
  NODE_STATS.forEach((name, i) => {
    Object.assign(shown, viewFigure(name, nodeFigures.get(name), node, [i], nodeStats))
  })
  const { io } = nodeFigures
  const churn = CHURN.map((name) => statistics.churn[name])
  return {
    ...shown,
    io_read_avg_time: average(io.readMs, io.reads),
    io_write_avg_time: average(io.writeMs, io.writes),
    io_sync_avg_time: average(io.syncMs, io.syncs),
    ...viewFigures(CHURN, churn, statistics.history, BROKER_CHURN_AT, nodeStats),
  }
}

function average(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count
}
