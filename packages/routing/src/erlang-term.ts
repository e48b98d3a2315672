/**
 * Field values as RabbitMQ prints them in error texts: Erlang terms.
 *
 * Long arrays and tables are printed on one line, where RabbitMQ breaks them at 80 columns.
 */

import { fieldTypeName, type TypedTable, type TypedValue } from '@warrenmq/codec'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/** The Erlang term of a value, without its type: `<<"foo">>`, `1`, `1.0`, `true`, `undefined`, `[{signedint,1}]`. */
export function formatErlangTerm(value: TypedValue): string {
  const inner: unknown = value.value
  if (typeof inner === 'string') return formatBinary(encodeUtf8(inner), inner)
  if (inner instanceof Uint8Array) return formatBinary(inner, decodeUtf8(inner))
  if (typeof inner === 'number' && (value.tag === 'd' || value.tag === 'f')) return formatFloat(inner)
  if (inner === null) return 'undefined'
  if (Array.isArray(inner)) {
    return `[${inner.map((item: TypedValue) => `{${fieldTypeName(item.tag)},${formatErlangTerm(item)}}`).join(',')}]`
  }
  if (typeof inner !== 'object') return String(inner)
  if (value.tag === 'F')
    return `[${Object.entries(inner as TypedTable)
      .map(formatEntry)
      .join(',')}]`
  const decimal = inner as { scale: number; value: number }
  return `{${decimal.scale},${decimal.value}}`
}

function formatEntry([name, value]: [string, TypedValue]): string {
  const key = formatBinary(encodeUtf8(name), name)
  return `{${key},${fieldTypeName(value.tag)},${formatErlangTerm(value)}}`
}

/** Control characters that Erlang prints with a backslash. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
}

/** Text if every byte is a printable Latin-1 character, else the bytes as numbers; so are bytes that are no UTF-8. */
function formatBinary(bytes: Uint8Array, text: string | undefined): string {
  if (bytes.length === 0) return '<<>>'
  if (text === undefined || !bytes.every(isPrintable)) return `<<${bytes.join(',')}>>`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that get escaped.
  return `<<"${text.replace(/[\b\t\n\v\f\r\x1b"\\]/g, (character) => ESCAPES[character])}">>`
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0 || (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b
}

function formatFloat(value: number): string {
  const [digits, exponent] = String(value).split('e')
  const mantissa = digits.includes('.') ? digits : `${digits}.0`
  return exponent === undefined ? mantissa : `${mantissa}e${exponent.replace('+', '')}`
}
