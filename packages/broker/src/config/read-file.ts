/**
 * Reads settings from a file in the format of RabbitMQ's `rabbitmq.conf`: `key = value`, a comment after `#`.
 */

import { readFileSync } from 'node:fs'
import { ConfigurationError } from './configuration-error.ts'
import { ALIASES, LISTS, type ListKeys, reasonWithoutEffect } from './file-keys.ts'
import { nearestName } from './nearest-name.ts'
import type { OptionValue } from './option-row.ts'
import { OPTION_NAMES, type OptionName, PROGRAM_OPTIONS, type ProgramSettings } from './option-table.ts'
import { parseOptionValue } from './option-value.ts'

/** Names that are further from every key than this are not taken for a slip of the fingers. */
const EDITS_MAX = 4
/** The listener that is host and port. */
const DEFAULT_LISTENER = 'listeners.tcp.default'

/** What a file comes to. */
export interface ConfigurationFile {
  readonly settings: ProgramSettings
  /** Lines that were left out because they concern nothing here, each in a sentence. */
  readonly notes: readonly string[]
}

/**
 * Reads the file at `path`.
 *
 * @throws ConfigurationError UNREADABLE_FILE, and what `parseConfiguration` throws.
 */
export function readConfigurationFile(path: string): ConfigurationFile {
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
export function parseConfiguration(text: string, path: string): ConfigurationFile {
  const reader = new SettingsReader()
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    const place = `${path}:${index + 1}`
    const assignment = parseLine(line, place)
    if (assignment !== undefined) reader.read(assignment.key, assignment.value, place)
  }
  return { settings: reader.finish(), notes: reader.notes }
}

/** Gathers what the lines say. */
class SettingsReader {
  readonly notes: string[] = []
  readonly #settings: Partial<Record<OptionName, OptionValue>> = {}
  /** Members of lists by their keys, so that the last of two lines with one key holds. */
  readonly #lists = new Map<OptionName, Map<string, string | boolean>>()
  readonly #serverNames = new Map<string, { certfile?: string; keyfile?: string }>()

  read(key: string, value: string, place: string): void {
    const label = `${place}: ${key}`
    const serverName = SERVER_NAME.exec(key)
    const list = LISTS.find(({ prefix }) => key.startsWith(prefix))
    if (serverName !== null) {
      const [, host, file] = serverName
      this.#serverNames.set(host, { ...this.#serverNames.get(host), [file]: value })
    } else if (list !== undefined) {
      this.#readMember(list, key, value, label)
    } else {
      const name = optionOfKey(key)
      if (name !== undefined) this.#readOption(name, value, label)
      else this.notes.push(noteOn(key, place))
    }
  }

  #readOption(name: OptionName, value: string, label: string): void {
    // `log.file = false` is RabbitMQ's way to have none.
    const text = name === 'logFile' && value === 'false' ? '' : value
    this.#settings[name] = parseOptionValue(PROGRAM_OPTIONS[name], text, label)
  }

  #readMember({ name, prefix, flags }: ListKeys, key: string, value: string, label: string): void {
    const members = this.#lists.get(name) ?? new Map<string, string | boolean>()
    this.#lists.set(name, members)
    if (flags) members.set(key.slice(prefix.length), parseBoolean(value, label))
    else if (key === DEFAULT_LISTENER) {
      members.set(key, 'default')
      readListener(this.#settings, value, label)
    } else members.set(key, value)
  }

  finish(): ProgramSettings {
    const settings = this.#settings
    // `listeners.tcp.default` alone is host and port, which is where the broker listens anyway.
    const listeners = this.#lists.get('listeners')
    if (listeners?.size === 1 && listeners.has(DEFAULT_LISTENER)) this.#lists.delete('listeners')
    // As in RabbitMQ, any such key replaces the default list, and the list's own key, as in `loopback_users = none`, outdoes them.
    for (const [name, members] of this.#lists) settings[name] ??= membersOf(members)
    if (this.#serverNames.size > 0) {
      settings.tlsServerNames = Array.from(
        this.#serverNames,
        ([host, { certfile = '', keyfile = '' }]) => `${host}=${certfile}|${keyfile}`,
      )
    }
    return settings as ProgramSettings
  }
}

function membersOf(members: ReadonlyMap<string, string | boolean>): string[] {
  return [...members].filter(([, value]) => value !== false).map(([key, value]) => (value === true ? key : `${value}`))
}

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

/** The option that has this key; `undefined` when none has. */
function optionOfKey(key: string): OptionName | undefined {
  return OPTION_NAMES.find((name) => PROGRAM_OPTIONS[name].fileKey === key) ?? ALIASES.get(key)
}

/** @throws ConfigurationError UNKNOWN_KEY unless it is a key of RabbitMQ's that may be left out. */
function noteOn(key: string, place: string): string {
  const reason = reasonWithoutEffect(key)
  if (reason !== undefined) return `${place}: ${key} has no effect: ${reason}`
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
