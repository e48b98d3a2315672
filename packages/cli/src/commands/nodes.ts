import { setTimeout as delay } from 'node:timers/promises'
import { isManagementError } from '@warrenmq/client/management'
import { CliError } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { breakdownLines, memoryParts } from '../node/memory-breakdown.ts'
import { parseUnit, UNITS } from '../node/memory-units.ts'
import { readStatus, statusObject, statusSections } from '../node/status.ts'
import { orRefuse } from '../refusals.ts'
import { VERSION } from '../version.ts'

const STARTUP_TIMEOUT_SECONDS = 300
const STARTUP_POLL_MS = 500
const UNIT_OPTION = {
  flags: '--unit <unit>',
  description: `of memory and disk: ${Object.keys(UNITS).join(', ')} (default gb)`,
}

export const NODE_COMMANDS: CommandGroup = {
  title: 'Nodes',
  commands: [
    {
      name: 'status',
      summary: 'tells how a node is: versions, alarms, memory, disk, listeners',
      options: [UNIT_OPTION],
      examples: ['status', 'status --unit mb', 'status --formatter json'],
      async run(context, _args, options) {
        const unit = parseUnit(options.text('unit') ?? 'gb')
        const status = await readStatus(context)
        context.output.info(`Status of node ${status.node.name} ...`)
        context.output.sections(statusSections(status, unit), statusObject(status))
      },
    },
    {
      name: 'ping',
      summary: 'tells whether the broker answers',
      examples: ['ping', 'ping --timeout 5'],
      async run(context) {
        const { timeoutSeconds, url } = context.settings
        context.output.info(`Will ping ${url}. Timeout: ${timeoutSeconds * 1000} ms.`)
        // Whoever it refuses has been answered.
        await context.client.users.whoAmI().catch((error) => {
          if (!isManagementError(error, 'NOT_AUTHENTICATED', 'ACCESS_REFUSED')) throw error
        })
        context.output.answer('Ping succeeded', { result: 'ok' })
      },
    },
    {
      name: 'version',
      summary: 'prints the version of this program',
      examples: ['version'],
      async run(context) {
        context.output.answer(VERSION, { version: VERSION })
      },
    },
    {
      name: 'server_version',
      summary: 'prints the version of the broker',
      examples: ['server_version'],
      async run(context) {
        const overview = await context.client.nodes.overview()
        context.output.info(`Asking node ${overview.node} for its RabbitMQ version...`)
        const version = overview.product_version ?? overview.rabbitmq_version
        context.output.answer(version, { value: version })
      },
    },
    {
      name: 'await_startup',
      summary: 'waits until the broker answers',
      details: [`For ${STARTUP_TIMEOUT_SECONDS} seconds, unless --timeout says otherwise.`],
      examples: ['await_startup', 'await_startup --timeout 60'],
      async run(context) {
        await awaitStartup(context)
        context.output.done()
      },
    },
    {
      name: 'await_online_nodes',
      summary: 'waits until so many nodes run',
      arguments: [['<count>', 'how many']],
      examples: ['await_online_nodes 1'],
      async run(context, [text]) {
        const count = Number(text)
        if (!(Number.isInteger(count) && count > 0)) {
          throw new CliError(ExitCode.dataError, `${text} is no number of nodes`)
        }
        const cluster = context.settings.node ?? context.settings.url
        context.output.info(
          `Will wait for at least ${count} nodes to join the cluster of ${cluster}. Timeout: ${startupSeconds(context)} seconds.`,
        )
        await awaitStartup(context, async () => {
          const nodes = await context.client.nodes.list({ timeoutMs: attemptMs(context) })
          return nodes.filter(({ running }) => running).length >= count
        })
        context.output.done()
      },
    },
    {
      name: 'shutdown',
      summary: 'stops the broker in order',
      options: [
        { flags: '--wait', description: 'until it no longer answers (what happens anyway)' },
        { flags: '--no-wait', description: 'return at once' },
      ],
      details: ['RabbitMQ does not offer it over HTTP.'],
      examples: ['shutdown', 'shutdown --no-wait'],
      async run(context, _args, options) {
        const node = await context.node()
        context.output.info(`Shutting down RabbitMQ node ${node} ...`)
        await shutDown(context, node)
        if (options.flag('wait')) await awaitEnd(context)
        context.output.answer(`Node ${node} ${options.flag('wait') ? 'is down' : 'is stopping'}`, { result: 'ok' })
      },
    },
    {
      name: 'stop',
      summary: 'stops the broker in order, without waiting for its end',
      arguments: [['[pidfile]', 'accepted for scripts; it is not read']],
      examples: ['stop'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Stopping and halting node ${node} ...`)
        await shutDown(context, node)
        context.output.done()
      },
    },
    {
      name: 'memory_breakdown',
      summary: 'tells what memory is used for',
      options: [UNIT_OPTION],
      examples: ['memory_breakdown --unit mb'],
      async run(context, _args, options) {
        const unit = parseUnit(options.text('unit') ?? 'gb')
        const node = await context.node()
        context.output.info(`Reporting memory breakdown on node ${node}...`)
        const memory = await context.client.nodes.memory(node)
        if (context.output.isJson) context.output.line(JSON.stringify(Object.fromEntries(memoryParts(memory))))
        else
          for (const line of breakdownLines(memory, unit, (percentage) => `(${percentage}%)`)) context.output.line(line)
      },
    },
    {
      name: 'list_node_auth_attempt_stats',
      summary: 'counts logins by protocol',
      examples: ['list_node_auth_attempt_stats'],
      async run(context) {
        const node = await context.node()
        context.output.info(`Listing authentication attempts for node "${node}" ...`)
        const attempts = await context.client.users.loginAttempts(node)
        context.output.listing(
          ['protocol', 'auth_attempts', 'auth_attempts_failed', 'auth_attempts_succeeded'],
          attempts.map((row) => [
            row.protocol,
            row.auth_attempts,
            row.auth_attempts_failed,
            row.auth_attempts_succeeded,
          ]),
        )
      },
    },
  ],
}

function startupSeconds({ settings, terminal }: Context): number {
  const wasGiven = settings.timeoutSeconds !== 60 || terminal.environment.AMQPCTL_TIMEOUT !== undefined
  return wasGiven ? settings.timeoutSeconds : STARTUP_TIMEOUT_SECONDS
}

/** A broker that starts may accept a connection and not answer: ask again before long. */
function attemptMs(context: Context): number {
  return Math.min(5000, (startupSeconds(context) || 5) * 1000)
}

/** Asks again and again. Only a broker that cannot be reached, or does not answer yet, is waited for. */
async function awaitStartup(context: Context, isUp?: () => Promise<boolean>): Promise<void> {
  const seconds = startupSeconds(context)
  const endMs = seconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000
  const answers = async () => {
    await context.client.users.whoAmI({ timeoutMs: attemptMs(context) })
    return true
  }
  for (;;) {
    try {
      if (await (isUp ?? answers)()) return
    } catch (error) {
      if (!isManagementError(error, 'UNREACHABLE', 'TIMEOUT', 'SERVER_ERROR')) throw error
    }
    if (performance.now() >= endMs) {
      const message = `Error: ${context.settings.url} has not started within ${seconds} seconds`
      throw new CliError(ExitCode.temporaryFailure, message, 'Give it longer with --timeout <seconds>.')
    }
    await delay(STARTUP_POLL_MS)
  }
}

async function shutDown({ client }: Context, node: string): Promise<void> {
  const refusal = () =>
    new CliError(
      ExitCode.unavailable,
      `${client.url} cannot be stopped over HTTP`,
      'RabbitMQ is stopped with rabbitmqctl.',
    )
  await orRefuse(orRefuse(client.nodes.shutDown(node), 'NOT_FOUND', refusal), 'UNSUPPORTED', refusal)
}

async function awaitEnd(context: Context): Promise<void> {
  const { timeoutSeconds, url } = context.settings
  const endMs = timeoutSeconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + timeoutSeconds * 1000
  while (performance.now() < endMs) {
    try {
      await context.client.users.whoAmI({ timeoutMs: 2000 })
    } catch (error) {
      if (isManagementError(error, 'UNREACHABLE')) return
    }
    await delay(STARTUP_POLL_MS / 5)
  }
  throw new CliError(ExitCode.temporaryFailure, `${url} still answers after ${timeoutSeconds} seconds`)
}
