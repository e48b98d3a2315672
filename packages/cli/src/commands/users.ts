import { isManagementError, type User, type UserDefinition } from '@warrenmq/client/management'
import { badArgument, CliError } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { readSecret } from '../read-secret.ts'
import { noUser, orRefuse } from '../refusals.ts'

export const USER_COMMANDS: CommandGroup = {
  title: 'Users',
  commands: [
    {
      name: 'add_user',
      summary: 'creates a user, who has no permissions yet',
      arguments: [
        ['<username>', 'whom to add'],
        ['[password]', 'read from standard input when it is missing'],
      ],
      publicArguments: 1,
      examples: ['add_user rose s3cret', 'add_user rose < password-file'],
      async run(context, [name, given]) {
        if (name === '') throw badArgument('user cannot be an empty string')
        const password = given ?? (await readSecret(context.terminal, 'Password'))
        if (password === '') throw badArgument('password cannot be an empty string')
        context.output.info(`Adding user "${name}" ...`)
        if ((await context.client.users.find(name)) !== undefined) {
          throw new CliError(ExitCode.software, `User "${name}" already exists`, 'change_password sets its password.')
        }
        await context.client.users.set(name, { password, tags: [] })
        context.output.info(
          "Done. Don't forget to grant the user permissions to some virtual hosts! See 'amqpctl help set_permissions' to learn more.",
        )
        context.output.done()
      },
    },
    {
      name: 'delete_user',
      summary: 'removes a user',
      arguments: [['<username>', 'whom to remove']],
      examples: ['delete_user rose'],
      async run(context, [name]) {
        context.output.info(`Deleting user "${name}" ...`)
        await orRefuse(context.client.users.delete(name), 'NOT_FOUND', () => noUser(name))
        context.output.done()
      },
    },
    {
      name: 'change_password',
      summary: "changes a user's password",
      arguments: [
        ['<username>', 'whose password'],
        ['[password]', 'the new one; read from standard input when it is missing'],
      ],
      publicArguments: 1,
      examples: ['change_password rose s3cret', 'change_password rose < password-file'],
      async run(context, [name, given]) {
        const password = given ?? (await readSecret(context.terminal, 'Password'))
        if (password === '') throw badArgument('password cannot be an empty string')
        context.output.info(`Changing password for user "${name}" ...`)
        await changeUser(context, name, () => ({ password }))
        context.output.done()
      },
    },
    {
      name: 'clear_password',
      summary: 'removes the password of a user, who can then not log in with one',
      arguments: [['<username>', 'whose password']],
      examples: ['clear_password rose'],
      async run(context, [name]) {
        context.output.info(`Clearing password for user "${name}" ...`)
        if ((await context.client.users.find(name)) === undefined) throw noUser(name, ExitCode.unavailable)
        await changeUser(context, name, () => ({ password_hash: '' }))
        context.output.done()
      },
    },
    {
      name: 'authenticate_user',
      summary: 'tries a password',
      arguments: [
        ['<username>', 'whose password'],
        ['[password]', 'read from standard input when it is missing'],
      ],
      publicArguments: 1,
      examples: ['authenticate_user rose s3cret'],
      async run(context, [name, given]) {
        const password = given ?? (await readSecret(context.terminal, 'Password'))
        context.output.info(`Authenticating user "${name}" ...`)
        if (!(await canLogIn(context, name, password))) {
          const message = `Error: failed to authenticate user "${name}"\nuser '${name}' - invalid credentials`
          throw new CliError(ExitCode.dataError, message)
        }
        context.output.answer('Success', { result: 'ok' })
      },
    },
    {
      name: 'set_user_tags',
      summary: "sets a user's tags, in place of those there are",
      arguments: [
        ['<username>', 'whose tags'],
        ['[tag...]', 'administrator, monitoring, policymaker, management, or words of your own'],
      ],
      examples: ['set_user_tags rose monitoring policymaker', 'set_user_tags rose'],
      async run(context, [name, ...tags]) {
        context.output.info(`Setting tags for user "${name}" to [${tags.join(', ')}] ...`)
        await changeUser(context, name, keepPassword, tags)
        context.output.done()
      },
    },
    {
      name: 'list_users',
      summary: 'lists users and their tags',
      examples: ['list_users', '-q list_users --formatter json'],
      async run(context) {
        context.output.info('Listing users ...')
        const users = await context.client.users.list()
        context.output.listing(
          ['user', 'tags'],
          users.map(({ name, tags }) => [name, tags]),
        )
      },
    },
  ],
}

/** The HTTP API takes a user as a whole: what is not to change is read first. */
async function changeUser(
  context: Context,
  name: string,
  password: (user: User) => Omit<UserDefinition, 'tags'>,
  tags?: readonly string[],
): Promise<void> {
  const user = await context.client.users.find(name)
  if (user === undefined) throw noUser(name)
  await context.client.users.set(name, { ...password(user), tags: tags ?? user.tags })
}

function keepPassword({ password_hash, hashing_algorithm }: User): Omit<UserDefinition, 'tags'> {
  return hashing_algorithm === null ? { password_hash } : { password_hash, hashing_algorithm }
}

async function canLogIn(context: Context, user: string, password: string): Promise<boolean> {
  try {
    await context.clientFor({ user, password }).users.whoAmI()
    return true
  } catch (error) {
    // Without the right to use the HTTP API the password was right all the same.
    if (isManagementError(error, 'ACCESS_REFUSED')) return true
    if (isManagementError(error, 'NOT_AUTHENTICATED')) return false
    throw error
  }
}
