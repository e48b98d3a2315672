/**
 * The `ha-` settings of policies, for RabbitMQ's mirrored queues: checked as it checks them, and without effect.
 */

import { formatJsonTerm } from '../parameters/erlang-json.ts'
import type { JsonObject, JsonValue } from '../parameters/json-value.ts'

export const MIRRORING_KEYS: readonly string[] = [
  'ha-mode',
  'ha-params',
  'ha-sync-mode',
  'ha-sync-batch-size',
  'ha-promote-on-shutdown',
  'ha-promote-on-failure',
]

/** What is wrong with the `ha-` keys of a definition, in RabbitMQ's words, or `undefined`. */
export function checkMirroring(definition: JsonObject): string | undefined {
  const [mode, params, syncMode, batchSize, onShutdown, onFailure] = MIRRORING_KEYS.map((key) => definition[key])
  if (mode === undefined) {
    return MIRRORING_KEYS.every((key) => definition[key] === undefined)
      ? undefined
      : 'ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown'
  }
  return (
    checkMode(mode, params) ??
    checkOneOf('ha-sync-mode', syncMode, ['manual', 'automatic']) ??
    checkBatchSize(batchSize) ??
    checkOneOf('ha-promote-on-shutdown', onShutdown, ['always', 'when-synced']) ??
    checkOneOf('ha-promote-on-failure', onFailure, ['always', 'when-synced'])
  )
}

function checkMode(mode: JsonValue, params: JsonValue | undefined): string | undefined {
  const given = params === undefined ? 'none' : formatJsonTerm(params)
  switch (mode) {
    case 'all':
      return params === undefined ? undefined : 'ha-mode="all" does not take parameters'
    case 'exactly':
      return isPositiveInteger(params) ? undefined : `ha-mode="exactly" takes an integer, ${given} given`
    case 'nodes':
      return checkNodes(params, given)
    default:
      return `${formatJsonTerm(mode)} is not a valid ha-mode value`
  }
}

function checkNodes(params: JsonValue | undefined, given: string): string | undefined {
  if (!Array.isArray(params)) return `ha-mode="nodes" takes a list, ${given} given`
  if (params.length === 0) return 'ha-mode="nodes" list must be non-empty'
  const wrong = params.filter((node) => typeof node !== 'string')
  if (wrong.length === 0) return undefined
  return `ha-mode="nodes" takes a list of strings, ${formatJsonTerm(wrong)} was not a string`
}

function checkOneOf(key: string, value: JsonValue | undefined, allowed: readonly [string, string]): string | undefined {
  if (value === undefined || allowed.includes(value as string)) return undefined
  return `${key} must be "${allowed[0]}" or "${allowed[1]}", got ${formatJsonTerm(value)}`
}

function checkBatchSize(value: JsonValue | undefined): string | undefined {
  if (value === undefined || isPositiveInteger(value)) return undefined
  return `ha-sync-batch-size takes an integer greater than 0, ${formatJsonTerm(value)} given`
}

function isPositiveInteger(value: JsonValue | undefined): boolean {
  return Number.isInteger(value) && (value as number) > 0
}
