/**
 * Checks of parameters' values that several components share, with RabbitMQ's texts.
 *
 * A check returns what is wrong, in RabbitMQ's words and order (the latest fault first), or nothing.
 */

import { compilePattern, PatternError } from '../pattern/safe-pattern.ts'
import { formatJsonTerm, formatPairs } from './erlang-json.ts'
import { isJsonObject, type JsonValue } from './json-value.ts'

/** Returns what is wrong with the value of `key`, or `undefined`. */
export type TermCheck = (key: string, value: JsonValue) => string | undefined

/** A key that an object may or must have. */
export interface TermRule {
  readonly key: string
  readonly check: TermCheck
  readonly mandatory: boolean
}

export const checkNumber: TermCheck = (key, value) =>
  typeof value === 'number' ? undefined : `${key} should be a number, actually was ${formatJsonTerm(value)}`

/** RabbitMQ words it as it words a number. */
export const checkInteger: TermCheck = (key, value) =>
  Number.isInteger(value) ? undefined : `${key} should be a number, actually was ${formatJsonTerm(value)}`

/** A regular expression. What is wrong with one is told in our words, not PCRE's. */
export const checkPattern: TermCheck = (key, value) => {
  if (typeof value !== 'string') return `${key} should be a binary but was ${formatJsonTerm(value)}`
  try {
    compilePattern(value)
    return undefined
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    return `${key} should be regular expression but is invalid: ${error.message}`
  }
}

/** Checks an object against the keys that it may have. */
export function checkObject(name: string, rules: readonly TermRule[], value: JsonValue): string[] {
  if (!isJsonObject(value)) return [`${name} not a list ${formatJsonTerm(value)}`]
  const faults: string[] = []
  for (const { key, check, mandatory } of rules) {
    const fault = Object.hasOwn(value, key) ? check(key, value[key]) : missing(key, name, mandatory)
    if (fault !== undefined) faults.unshift(fault)
  }
  const unknown = Object.entries(value).filter(([key]) => !rules.some((rule) => rule.key === key))
  if (unknown.length > 0) faults.unshift(`Unrecognised terms ${formatPairs(unknown)} in ${name}`)
  return faults
}

/** Faults as RabbitMQ's HTTP API gives them. */
export function formatFaults(faults: readonly string[]): string {
  return `Validation failed\n\n${faults.map((fault) => `${fault}\n`).join('')}`
}

function missing(key: string, name: string, mandatory: boolean): string | undefined {
  return mandatory ? `Key "${key}" not found in ${name}` : undefined
}
