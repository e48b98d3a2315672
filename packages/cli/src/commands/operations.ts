/** What is done to queues and connections. */

import { setTimeout as delay } from 'node:timers/promises'
import { isManagementError } from '@warrenmq/client/management'
import { CliError } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { orRefuse } from '../refusals.ts'

export const OPERATION_COMMANDS: CommandGroup = {
  title: 'Operations',
  commands: [
    {
      name: 'purge_queue',
      summary: 'removes the messages that are ready in a queue',
      arguments: [['<queue>', 'its name']],
      examples: ['purge_queue -p orders orders.new'],
      async run(context, [name]) {
        context.output.info(`Purging queue '${name}' in vhost '${context.vhost}' ...`)
        const purged = context.client.queues.purge(context.vhost, name)
        await orRefuse(purged, 'NOT_FOUND', () => new CliError(ExitCode.unavailable, 'not_found'))
        context.output.done()
      },
    },
    {
      name: 'delete_queue',
      summary: 'deletes a queue',
      arguments: [['<queue>', 'its name']],
      options: [
        { flags: '-e, --if-empty', description: 'only when it has no messages' },
        { flags: '-u, --if-unused', description: 'only when it has no consumers' },
      ],
      examples: ['delete_queue -p orders orders.old', 'delete_queue orders.old --if-empty --if-unused'],
      async run(context, [name], options) {
        const { client, output, vhost } = context
        output.info(`Deleting queue '${name}' on vhost '${vhost}' ...`)
        const messages = (await client.queues.find(vhost, name))?.messages_ready ?? 0
        try {
          const conditions = { ifEmpty: options.flag('ifEmpty'), ifUnused: options.flag('ifUnused') }
          await client.queues.delete(vhost, name, conditions)
        } catch (error) {
          throw deleteRefusal(error)
        }
        output.answer(`Queue was successfully deleted with ${messages} ready messages`, { result: 'ok' })
      },
    },
    {
      name: 'close_connection',
      summary: 'closes a connection',
      arguments: [
        ['<connection>', 'its name, as list_connections name shows it'],
        ['<reason>', 'what the client is told'],
      ],
      examples: [`close_connection '127.0.0.1:52010 -> 127.0.0.1:5672' 'maintenance'`],
      async run(context, [name, reason]) {
        context.output.info(`Closing connection ${name}, reason: ${reason}...`)
        await closeIfOpen(context, name, reason)
        context.output.done()
      },
    },
    {
      name: 'close_all_connections',
      summary: 'closes the connections of a vhost, or all',
      arguments: [['<reason>', 'what the clients are told']],
      options: [
        { flags: '--global', description: 'those of all vhosts' },
        { flags: '--limit <number>', description: 'at most so many' },
        { flags: '--per-connection-delay <milliseconds>', description: 'wait after each (default 0)' },
      ],
      examples: [
        `close_all_connections -p orders 'maintenance'`,
        `close_all_connections --global --limit 100 'rebalancing'`,
      ],
      async run(context, [reason], options) {
        const { client, output, vhost } = context
        const isGlobal = options.flag('global')
        const where = isGlobal ? `to node ${await context.node()} (across all vhosts)` : `in vhost ${vhost}`
        output.info(`Closing all connections ${where}, reason: ${reason}...`)
        const delayMs = options.integer('perConnectionDelay') ?? 0
        const limit = options.integer('limit') || Number.POSITIVE_INFINITY
        const all = await client.connections.list(isGlobal ? undefined : vhost, { columns: ['name'] })
        const chosen = all.slice(0, limit)
        for (const { name } of chosen) {
          await closeIfOpen(context, name, reason)
          if (delayMs > 0) await delay(delayMs)
        }
        output.answer(`Closed ${chosen.length} connections`, {
          result: 'ok',
          message: `Closed ${chosen.length} connections`,
        })
      },
    },
    {
      name: 'close_all_user_connections',
      summary: 'closes the connections of a user',
      arguments: [
        ['<username>', 'whose connections'],
        ['<reason>', 'what the clients are told'],
      ],
      examples: [`close_all_user_connections rose 'password changed'`],
      async run(context, [user, reason]) {
        context.output.info(`Closing connections of user ${user}, reason: ${reason}...`)
        await context.client.connections.closeOfUser(user, reason)
        context.output.done()
      },
    },
  ],
}

/** One that has gone meanwhile is closed. */
async function closeIfOpen({ client }: Context, name: string, reason: string): Promise<void> {
  try {
    await client.connections.close(name, reason)
  } catch (error) {
    if (!isManagementError(error, 'NOT_FOUND')) throw error
  }
}

function deleteRefusal(error: unknown): unknown {
  if (isManagementError(error, 'NOT_FOUND')) return new CliError(ExitCode.usage, 'Queue not found')
  if (!isManagementError(error, 'BAD_REQUEST')) return error
  if (/ in use/.test(error.message)) return new CliError(ExitCode.usage, 'Queue is in use')
  return / not empty/.test(error.message) ? new CliError(ExitCode.usage, 'Queue is not empty') : error
}
