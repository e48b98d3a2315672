/** JSON values as RabbitMQ prints them in its refusals: the Erlang terms it reads them as. */

import { formatBinary } from '../erlang-term.ts'
import { isJsonObject, type JsonValue } from './json-value.ts'

/** Line length at which Erlang breaks a term. */
const LINE_LENGTH = 80

/** `<<"text">>`, `1.5`, `true`, `null`, `[1,2]`, `#{<<"key">> => 1}`. */
export function formatJsonTerm(value: JsonValue): string {
  if (typeof value === 'string') return formatText(value)
  if (typeof value === 'number') return formatNumber(value)
  if (Array.isArray(value)) return `[${value.map(formatJsonTerm).join(',')}]`
  if (!isJsonObject(value)) return String(value)
  const pairs = Object.entries(value).sort(byKey)
  return `#{${pairs.map(([key, item]) => `${formatText(key)} => ${formatJsonTerm(item)}`).join(',')}}`
}

/** Pairs of a key and a value: `[{<<"key">>,1}]`, one a line when they do not fit in one. */
export function formatPairs(pairs: readonly (readonly [key: string, value: JsonValue])[]): string {
  const tuples = [...pairs].sort(byKey).map(([key, value]) => `{${formatText(key)},${formatJsonTerm(value)}}`)
  const flat = `[${tuples.join(',')}]`
  return flat.length <= LINE_LENGTH ? flat : `[${tuples.join(',\n ')}]`
}

/** A text is bytes in Erlang, and printed as text when all of them are printable. */
function formatText(text: string): string {
  const printed = formatBinary(Buffer.from(text))
  // Bytes of UTF-8 are printed one by one, and so read as UTF-8 again.
  return printed.startsWith('<<"') ? Buffer.from(printed, 'latin1').toString() : printed
}

function formatNumber(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString()
  const [mantissa, exponent] = String(value).split('e')
  const decimal = mantissa.includes('.') ? mantissa : `${mantissa}.0`
  return exponent === undefined ? decimal : `${decimal}e${exponent.replace('+', '')}`
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
