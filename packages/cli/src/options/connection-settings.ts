/** Where to connect and as whom: from flags, environment and profiles. */

import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'
import { type Profile, readProfiles } from '../profile/profile-file.ts'
import type { Terminal } from '../terminal.ts'
import type { CommonValues } from './common-options.ts'

/** Complete and checked. */
export interface ConnectionSettings {
  /** Without credentials. */
  readonly url: string
  readonly user: string
  readonly password: string
  /** Undefined when none was named. */
  readonly vhost: string | undefined
  readonly node: string | undefined
  /** 0 stands for no limit. */
  readonly timeoutSeconds: number
}

const DEFAULT_URL = 'http://localhost:15672'
const DEFAULT_TIMEOUT_SECONDS = 60
/** The longest timer that Node offers. */
const TIMEOUT_SECONDS_MAX = 2_147_483

type Source = Partial<Record<'url' | 'user' | 'password' | 'vhost' | 'node' | 'timeout', string | undefined>>

/**
 * Flags come before environment variables, and these before the profile in use; a profile that a flag names comes before the
 * environment.
 *
 * @throws CliError when a value or the configuration file cannot be used.
 */
export function resolveConnectionSettings(flags: CommonValues, terminal: Terminal): ConnectionSettings {
  const environment = fromEnvironment(terminal.environment)
  const { named, inUse } = findProfiles(flags.profile, terminal.environment)
  const sources: Source[] = [flags, named, environment, inUse]
  const pick = (name: keyof Source) => sources.find((source) => source[name] !== undefined)?.[name]

  const urlSource = sources.find((source) => source.url !== undefined)
  const url = parseUrl(urlSource?.url ?? DEFAULT_URL)
  // A profile's credentials are for its own URL: they are not sent to another.
  const mayUse = (source: Source) =>
    source.url === undefined || source === urlSource || source === flags || source === environment
  const credential = (name: 'user' | 'password') =>
    sources.filter(mayUse).find((source) => source[name] !== undefined)?.[name]

  return {
    url: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`,
    user: credential('user') ?? (decodeURIComponent(url.username) || 'guest'),
    password: credential('password') ?? (decodeURIComponent(url.password) || 'guest'),
    vhost: pick('vhost'),
    node: pick('node'),
    timeoutSeconds: parseTimeout(pick('timeout')),
  }
}

function fromEnvironment(environment: Terminal['environment']): Source {
  const read = (name: string) => environment[name] || undefined
  return {
    url: read('AMQPCTL_URL'),
    user: read('AMQPCTL_USER'),
    password: read('AMQPCTL_PASSWORD'),
    vhost: read('AMQPCTL_VHOST'),
    node: read('AMQPCTL_NODE'),
    timeout: read('AMQPCTL_TIMEOUT'),
  }
}

function findProfiles(
  flag: string | undefined,
  environment: Terminal['environment'],
): { named: Source; inUse: Source } {
  const file = readProfiles(environment)
  const find = (name: string): Profile => {
    const profile = file.profiles.get(name)
    if (profile !== undefined) return profile
    throw new CliError(
      ExitCode.configuration,
      `There is no profile '${name}' in ${file.path}`,
      `'amqpctl profile list' shows those there are; 'amqpctl profile add ${name} --url …' makes it.`,
    )
  }
  if (flag !== undefined) return { named: find(flag), inUse: {} }
  const current = environment.AMQPCTL_PROFILE || file.current
  return { named: {}, inUse: current === undefined ? {} : find(current) }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new CliError(
    ExitCode.configuration,
    `'${text}' is no URL of an HTTP API`,
    'It looks like http://localhost:15672 or https://broker.example:15671/prefix.',
  )
}

function parseTimeout(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TIMEOUT_SECONDS
  // "infinity" is rabbitmqctl's.
  const seconds = text === 'infinity' ? 0 : Number(text)
  if (text.trim() !== '' && seconds >= 0 && seconds <= TIMEOUT_SECONDS_MAX) return seconds
  throw new CliError(ExitCode.configuration, `timeout ${text} must be between 0 and ${TIMEOUT_SECONDS_MAX} seconds`)
}
