import { badArgument, CliError } from '../cli-error.ts'
import type { Command, CommandGroup } from '../command.ts'
import type { CommandOptions } from '../command-options.ts'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-code.ts'
import { PROFILE_KEYS, type Profile, type ProfileFile, readProfiles, writeProfiles } from '../profile/profile-file.ts'
import { readSecret } from '../read-secret.ts'

const ACTIONS = ['add', 'list', 'use', 'remove'] as const

const PROFILE: Command = {
  name: 'profile',
  summary: 'keeps addresses and credentials under names',
  arguments: [
    ['<action>', 'add, list, use or remove'],
    ['[name]', 'of the profile'],
  ],
  choices: ACTIONS,
  options: [
    { flags: '--url <url>', description: 'where the HTTP API is' },
    { flags: '-u, --user <name>', description: 'who asks' },
    { flags: '--password <password>', description: 'its password; others see arguments' },
    { flags: '--password-stdin', description: 'read the password from standard input' },
    { flags: '-p, --vhost <vhost>', description: 'the vhost to work in' },
    { flags: '-n, --node <node>', description: 'the node to ask about' },
  ],
  details: [
    'They stand in ~/.config/amqpctl/config.toml (AMQPCTL_CONFIG names another file), which only its owner may be able to read. add changes a profile that is there; its first one is in use at once.',
  ],
  examples: [
    'profile add production --url https://broker.example:15671 --user rose --password-stdin < password-file',
    'profile use production',
    'profile list',
    '--profile production list_queues',
  ],
  async run(context, [action, name], options) {
    const file = readProfiles(context.terminal.environment)
    switch (action) {
      case 'list':
        listProfiles(context, file)
        return
      case 'add':
        await addProfile(context, file, nameOf(name), options)
        break
      case 'use':
        find(file, nameOf(name))
        writeProfiles({ ...file, current: name })
        context.output.info(`Profile "${name}" is in use`)
        break
      case 'remove':
        removeProfile(context, file, nameOf(name))
        break
      default:
        throw badArgument(`action '${action}' is none of ${ACTIONS.join(', ')}`)
    }
    context.output.done()
  },
}

export const PROFILE_COMMANDS: CommandGroup = { title: 'Profiles', commands: [PROFILE] }

function nameOf(name: string | undefined): string {
  if (name) return name
  throw badArgument('the name of the profile is missing')
}

function find(file: ProfileFile, name: string): Profile {
  const profile = file.profiles.get(name)
  if (profile !== undefined) return profile
  throw new CliError(ExitCode.dataError, `There is no profile '${name}' in ${file.path}`)
}

function listProfiles({ output }: Context, file: ProfileFile): void {
  output.info('Listing profiles ...')
  const rows = [...file.profiles].map(([name, { url, user, vhost }]) => [name, url, user, vhost, name === file.current])
  output.listing(['name', 'url', 'user', 'vhost', 'in_use'], rows)
}

async function addProfile(context: Context, file: ProfileFile, name: string, options: CommandOptions): Promise<void> {
  const given = PROFILE_KEYS.flatMap((key) => {
    const value = options.text(key)
    return value === undefined ? [] : [[key, value] as const]
  })
  const secret = options.flag('passwordStdin') ? { password: await readSecret(context.terminal, 'Password') } : {}
  const profile: Profile = { ...file.profiles.get(name), ...Object.fromEntries(given), ...secret }
  if (profile.url !== undefined && !URL.canParse(profile.url)) throw badArgument(`'${profile.url}' is no URL`)
  const profiles = new Map(file.profiles).set(name, profile)
  writeProfiles({ ...file, current: file.current ?? name, profiles })
  context.output.info(`Profile "${name}" is in ${file.path}`)
}

function removeProfile({ output }: Context, file: ProfileFile, name: string): void {
  find(file, name)
  const profiles = new Map(file.profiles)
  profiles.delete(name)
  writeProfiles({ ...file, current: file.current === name ? undefined : file.current, profiles })
  output.info(`Profile "${name}" is removed`)
}
