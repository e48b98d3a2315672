import { isManagementError } from '@warrenmq/client/management'
import { CliError } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { inVhost, noUser, orRefuse } from '../refusals.ts'

const PATTERNS = [
  ['<configure>', 'regular expression: what the user may declare and delete'],
  ['<write>', 'regular expression: what it may publish to and bind'],
  ['<read>', 'regular expression: what it may consume and bind from'],
] as const

export const PERMISSION_COMMANDS: CommandGroup = {
  title: 'Permissions',
  commands: [
    {
      name: 'set_permissions',
      summary: 'sets what a user may do in a vhost',
      arguments: [['<username>', 'whose permissions'], ...PATTERNS],
      details: [`An empty expression, '', matches nothing.`],
      examples: [`set_permissions -p orders rose '^orders\\..*' '.*' '.*'`],
      async run(context, [user, configure, write, read]) {
        context.output.info(`Setting permissions for user "${user}" in vhost "${context.vhost}" ...`)
        await requireBoth(context, user)
        await context.client.permissions.set(context.vhost, user, { configure, write, read })
        context.output.done()
      },
    },
    {
      name: 'clear_permissions',
      summary: 'takes the permissions in a vhost from a user',
      arguments: [['<username>', 'whose permissions']],
      examples: ['clear_permissions -p orders rose'],
      async run(context, [user]) {
        context.output.info(`Clearing permissions for user "${user}" in vhost "${context.vhost}" ...`)
        await requireBoth(context, user)
        await absentIsFine(context.client.permissions.delete(context.vhost, user))
        context.output.done()
      },
    },
    {
      name: 'list_permissions',
      summary: 'lists the permissions in a vhost',
      examples: ['list_permissions -p orders'],
      async run(context) {
        context.output.info(`Listing permissions for vhost "${context.vhost}" ...`)
        const permissions = await inVhost(context, context.client.vhosts.permissions(context.vhost))
        context.output.listing(
          ['user', 'configure', 'write', 'read'],
          permissions.map(({ user, configure, write, read }) => [user, configure, write, read]),
        )
      },
    },
    {
      name: 'list_user_permissions',
      summary: 'lists the permissions of a user',
      arguments: [['<username>', 'whose permissions']],
      examples: ['list_user_permissions rose'],
      async run(context, [name]) {
        context.output.info(`Listing permissions for user "${name}" ...`)
        const answer = context.client.users.permissions(name)
        const permissions = await orRefuse(answer, 'NOT_FOUND', () => noUser(name, ExitCode.unavailable))
        context.output.listing(
          ['vhost', 'configure', 'write', 'read'],
          permissions.map(({ vhost, configure, write, read }) => [vhost, configure, write, read]),
        )
      },
    },
    {
      name: 'set_topic_permissions',
      summary: 'sets which routing keys of a topic exchange a user may use',
      arguments: [
        ['<username>', 'whose permissions'],
        ['<exchange>', 'a topic exchange'],
        ['<write>', 'regular expression: routing keys it may publish with'],
        ['<read>', 'regular expression: routing keys it may bind with'],
      ],
      examples: [`set_topic_permissions -p orders rose amq.topic '^eu\\.' '.*'`],
      async run(context, [user, exchange, write, read]) {
        const { vhost } = context
        context.output.info(`Setting topic permissions on "${exchange}" for user "${user}" in vhost "${vhost}" ...`)
        await requireBoth(context, user)
        await context.client.permissions.setTopic(vhost, user, { exchange, write, read })
        context.output.done()
      },
    },
    {
      name: 'clear_topic_permissions',
      summary: 'takes topic permissions from a user, on one exchange or on all',
      arguments: [
        ['<username>', 'whose permissions'],
        ['[exchange]', 'a topic exchange'],
      ],
      examples: ['clear_topic_permissions -p orders rose', 'clear_topic_permissions -p orders rose amq.topic'],
      async run(context, [user, exchange]) {
        const on = exchange === undefined ? '' : ` on "${exchange}"`
        context.output.info(`Clearing topic permissions${on} for user "${user}" in vhost "${context.vhost}" ...`)
        await requireBoth(context, user)
        await absentIsFine(context.client.permissions.deleteTopic(context.vhost, user, exchange))
        context.output.done()
      },
    },
    {
      name: 'list_topic_permissions',
      summary: 'lists the topic permissions in a vhost',
      examples: ['list_topic_permissions -p orders'],
      async run(context) {
        context.output.info(`Listing topic permissions for vhost "${context.vhost}" ...`)
        const permissions = await inVhost(context, context.client.vhosts.topicPermissions(context.vhost))
        context.output.listing(
          ['user', 'exchange', 'write', 'read'],
          permissions.map(({ user, exchange, write, read }) => [user, exchange, write, read]),
        )
      },
    },
    {
      name: 'list_user_topic_permissions',
      summary: 'lists the topic permissions of a user',
      arguments: [['<username>', 'whose permissions']],
      examples: ['list_user_topic_permissions rose'],
      async run(context, [name]) {
        context.output.info(`Listing topic permissions for user "${name}" ...`)
        const answer = context.client.users.topicPermissions(name)
        const permissions = await orRefuse(answer, 'NOT_FOUND', () => noUser(name, ExitCode.unavailable))
        // Without a header, as rabbitmqctl.
        context.output.listing(
          ['vhost', 'exchange', 'write', 'read'],
          permissions.map(({ vhost, exchange, write, read }) => [vhost, exchange, write, read]),
          { hasHeader: false },
        )
      },
    },
  ],
}

/** The HTTP API does not tell which of the two is missing. @throws CliError */
async function requireBoth({ client, vhost }: Context, user: string): Promise<void> {
  const [foundUser, foundVhost] = await Promise.all([client.users.find(user), client.vhosts.find(vhost)])
  if (foundVhost === undefined) throw new CliError(ExitCode.unavailable, `Virtual host ${vhost} does not exist`)
  if (foundUser === undefined) throw noUser(user)
}

/** Taking away what nobody has is no error. */
async function absentIsFine(answer: Promise<void>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (!isManagementError(error, 'NOT_FOUND')) throw error
  }
}
