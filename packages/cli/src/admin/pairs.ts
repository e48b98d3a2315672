/** Reads `name=value` and `--name value`, the two ways of rabbitmqadmin, and makes a request of them. */

import { UsageError } from '../cli-error.ts'
import type { Kind } from './kinds.ts'

/** Names that take yes or no; other texts go to the broker, which says what is wrong with them. */
const BOOLEANS: ReadonlySet<string> = new Set(['auto_delete', 'durable', 'internal', 'tracing'])

/**
 * The values that a kind is made with, what was left out included.
 *
 * @throws UsageError for names that the kind does not have, and for missing ones.
 */
export function readPairs(kind: Kind, words: readonly string[], vhost: string): Record<string, unknown> {
  const known = [...kind.mandatory.flatMap((name) => name.split('|')), ...Object.keys(kind.optional ?? {})]
  const given = new Map<string, unknown>()
  for (const [word, value] of splitPairs(words)) {
    const name = resolveName(kind, known, word)
    if (name === undefined) {
      throw new UsageError(`Argument "${word}" is not recognised; it takes ${known.sort().join(', ')}`)
    }
    given.set(
      name,
      kind.json?.includes(name) ? parseJson(name, value) : BOOLEANS.has(name) ? readBoolean(value) : value,
    )
  }
  // Named before its pairs, with --vhost: that counts as well.
  if (!given.has('vhost')) given.set('vhost', vhost)
  for (const name of kind.mandatory) {
    const isThere = name.split('|').some((choice) => given.has(choice))
    if (!isThere) throw new UsageError(`mandatory argument "${name.replace('|', '" or "')}" is required`)
  }
  const defaults = Object.entries(kind.optional ?? {}).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(defaults), ...Object.fromEntries(given) }
}

/** The segments of a kind's path, with values in them. */
export function fillPath({ path }: Kind, values: Readonly<Record<string, unknown>>): string[] {
  return path.split('/').map((segment) => {
    if (segment === '{d}') return String(values.destination_type)[0]
    const name = /^\{(.*)\}$/.exec(segment)?.[1]
    return name === undefined ? segment : String(values[name])
  })
}

function* splitPairs(words: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    const isLong = word.startsWith('--')
    const text = isLong ? word.slice(2) : word
    const equals = text.indexOf('=')
    if (equals > 0) {
      yield [text.slice(0, equals), text.slice(equals + 1)]
      continue
    }
    if (!isLong) throw new UsageError(`Argument "${word}" not in the name=value format`)
    const next = words[index + 1]
    const hasValue = next !== undefined && !next.startsWith('--')
    if (hasValue) index++
    yield [text, hasValue ? next : 'true']
  }
}

function resolveName(kind: Kind, known: readonly string[], word: string): string | undefined {
  const name = known.includes(word) ? word : word.replaceAll('-', '_')
  if (known.includes(name)) return name
  return kind.aliases !== undefined && Object.hasOwn(kind.aliases, name)
    ? kind.aliases[name]
    : name === 'vhost'
      ? name
      : undefined
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`Could not parse JSON of ${name}: ${text}`)
  }
}

function readBoolean(text: string): unknown {
  return text === 'true' || text === 'false' ? text === 'true' : text
}
