import { type FeatureFlag, isManagementError } from '@warrenmq/client/management'
import { CliError } from '../cli-error.ts'
import { type Columns, chooseColumns, columnDetails, rowsOf } from '../columns.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { alarmsOf, alarmText } from '../node/alarms.ts'
import { describeListeners, listenerText } from '../node/listeners.ts'

const FLAG_COLUMNS: Columns<FeatureFlag> = {
  name: 'name',
  state: 'state',
  stability: 'stability',
  provided_by: 'provided_by',
  desc: 'desc',
  doc_url: 'doc_url',
}

export const CLUSTER_COMMANDS: CommandGroup = {
  title: 'Cluster',
  commands: [
    {
      name: 'cluster_status',
      summary: 'tells which nodes there are and run',
      examples: ['cluster_status', 'cluster_status --formatter json'],
      run: showClusterStatus,
    },
    {
      name: 'set_cluster_name',
      summary: 'names the cluster',
      arguments: [['<name>', 'what clients see as cluster_name']],
      examples: ['set_cluster_name orders-eu'],
      async run(context, [name]) {
        context.output.info(`Setting cluster name to ${name} ...`)
        await context.client.nodes.setClusterName(name)
        context.output.done()
      },
    },
    {
      name: 'list_feature_flags',
      summary: 'lists feature flags',
      arguments: [['[column...]', 'what is shown (default name state)']],
      choices: Object.keys(FLAG_COLUMNS),
      details: [columnDetails(FLAG_COLUMNS)],
      examples: ['list_feature_flags', 'list_feature_flags name state desc'],
      async run(context, args) {
        const columns = chooseColumns(FLAG_COLUMNS, args, ['name', 'state'])
        context.output.info('Listing feature flags ...')
        context.output.listing(columns, rowsOf(FLAG_COLUMNS, columns, await context.client.nodes.featureFlags()))
      },
    },
    {
      name: 'enable_feature_flag',
      summary: 'enables a feature flag, or all',
      arguments: [['<flag>', 'its name, or all']],
      choices: ['all'],
      examples: ['enable_feature_flag all'],
      async run(context, [flag]) {
        context.output.info(flag === 'all' ? 'Enabling all feature flags ...' : `Enabling feature flag "${flag}" ...`)
        const flags = await context.client.nodes.featureFlags()
        if (flag !== 'all') await enableFlag(context, flag, flags)
        else for (const { name, state } of flags) if (state !== 'enabled') await enableFlag(context, name, flags)
        context.output.done()
      },
    },
  ],
}

async function enableFlag(context: Context, name: string, flags: readonly FeatureFlag[]): Promise<void> {
  const refusal = async () =>
    new CliError(ExitCode.usage, `This feature flag is not supported by node ${await context.node()}`)
  if (!flags.some((flag) => flag.name === name)) throw await refusal()
  try {
    await context.client.nodes.enableFeatureFlag(name)
  } catch (error) {
    throw isManagementError(error, 'BAD_REQUEST') ? await refusal() : error
  }
}

async function showClusterStatus({ client, output }: Context): Promise<void> {
  const [overview, nodes, flags] = await Promise.all([
    client.nodes.overview(),
    client.nodes.list(),
    client.nodes.featureFlags().catch(noneWithoutRights),
  ])
  output.info(`Cluster status of node ${overview.node} ...`)
  const running = nodes.filter((node) => node.running).map((node) => node.name)
  const disk = nodes.filter(({ type = 'disc' }) => type === 'disc').map((node) => node.name)
  const listeners = describeListeners(overview.listeners ?? [], overview.product_name)
  const partitions = nodes.flatMap(({ name, partitions: others = [] }) => others.map((other) => ({ name, other })))
  const version = overview.product_version ?? overview.rabbitmq_version
  const runtime = overview.erlang_version ? ` on Erlang ${overview.erlang_version}` : ''
  const sections = [
    { title: 'Basics', lines: [`Cluster name: ${overview.cluster_name}`] },
    { title: 'Disk Nodes', lines: disk },
    { title: 'Running Nodes', lines: running },
    {
      title: 'Versions',
      lines: running.map((name) => `${name}: ${overview.product_name ?? 'RabbitMQ'} ${version}${runtime}`),
    },
    {
      title: 'Maintenance status',
      lines: nodes.map(
        ({ name, being_drained }) => `Node: ${name}, status: ${being_drained ? 'draining' : 'not under maintenance'}`,
      ),
    },
    { title: 'Alarms', lines: alarmsOf(nodes).map(alarmText) },
    {
      title: 'Network Partitions',
      lines: partitions.map(({ name, other }) => `Node ${name} cannot communicate with ${other}`),
    },
    {
      title: 'Listeners',
      lines: listeners.map(
        (listener) => `Node: ${listener.node}, ${listenerText(listener).replace('Interface', 'interface')}`,
      ),
    },
    { title: 'Feature flags', lines: flags.map(({ name, state }) => `Flag: ${name}, state: ${state}`) },
  ]
  output.sections(sections, {
    alarms: alarmsOf(nodes),
    cluster_name: overview.cluster_name,
    disk_nodes: disk,
    feature_flags: flags,
    listeners: byNode(listeners, ({ node }) => node),
    maintenance_status: Object.fromEntries(
      nodes.map(({ name, being_drained }) => [name, being_drained ? 'draining' : 'not under maintenance']),
    ),
    partitions: byNode(partitions, ({ name }) => name),
    ram_nodes: nodes.map((node) => node.name).filter((name) => !disk.includes(name)),
    running_nodes: running,
    versions: Object.fromEntries(
      running.map((name) => [name, { rabbitmq_name: overview.product_name ?? 'RabbitMQ', rabbitmq_version: version }]),
    ),
  })
}

/** Feature flags are the administrators'; the rest of the status is not. */
function noneWithoutRights(error: unknown): FeatureFlag[] {
  if (isManagementError(error, 'ACCESS_REFUSED', 'NOT_FOUND')) return []
  throw error
}

function byNode<Item>(items: readonly Item[], nodeOf: (item: Item) => string): Record<string, Item[]> {
  const nodes = new Map<string, Item[]>()
  for (const item of items) nodes.set(nodeOf(item), [...(nodes.get(nodeOf(item)) ?? []), item])
  return Object.fromEntries(nodes)
}
