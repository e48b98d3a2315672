/**
 * Reads settings from a file in the format of RabbitMQ's `rabbitmq.conf`: `key = value`, a comment after `#`.
 */

import { readFileSync } from 'node:fs'
import { ConfigurationError } from './configuration-error.ts'
import { nearestName } from './nearest-name.ts'
import type { OptionValue } from './option-row.ts'
import { OPTION_NAMES, type OptionName, PROGRAM_OPTIONS, type ProgramSettings } from './option-table.ts'
import { parseOptionValue } from './option-value.ts'

/** Names that are further from every key than this are not taken for a slip of the fingers. */
const EDITS_MAX = 4

/** RabbitMQ's keys `loopback_users.NAME = true`. */
const LOOPBACK_USER = /^loopback_users\.(.+)$/

/**
 * Reads the file at `path`.
 *
 * @throws ConfigurationError UNREADABLE_FILE, and what `parseConfiguration` throws.
 */
export function readConfigurationFile(path: string): ProgramSettings {
  return parseConfiguration(readText(path), path)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    throw new ConfigurationError('UNREADABLE_FILE', `cannot read the configuration file ${path}: ${reason}`)
  }
}

/**
 * Reads the text of a file. Of a key that stands there twice the last one holds, as in RabbitMQ.
 *
 * @param path Where the text is from, for messages such as `warren.conf:3: heartbeat "x" must be an integer from 0 to 65535`.
 * @throws ConfigurationError INVALID_LINE, UNKNOWN_KEY or INVALID_VALUE.
 */
export function parseConfiguration(text: string, path: string): ProgramSettings {
  const settings: Partial<Record<OptionName, OptionValue>> = {}
  const loopbackUsers = new Map<string, boolean>()
  const lists = new Map<OptionName, Map<string, string>>()
  const serverNames = new Map<string, { certfile?: string; keyfile?: string }>()
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    const place = `${path}:${index + 1}`
    const assignment = parseLine(line, place)
    if (assignment === undefined) continue
    const { key, value } = assignment
    if (IGNORED_KEYS.has(key)) continue
    const serverName = SERVER_NAME.exec(key)
    const list = LISTS.find(({ prefix }) => key.startsWith(prefix))
    if (serverName !== null) {
      const [, host, file] = serverName
      serverNames.set(host, { ...serverNames.get(host), [file]: value })
      continue
    }
    if (list !== undefined) {
      const members = lists.get(list.name) ?? new Map<string, string>()
      lists.set(list.name, members.set(key, key === 'listeners.tcp.default' ? 'default' : value))
      if (key !== 'listeners.tcp.default') continue
    }
    const user = LOOPBACK_USER.exec(key)?.[1]
    if (user !== undefined) loopbackUsers.set(user, parseBoolean(value, `${place}: ${key}`))
    else if (key === 'listeners.tcp.default') readListener(settings, value, `${place}: ${key}`)
    else {
      const name = optionOfKey(key, place)
      settings[name] = parseOptionValue(PROGRAM_OPTIONS[name], value, `${place}: ${key}`)
    }
  }
  // As in RabbitMQ, any such key replaces the default list, and `loopback_users = none` outdoes them.
  if (settings.loopbackUsers === undefined && loopbackUsers.size > 0) {
    settings.loopbackUsers = [...loopbackUsers.keys()].filter((user) => loopbackUsers.get(user))
  }
  // `listeners.tcp.default` alone is host and port, which is where the broker listens anyway.
  if (lists.get('listeners')?.size === 1 && settings.port !== undefined) lists.delete('listeners')
  for (const [name, members] of lists) {
    // As in RabbitMQ, `listeners.tcp = none` outdoes them.
    settings[name] ??= [...members.values()]
  }
  if (serverNames.size > 0) {
    settings.tlsServerNames = Array.from(
      serverNames,
      ([host, { certfile = '', keyfile = '' }]) => `${host}=${certfile}|${keyfile}`,
    )
  }
  return settings as ProgramSettings
}

/** RabbitMQ's numbered or named keys, one for each member of a list. */
const LISTS: readonly { readonly prefix: string; readonly name: OptionName }[] = [
  { prefix: 'listeners.tcp.', name: 'listeners' },
  { prefix: 'listeners.ssl.', name: 'tlsListeners' },
  { prefix: 'ssl_options.versions.', name: 'tlsVersions' },
  { prefix: 'ssl_options.ciphers.', name: 'tlsCiphers' },
  { prefix: 'auth_mechanisms.', name: 'authMechanisms' },
  { prefix: 'auth_backends.', name: 'authBackends' },
  { prefix: 'auth_ldap.servers.', name: 'authLdapServers' },
  { prefix: 'auth_oauth2.preferred_username_claims.', name: 'authOauth2UsernameClaims' },
]

/** RabbitMQ's keys that concern nothing here. */
const IGNORED_KEYS = new Set([
  'num_acceptors.tcp',
  'num_acceptors.ssl',
  'ssl_options.honor_ecc_order',
  'ssl_options.secure_renegotiate',
])

/** `ssl_options.sni.NAME.certfile`, and keyfile. */
const SERVER_NAME = /^ssl_options\.sni\.(.+)\.(certfile|keyfile)$/

/** Splits a line; `undefined` when it is empty or a comment. Single quotes keep a value as it is, `#` and spaces included. */
function parseLine(line: string, place: string): { key: string; value: string } | undefined {
  if (/^\s*(#|$)/.test(line)) return undefined
  const parts = /^\s*([^\s=#]+)\s*=\s*(?!\s)(?:'([^']*)'|([^'].*?|))\s*(?:(?<=\s|')#.*)?$/.exec(line)
  if (parts === null)
    throw new ConfigurationError('INVALID_LINE', `${place}: a line must read key = value or key = 'value'`)
  return { key: parts[1], value: parts[2] ?? parts[3] }
}

function optionOfKey(key: string, place: string): OptionName {
  const found = OPTION_NAMES.find((name) => PROGRAM_OPTIONS[name].fileKey === key)
  if (found !== undefined) return found
  const keys = OPTION_NAMES.map((name) => PROGRAM_OPTIONS[name].fileKey)
  const nearest = nearestName(key, keys, EDITS_MAX)
  const hint = nearest === undefined ? 'warren --help names them all' : `did you mean ${nearest}?`
  throw new ConfigurationError('UNKNOWN_KEY', `${place}: unknown key ${key}; ${hint}`)
}

/** RabbitMQ's listener: a port, or an address and a port as in `127.0.0.1:5672` and `::1:5672`. */
function readListener(settings: Partial<Record<OptionName, OptionValue>>, value: string, label: string): void {
  const [, address, port] = /^(.+):([^:]*)$/.exec(value) ?? [undefined, undefined, value]
  settings.port = parseOptionValue(PROGRAM_OPTIONS.port, port, label)
  if (address !== undefined) settings.host = address.replace(/^\[(.*)\]$/, '$1')
}

function parseBoolean(value: string, label: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  throw new ConfigurationError('INVALID_VALUE', `${label} ${JSON.stringify(value)} must be true or false`)
}
