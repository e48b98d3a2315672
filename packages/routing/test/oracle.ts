/**
 * The matching rules at their plainest: one binding against one message, with no thought of speed.
 */

import type { TypedTable, TypedValue } from '@warrenmq/codec'
import type { Binding, RoutingMessage } from '../src/index.ts'

/** Whether a message matches a binding of an exchange of this type. */
export type Oracle = (binding: Binding<unknown>, message: RoutingMessage) => boolean

export const directOracle: Oracle = (binding, message) => binding.routingKey === message.routingKey

export const fanoutOracle: Oracle = () => true

export const topicOracle: Oracle = (binding, message) =>
  matchesWords(wordsOf(binding.routingKey), wordsOf(message.routingKey))

export const headersOracle: Oracle = (binding, message) => {
  const mode = (binding.arguments['x-match']?.value ?? 'all') as string
  const wanted = Object.entries(binding.arguments).filter(
    ([name]) => name !== 'x-match' && (mode.endsWith('-with-x') || !name.startsWith('x-')),
  )
  const meets = ([name, value]: [string, TypedValue]): boolean => {
    const found: TypedValue | undefined = message.content?.headers?.[name]
    return found !== undefined && (value.tag === 'V' || equalHeaders(value, found))
  }
  return mode.startsWith('all') ? wanted.every(meets) : wanted.some(meets)
}

function wordsOf(key: string): string[] {
  return key === '' ? [] : key.split('.')
}

function matchesWords(pattern: readonly string[], words: readonly string[]): boolean {
  if (pattern.length === 0) return words.length === 0
  const [first, ...rest] = pattern
  if (first === '#') return words.some((_, count) => matchesWords(rest, words.slice(count))) || matchesWords(rest, [])
  return words.length > 0 && (first === '*' || first === words[0]) && matchesWords(rest, words.slice(1))
}

/** Equal as Erlang's `==`: types do not count, except inside arrays and tables. */
function equalHeaders(a: TypedValue, b: TypedValue): boolean {
  if (a.tag === 'A' && b.tag === 'A') return equalLists(a.value as TypedValue[], b.value as TypedValue[])
  if (a.tag === 'F' && b.tag === 'F') return equalTables(a.value as TypedTable, b.value as TypedTable)
  if (a.tag === 'D' || b.tag === 'D') return a.tag === b.tag && JSON.stringify(a.value) === JSON.stringify(b.value)
  const [x, y] = [plain(a.value), plain(b.value)]
  // Neither less nor greater: JavaScript orders a number and a bigint by their exact values.
  return isNumeric(x) && isNumeric(y) ? x <= y && x >= y : x === y
}

function equalLists(a: readonly TypedValue[], b: readonly TypedValue[]): boolean {
  return a.length === b.length && a.every((item, i) => item.tag === b[i].tag && equalHeaders(item, b[i]))
}

function equalTables(a: TypedTable, b: TypedTable): boolean {
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    left.map(([name]) => name).join() === right.map(([name]) => name).join() &&
    equalLists(Object.values(a), Object.values(b))
  )
}

/** A byte array is the string it spells. */
function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}
