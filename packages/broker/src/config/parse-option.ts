/** Options that were written as text, in a file, in the environment or on the command line. */

import { ConfigurationError } from './configuration-error.ts'
import { environmentName, type OptionEntry, OPTIONS } from './option-table.ts'
import type { BrokerOptions } from './options.ts'

/**
 * The value that `text` stands for.
 *
 * @param source How to name the option in an error: its key, variable or flag.
 * @throws ConfigurationError INVALID_VALUE for a number that is none or lies out of range.
 */
export function parseOption(option: OptionEntry, text: string, source: string): string | number | readonly string[] {
  if (option.type === 'list') return text === 'none' || text === '' ? [] : text.split(',').map((name) => name.trim())
  if (option.type === 'text') return text
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= option.min && value <= option.max) return value
  const message = `${source} ${text} must be an integer from ${option.min} to ${option.max}`
  throw new ConfigurationError('INVALID_VALUE', message)
}

/** Options set by environment variables, `WARREN_PORT` and so on. @throws ConfigurationError */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): BrokerOptions {
  const options: Record<string, unknown> = {}
  for (const option of OPTIONS) {
    const name = environmentName(option)
    const text = environment[name]
    if (text !== undefined) options[option.name] = parseOption(option, text, name)
  }
  return options
}

/**
 * Options in a file of lines `key = value`, as RabbitMQ's `rabbitmq.conf`; `#` begins a comment.
 *
 * @param path How to name the file in an error.
 * @throws ConfigurationError INVALID_LINE, UNKNOWN_KEY, INVALID_VALUE.
 */
export function parseConfigurationFile(text: string, path: string): BrokerOptions {
  const options: Record<string, unknown> = {}
  text.split(/\r?\n/).forEach((line, index) => {
    const content = line.replace(/(^|\s)#.*$/, '').trim()
    if (content === '') return
    const where = `${path}:${index + 1}`
    const match = /^([^=\s]+)\s*=\s*(.*)$/.exec(content)
    if (match === null) throw new ConfigurationError('INVALID_LINE', `${where}: '${content}' is not 'key = value'`)
    const [, key, value] = match
    const option = OPTIONS.find(({ fileKey }) => fileKey === key)
    if (option === undefined) throw unknownKey(key, where)
    options[option.name] = parseOption(option, value, `${where}: ${key}`)
  })
  return options
}

function unknownKey(key: string, where: string): ConfigurationError {
  const nearest = OPTIONS.map(({ fileKey }) => fileKey).reduce((best, candidate) =>
    editDistance(key, candidate) < editDistance(key, best) ? candidate : best,
  )
  return new ConfigurationError('UNKNOWN_KEY', `${where}: unknown key '${key}'; the nearest known one is '${nearest}'`)
}

/** Levenshtein distance: insertions, deletions and replacements from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, row[j] + 1, next[j - 1] + 1))
    }
    row = next
  }
  return row[b.length]
}
