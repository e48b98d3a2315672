/** The parameter `columns`: which fields of an answer are wanted. */

import { isJsonObject, type JsonValue } from '../../parameters/json-value.ts'

/** Paths of fields, `message_stats.publish` as two names. */
export type Columns = readonly (readonly string[])[]

/** Reads `name,message_stats.publish`; `undefined` wants everything. */
export function parseColumns(text: string | null): Columns | undefined {
  if (text === null) return undefined
  return text
    .split(',')
    .map((path) => path.split('.').filter((name) => name !== ''))
    .filter((path) => path.length > 0)
}

/** Leaves the wanted fields of objects, also those in lists. Other values stay as they are. */
export function selectColumns(value: JsonValue, columns: Columns | undefined): JsonValue {
  if (columns === undefined) return value
  if (Array.isArray(value)) return value.map((item) => selectColumns(item, columns))
  if (!isJsonObject(value)) return value
  const wanted = Object.entries(value)
    .filter(([name]) => columns.some(([first]) => first === name))
    .map(([name, field]): [string, JsonValue] => [name, selectColumns(field, columnsOf(name, columns))])
  return Object.fromEntries(wanted)
}

/** The rest of the paths that begin with a field; `undefined` once one of them ends with it. */
function columnsOf(name: string, columns: Columns): Columns | undefined {
  const below: string[][] = []
  for (const [first, ...rest] of columns) {
    if (first !== name) continue
    if (rest.length === 0) return undefined
    below.push(rest)
  }
  return below
}
