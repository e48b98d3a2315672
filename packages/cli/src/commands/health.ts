import { connect } from 'node:net'
import { type HealthCheck, isManagementError, type Listener } from '@warrenmq/client/management'
import { badArgument, CliError } from '../cli-error.ts'
import type { Command, CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { alarmsOf, alarmText } from '../node/alarms.ts'
import { describeListeners, listenerText } from '../node/listeners.ts'

const EXPIRATION_UNITS = ['days', 'weeks', 'months', 'years'] as const
const CONNECT_LIMIT_MS = 5000

export const HEALTH_COMMANDS: CommandGroup = {
  title: 'Health checks',
  commands: [
    ...runningCommands(),
    {
      name: 'alarms',
      summary: 'lists the resource alarms in force',
      examples: ['alarms'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Asking node ${node} to report any known resource alarms ...`)
        const alarms = alarmsOf(await context.client.nodes.list())
        const text = alarms.map(alarmText).join('\n')
        context.output.answer(text || noAlarms(node), { alarms, node, result: 'ok' })
      },
    },
    {
      name: 'check_alarms',
      summary: 'fails when a resource alarm is in force anywhere',
      examples: ['check_alarms'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Asking node ${node} to report any local resource alarms ...`)
        await pass(context, await context.client.healthChecks.alarms(), noAlarms(node), async () => {
          const alarms = alarmsOf(await context.client.nodes.list()).map(alarmText)
          return `Node ${node} reported alarms:\n${alarms.join('\n')}`
        })
      },
    },
    {
      name: 'check_local_alarms',
      summary: 'fails when a resource alarm of the node is in force',
      examples: ['check_local_alarms'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Asking node ${node} to report any local resource alarms ...`)
        const good = `Node ${node} reported no local alarms`
        await pass(context, await context.client.healthChecks.localAlarms(), good, async () => {
          const alarms = alarmsOf(await context.client.nodes.list()).filter((alarm) => alarm.node === node)
          return `Node ${node} reported local alarms:\n${alarms.map(alarmText).join('\n')}`
        })
      },
    },
    {
      name: 'check_port_connectivity',
      summary: 'fails when a port that the broker listens on cannot be reached from here',
      options: [{ flags: '--address <address>', description: 'host to connect to (default that of the URL)' }],
      examples: ['check_port_connectivity', 'check_port_connectivity --address broker.example'],
      async run(context, _args, options) {
        const node = await context.node()
        context.output.info(`Testing TCP connections to all active listeners on node ${node} ...`)
        const host = options.text('address') ?? new URL(context.settings.url).hostname.replace(/^\[|\]$/g, '')
        const listeners = await listenersOf(context)
        const ports = [...new Set(listeners.map(({ port }) => port))].sort((a, b) => a - b)
        const open = await Promise.all(ports.map((port) => accepts(host, port)))
        const closed = ports.filter((_port, index) => !open[index])
        if (closed.length > 0) {
          throw new CliError(
            ExitCode.unavailable,
            `Connection to ports of the following listeners on node ${node} failed: ${closed.join(', ')}`,
          )
        }
        const text = `Successfully connected to ports ${ports.join(', ')} on node ${node}.`
        context.output.answer(text, { result: 'ok', ports })
      },
    },
    {
      name: 'check_port_listener',
      summary: 'fails when the broker does not listen on a port',
      arguments: [['<port>', 'a number']],
      examples: ['check_port_listener 5672'],
      async run(context, [text]) {
        const port = Number(text)
        if (!(Number.isInteger(port) && port > 0)) throw badArgument('Argument must be a positive integer')
        const node = await context.node()
        context.output.info(`Asking node ${node} if there's an active listener on port ${port} ...`)
        const good = `A listener for port ${port} is running on node ${node}.`
        await pass(context, await context.client.healthChecks.portListener(port), good, async ({ ports }) => {
          const found = list(ports, (a, b) => Number(a) - Number(b))
          return `No listener for port ${port} is active on node ${node}. Found listeners that use the following ports: ${found}`
        })
      },
    },
    {
      name: 'check_protocol_listener',
      summary: 'fails when the broker does not listen for a protocol',
      arguments: [['<protocol>', 'amqp, amqp/ssl, http, mqtt, stomp …']],
      examples: ['check_protocol_listener amqp'],
      async run(context, [protocol]) {
        const node = await context.node()
        context.output.info(`Asking node ${node} if there's an active listener for protocol ${protocol} ...`)
        const good = `A listener for protocol ${protocol} is running on node ${node}.`
        const check = await context.client.healthChecks.protocolListener(protocol)
        await pass(context, check, good, async ({ protocols }) => {
          const found = list(protocols)
          return `No listener for protocol ${protocol} is active on node ${node}. Found listeners for the following protocols: ${found}`
        })
      },
    },
    {
      name: 'check_virtual_hosts',
      summary: 'fails when a vhost does not run',
      examples: ['check_virtual_hosts'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Checking if all vhosts are running on node ${node} ...`)
        const good = `Node ${node} reported all vhosts as running`
        const check = await context.client.healthChecks.virtualHosts()
        await pass(context, check, good, async () => `Some virtual hosts on node ${node} are down: ${details(check)}`)
      },
    },
    {
      name: 'check_certificate_expiration',
      summary: 'fails when a certificate of a listener expires soon',
      options: [
        { flags: '--within <number>', description: 'how soon (default 4)' },
        { flags: '--unit <unit>', description: `${EXPIRATION_UNITS.join(', ')} (default weeks)` },
      ],
      examples: ['check_certificate_expiration --within 2 --unit months'],
      async run(context, _args, options) {
        const within = options.integer('within') ?? 4
        const unit = options.choice('unit', EXPIRATION_UNITS) ?? 'weeks'
        const node = await context.node()
        context.output.info(`Checking certificate expiration on node ${node} ...`)
        const check = await context.client.healthChecks.certificateExpiration(within, unit)
        const good = `No certificates are expiring within ${within} ${unit}.`
        await pass(
          context,
          check,
          good,
          async () => `Some certificates expire within ${within} ${unit}: ${details(check)}`,
        )
      },
    },
    {
      name: 'check_if_node_is_quorum_critical',
      summary: 'fails when stopping the node would cost a quorum queue its majority',
      examples: ['check_if_node_is_quorum_critical'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Checking if node ${node} is critical for quorum of any quorum queues ...`)
        const check = await context.client.healthChecks.nodeIsQuorumCritical()
        const good =
          check.reason === 'single node cluster'
            ? `Node ${node} seems to be the only one in a single node cluster, the check does not apply`
            : `There are no quorum queues that would lose their quorum if node ${node} is shut down`
        await pass(
          context,
          check,
          good,
          async () => `There are some quorum queues that would lose their quorum: ${details(check)}`,
        )
      },
    },
    {
      name: 'listeners',
      summary: 'lists where the broker listens',
      examples: ['listeners', 'listeners --formatter json'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Asking node ${node} to report its protocol listeners ...`)
        const { product_name: product } = await context.client.nodes.overview()
        const listeners = describeListeners(await listenersOf(context), product)
        context.output.answer(listeners.map(listenerText).join('\n'), { listeners, node, result: 'ok' })
      },
    },
  ],
}

function runningCommands(): Command[] {
  const command = (name: string, summary: string, banner: (node: string) => string, fails: boolean): Command => ({
    name,
    summary,
    examples: [name],
    async run(context) {
      const target = context.settings.node ?? context.settings.url
      try {
        const node = await context.node()
        context.output.info(banner(node))
        const text = `RabbitMQ on node ${node} is fully booted and running`
        context.output.answer(text, { message: text, result: true })
      } catch (error) {
        if (!isManagementError(error, 'UNREACHABLE', 'TIMEOUT', 'SERVER_ERROR')) throw error
        const text = `RabbitMQ on node ${target} is not running or has not fully booted yet: ${error.message}`
        if (fails) throw new CliError(ExitCode.unavailable, text)
        context.output.answer(text, { message: text, result: false })
      }
    },
  })
  return [
    command(
      'check_running',
      'fails when the broker does not run',
      (node) => `Checking if RabbitMQ is running on node ${node} ...`,
      true,
    ),
    command('is_running', 'tells whether the broker runs', (node) => `Asking node ${node} for its status ...`, false),
  ]
}

function noAlarms(node: string): string {
  return `Node ${node} reported no alarms, local or clusterwide`
}

/** Prints the good line, or ends with 69 and the bad one. */
async function pass(
  context: Context,
  check: HealthCheck,
  good: string,
  bad: (check: HealthCheck) => Promise<string>,
): Promise<void> {
  if (check.status !== 'ok') throw new CliError(ExitCode.unavailable, await bad(check))
  context.output.answer(good, { result: 'ok' })
}

function list(values: unknown, compare?: (a: unknown, b: unknown) => number): string {
  return Array.isArray(values) ? [...values].sort(compare).join(', ') : ''
}

/** What the answer of a check says besides its status. */
function details({ status: _status, ...rest }: HealthCheck): string {
  return JSON.stringify(rest)
}

async function listenersOf(context: Context): Promise<readonly Listener[]> {
  const [overview, node] = await Promise.all([context.client.nodes.overview(), context.node()])
  return (overview.listeners ?? []).filter((listener) => listener.node === node)
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_LIMIT_MS })
    const finish = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
    socket.once('timeout', () => finish(false))
  })
}
