/** The order of lists: Erlang's order of terms, in which what is missing comes first. */

import { isJsonObject, type JsonValue } from '../../parameters/json-value.ts'

/** What stands for a field that is not there. */
const MISSING = 0

/** The value of a dotted field. */
export function dottedValue(item: JsonValue, path: readonly string[]): JsonValue {
  let value: JsonValue = item
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return MISSING
    value = value[name]
  }
  return value
}

/** Numbers < words (`false`, `null`, `true`) < objects < lists < strings. */
export function compareValues(a: JsonValue, b: JsonValue): number {
  if (a === b) return 0
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1
  const rank = rankOf(a)
  const difference = rank - rankOf(b)
  if (difference !== 0) return difference
  if (rank === 0) return (a as number) - (b as number)
  const [left, right] = rank === 4 ? [a as string, b as string] : [JSON.stringify(a), JSON.stringify(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function rankOf(value: JsonValue): number {
  if (typeof value === 'number') return 0
  if (typeof value === 'string') return 4
  if (value === null || typeof value === 'boolean') return 1
  return Array.isArray(value) ? 3 : 2
}
