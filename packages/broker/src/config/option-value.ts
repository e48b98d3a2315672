/**
 * Checks and reads the value of one option by its rule.
 *
 * `label` is what the user wrote the value under: an option's name, a flag, a variable, or a file's line and key.
 */

import { ConfigurationError } from './configuration-error.ts'
import type { OptionRow, OptionRule, OptionValue } from './option-row.ts'

/**
 * Asserts that `value` is one that the option takes.
 *
 * @throws ConfigurationError INVALID_VALUE: `frameSizeMax 100 must be an integer from 4096 to 4294967295`.
 */
export function assertOptionValue(row: OptionRow, value: unknown, label: string): asserts value is OptionValue {
  if (isAllowed(row.rule, value)) return
  throw new ConfigurationError(
    'INVALID_VALUE',
    `${label}${showValue(row.rule, value)} must be ${describeRule(row.rule)}`,
  )
}

/**
 * Reads a value that was written as text.
 *
 * @throws ConfigurationError INVALID_VALUE
 */
export function parseOptionValue(row: OptionRow, text: string, label: string): OptionValue {
  const value = fromText(row.rule, text.trim())
  assertOptionValue(row, value, label)
  return value
}

/** A value as it is written in a file, a variable or a flag. */
export function formatOptionValue(value: OptionValue): string {
  if (typeof value !== 'object') return String(value)
  return value.length === 0 ? 'none' : value.join(',')
}

/** What values a rule allows, as the end of a sentence: `an integer from 0 to 65535`. */
export function describeRule(rule: OptionRule): string {
  switch (rule.kind) {
    case 'integer':
      return rule.max === undefined ? `an integer >= ${rule.min}` : `an integer from ${rule.min} to ${rule.max}`
    case 'text':
      return rule.optional ? 'a text' : 'a text that is not empty'
    case 'boolean':
      return 'true or false'
    case 'names':
      if (rule.choices !== undefined) return `a list out of ${rule.choices.join(', ')}`
      return rule.countMin === 0 ? 'a list of names, or none' : 'a list of at least one name'
    case 'choice':
      return `one of ${rule.choices.join(', ')}`
    case 'ratio':
      return `a number from ${rule.min} to ${rule.max}`
    case 'bytes':
      return `a number of bytes >= ${rule.min}, as in 1000000, 50MB, 2GiB`
  }
}

function isAllowed(rule: OptionRule, value: unknown): boolean {
  switch (rule.kind) {
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= rule.min && (value as number) <= (rule.max ?? Infinity)
    case 'text':
      return isName(value) || (rule.optional === true && value === '')
    case 'boolean':
      return typeof value === 'boolean'
    case 'names':
      return (
        Array.isArray(value) &&
        value.length >= rule.countMin &&
        value.every((name) => isName(name) && (rule.choices?.includes(name) ?? true))
      )
    case 'choice':
      return rule.choices.includes(value as string)
    case 'ratio':
      return typeof value === 'number' && value >= rule.min && value <= rule.max
    case 'bytes':
      return Number.isSafeInteger(value) && (value as number) >= rule.min
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function fromText(rule: OptionRule, text: string): OptionValue {
  switch (rule.kind) {
    case 'integer':
      // Not `Number(text)` alone, which takes '', '0x10' and '1e3'. What is no number stays a text, for the message.
      return /^-?\d+$/.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text)
    case 'ratio':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text
    case 'bytes':
      return parseBytes(text) ?? text
    case 'names':
      return text === 'none' ? [] : text.split(',').map((name) => name.trim())
    default:
      return text
  }
}

/** Powers of 1000 with a `B` alone, of 1024 otherwise, as RabbitMQ reads them: `kB` is 1000 bytes, `k` and `KiB` are 1024. */
function parseBytes(text: string): number | undefined {
  const parts = /^(\d+)\s*(?:([kmgt])(b|ib)?)?$/i.exec(text)
  if (parts === null) return undefined
  const [, digits, unit, ending] = parts
  const base = ending?.toLowerCase() === 'b' ? 1000 : 1024
  return Number(digits) * (unit === undefined ? 1 : base ** ('kmgt'.indexOf(unit.toLowerCase()) + 1))
}

function showValue(rule: OptionRule, value: unknown): string {
  if (rule.kind === 'text' && rule.secret === true) return ''
  if (typeof value === 'number' || typeof value === 'bigint') return ` ${value}`
  if (typeof value === 'string' || Array.isArray(value)) return ` ${JSON.stringify(value)}`
  return ` of type ${typeof value}`
}
