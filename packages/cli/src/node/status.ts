/** All that `status` tells of a node. */

import { isManagementError, type Node, type NodeMemory, type Overview } from '@warrenmq/client/management'
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import type { Section } from '../output/output.ts'
import { type Alarm, alarmsOf, alarmText } from './alarms.ts'
import { describeListeners, listenerText } from './listeners.ts'
import { breakdownLines } from './memory-breakdown.ts'
import { inUnit, type Unit } from './memory-units.ts'

export interface Status {
  readonly overview: Overview
  readonly node: Node
  readonly alarms: readonly Alarm[]
  readonly memory: NodeMemory
  readonly vhostCount: number
}

/** @throws CliError when there is no such node. */
export async function readStatus({ client, settings }: Context): Promise<Status> {
  const overview = await client.nodes.overview()
  const name = settings.node ?? overview.node
  const nodes = await client.nodes.list()
  const node = nodes.find((candidate) => candidate.name === name)
  if (node === undefined) throw noNode(name, nodes)
  const [memory, vhosts] = await Promise.all([memoryOf(client, name), client.vhosts.list()])
  return { overview, node, alarms: alarmsOf(nodes), memory, vhostCount: vhosts.length }
}

export function noNode(name: string, nodes: readonly Node[]): CliError {
  return new CliError(
    ExitCode.unavailable,
    `Error: unable to perform an operation on node '${name}': the broker knows no such node`,
    `Its nodes: ${nodes.map((node) => node.name).join(', ')}`,
  )
}

/** A broker that does not break memory down has no parts. */
async function memoryOf(client: Context['client'], node: string): Promise<NodeMemory> {
  try {
    return await client.nodes.memory(node)
  } catch (error) {
    if (isManagementError(error, 'NOT_FOUND')) return { memory: {} }
    throw error
  }
}

export function statusSections(status: Status, unit: Unit): Section[] {
  const { overview, node, alarms, memory } = status
  const totals = overview.object_totals ?? {}
  return [
    { title: 'Runtime', lines: runtimeLines(overview, node) },
    { title: 'Plugins', lines: ['Enabled plugins:', '', ...bullets(node.enabled_plugins)] },
    { title: 'Data directory', lines: [`Node data directory: ${node.db_dir ?? ''}`] },
    { title: 'Config files', lines: bullets(node.config_files) },
    { title: 'Log file(s)', lines: bullets(node.log_files) },
    { title: 'Alarms', lines: alarms.map(alarmText) },
    {
      title: 'Memory',
      lines: [
        `Total memory used: ${inUnit(node.mem_used ?? 0, unit)}`,
        `Calculation strategy: ${node.mem_calculation_strategy ?? ''}`,
        `Memory high watermark computed to: ${inUnit(node.mem_limit ?? 0, unit)}`,
        '',
        ...breakdownLines(memory, unit, (percentage) => `(${percentage} %)`),
      ],
    },
    {
      title: 'File Descriptors',
      lines: [
        `Total: ${node.fd_used ?? 0}, limit: ${node.fd_total ?? 0}`,
        `Sockets: ${node.sockets_used ?? 0}, limit: ${node.sockets_total ?? 0}`,
      ],
    },
    {
      title: 'Free Disk Space',
      lines: [
        `Low free disk space watermark: ${inUnit(node.disk_free_limit ?? 0, unit)}`,
        `Free disk space: ${inUnit(node.disk_free ?? 0, unit)}`,
      ],
    },
    {
      title: 'Totals',
      lines: [
        `Connection count: ${totals.connections ?? 0}`,
        `Queue count: ${totals.queues ?? 0}`,
        `Virtual host count: ${status.vhostCount}`,
      ],
    },
    { title: 'Listeners', lines: listenersOf(status).map(listenerText) },
  ]
}

function runtimeLines(overview: Overview, node: Node): string[] {
  const name = overview.product_name ?? 'RabbitMQ'
  return [
    `OS PID: ${node.os_pid ?? ''}`,
    `Uptime (seconds): ${Math.floor((node.uptime ?? 0) / 1000)}`,
    `Is under maintenance?: ${node.being_drained ?? false}`,
    `RabbitMQ version: ${overview.rabbitmq_version}`,
    ...(name === 'RabbitMQ' ? [] : [`${name} version: ${overview.product_version ?? ''}`]),
    `Node name: ${node.name}`,
    ...runtimeLine(overview.erlang_full_version),
  ]
}

/** WarrenMQ names Node.js where RabbitMQ names Erlang. */
function runtimeLine(version: string | undefined): string[] {
  if (!version) return []
  return [version.startsWith('Erlang') ? `Erlang configuration: ${version}` : `Runtime: ${version}`]
}

function bullets(names: readonly string[] = []): string[] {
  return names.map((name) => ` * ${name}`)
}

function listenersOf({ overview, node }: Status) {
  const own = (overview.listeners ?? []).filter((listener) => listener.node === node.name)
  return describeListeners(own, overview.product_name)
}

/** The same for programs, under rabbitmqctl's names. */
export function statusObject(status: Status): Record<string, unknown> {
  const { overview, node, memory } = status
  return {
    active_plugins: node.enabled_plugins ?? [],
    alarms: status.alarms,
    config_files: node.config_files ?? [],
    data_directory: node.db_dir ?? '',
    disk_free: node.disk_free,
    disk_free_limit: node.disk_free_limit,
    erlang_version: overview.erlang_full_version ?? '',
    file_descriptors: {
      sockets_limit: node.sockets_total,
      sockets_used: node.sockets_used,
      total_limit: node.fd_total,
      total_used: node.fd_used,
    },
    is_under_maintenance: node.being_drained ?? false,
    listeners: listenersOf(status),
    log_files: node.log_files ?? [],
    memory: memory.memory,
    node_name: node.name,
    os_pid: Number(node.os_pid ?? 0),
    product_name: overview.product_name ?? 'RabbitMQ',
    product_version: overview.product_version ?? overview.rabbitmq_version,
    rabbitmq_version: overview.rabbitmq_version,
    run_queue: node.run_queue,
    totals: {
      connection_count: overview.object_totals?.connections ?? 0,
      queue_count: overview.object_totals?.queues ?? 0,
      virtual_host_count: status.vhostCount,
    },
    uptime: Math.floor((node.uptime ?? 0) / 1000),
    vm_memory_limit: node.mem_limit,
  }
}
