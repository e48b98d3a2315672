import type { LimitValues } from '@warrenmq/client/management'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { inVhost, noParameter, noUser, orRefuse, parseObjectArgument } from '../refusals.ts'

const USER_LIMITS = ['max-connections', 'max-channels']

export const LIMIT_COMMANDS: CommandGroup = {
  title: 'Limits',
  commands: [
    {
      name: 'set_vhost_limits',
      summary: 'sets the limits of a vhost, in place of those there are',
      arguments: [['<definition>', 'JSON with max-connections, max-queues; -1 stands for no limit']],
      examples: [`set_vhost_limits -p orders '{"max-connections":100,"max-queues":50}'`],
      async run(context, [definition]) {
        context.output.info(`Setting vhost limits to "${definition}" for vhost "${context.vhost}" ...`)
        const limits = parseObjectArgument(definition)
        const before = await inVhost(context, vhostLimits(context))
        for (const [name, value] of Object.entries(limits)) {
          await context.client.limits.setOfVhost(context.vhost, name, value)
        }
        for (const name of Object.keys(before)) {
          if (!Object.hasOwn(limits, name)) await context.client.limits.deleteOfVhost(context.vhost, name)
        }
        context.output.done()
      },
    },
    {
      name: 'clear_vhost_limits',
      summary: 'removes the limits of a vhost',
      examples: ['clear_vhost_limits -p orders'],
      async run(context) {
        context.output.info(`Clearing vhost "${context.vhost}" limits ...`)
        const names = Object.keys(await orRefuse(vhostLimits(context), 'NOT_FOUND', noParameter))
        if (names.length === 0) throw noParameter()
        for (const name of names) await context.client.limits.deleteOfVhost(context.vhost, name)
        context.output.done()
      },
    },
    {
      name: 'list_vhost_limits',
      summary: 'shows the limits of a vhost, or of all',
      options: [{ flags: '--global', description: 'of all vhosts that have any' }],
      examples: ['list_vhost_limits -p orders', 'list_vhost_limits --global'],
      async run(context, _args, options) {
        if (options.flag('global')) {
          context.output.info('Listing limits for all vhosts ...')
          const limits = await context.client.limits.ofVhosts()
          const rows = limits.filter(({ value }) => hasAny(value)).map(({ vhost, value }) => [vhost, limitsText(value)])
          context.output.listing(['vhost', 'limits'], rows)
          return
        }
        context.output.info(`Listing limits for vhost "${context.vhost}" ...`)
        const limits = await inVhost(context, vhostLimits(context))
        const text = hasAny(limits) ? limitsText(limits) : ''
        context.output.answer(text, { result: 'ok', value: text })
      },
    },
    {
      name: 'set_user_limits',
      summary: 'sets limits of a user; others that it has stay',
      arguments: [
        ['<username>', 'whose limits'],
        ['<definition>', 'JSON with max-connections, max-channels; -1 stands for no limit'],
      ],
      examples: [`set_user_limits rose '{"max-connections":5,"max-channels":200}'`],
      async run(context, [user, definition]) {
        context.output.info(`Setting user limits to "${definition}" for user "${user}" ...`)
        for (const [name, value] of Object.entries(parseObjectArgument(definition))) {
          await orRefuse(context.client.limits.setOfUser(user, name, value), 'NOT_FOUND', () =>
            noUser(user, ExitCode.unavailable),
          )
        }
        context.output.done()
      },
    },
    {
      name: 'clear_user_limits',
      summary: 'removes limits of a user',
      arguments: [
        ['<username>', 'whose limits'],
        ['<limit>', 'max-connections, max-channels or all'],
      ],
      choices: [...USER_LIMITS, 'all'],
      examples: ['clear_user_limits rose max-channels', 'clear_user_limits rose all'],
      async run(context, [user, limit]) {
        context.output.info(
          limit === 'all'
            ? `Clearing all limits for user "${user}" ...`
            : `Clearing "${limit}" limit for user "${user}" ...`,
        )
        for (const name of limit === 'all' ? USER_LIMITS : [limit]) {
          await orRefuse(context.client.limits.deleteOfUser(user, name), 'NOT_FOUND', () =>
            noUser(user, ExitCode.unavailable),
          )
        }
        context.output.done()
      },
    },
    {
      name: 'list_user_limits',
      summary: 'shows the limits of a user, or of all',
      options: [
        { flags: '--user <username>', description: 'whose limits (default guest)' },
        { flags: '--global', description: 'of all users that have any' },
      ],
      examples: ['list_user_limits --user rose', 'list_user_limits --global'],
      async run(context, _args, options) {
        if (options.flag('global')) {
          context.output.info('Listing limits for all users ...')
          const limits = await context.client.limits.ofUsers()
          const rows = limits.filter(({ value }) => hasAny(value)).map(({ user, value }) => [user, limitsText(value)])
          context.output.listing(['user', 'limits'], rows)
          return
        }
        const user = options.text('user') ?? 'guest'
        context.output.info(`Listing limits for user "${user}" ...`)
        const limits = await orRefuse(context.client.limits.ofUsers(user), 'NOT_FOUND', () =>
          noUser(user, ExitCode.unavailable),
        )
        const message = limitsText(limits[0]?.value ?? {})
        context.output.answer(message, { message })
      },
    },
  ],
}

/** Empty when there are none. */
async function vhostLimits({ client, vhost }: Context): Promise<LimitValues> {
  return (await client.limits.ofVhosts(vhost))[0]?.value ?? {}
}

function hasAny(limits: LimitValues): boolean {
  return Object.keys(limits).length > 0
}

function limitsText(limits: LimitValues): string {
  return hasAny(limits) ? JSON.stringify(limits) : '{}'
}
