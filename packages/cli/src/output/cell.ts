/** How one value looks in a row. */

import { AmqpTable, Tuple, tableText, tableTriples } from '../erlang/values.ts'

/** For text formats: one line, and nothing in it that a terminal would obey. */
export function cellText(value: unknown): string {
  return escapeControls(plainText(value))
}

/** For JSON: numbers and booleans keep their types. */
export function cellJson(value: unknown): unknown {
  if (value === undefined || value === null) return ''
  if (value instanceof AmqpTable) return tableTriples(value.entries)
  if (value instanceof Tuple) return value.items
  return value
}

function plainText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (value instanceof AmqpTable) return tableText(value.entries)
  if (value instanceof Tuple) return `{${value.items.join(',')}}`
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

const NAMED_CONTROLS: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/**
 * Names come from clients: a tab or line break would shift columns, and an escape sequence could move the cursor or retitle the
 * window. RabbitMQ prints them as they are.
 */
export function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (control) => {
    const code = control.charCodeAt(0)
    return NAMED_CONTROLS[control] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`)
  })
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
