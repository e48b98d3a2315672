/** Checks policies as parameters: RabbitMQ's rules, texts and order of faults. */

import { formatJsonTerm, formatPairs } from '../parameters/erlang-json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../parameters/json-value.ts'
import { checkNumber, checkObject, checkPattern, type TermCheck, type TermRule } from '../parameters/term-validation.ts'
import { APPLY_TO, type ApplyTo, type Policy } from './policy.ts'
import { checkKnownKeys, isPluginKey } from './policy-keys.ts'

/** How a policy is checked. */
export interface PolicyValidation {
  readonly isOperator: boolean
  /** Whether settings of RabbitMQ's plugins are kept. @default false */
  readonly withPluginKeys?: boolean
}

/** What is wrong with the value of a parameter that is a policy; the latest fault first, as RabbitMQ tells them. */
export function checkPolicy(name: string, value: JsonValue, validation: PolicyValidation): string[] {
  const rules: readonly TermRule[] = [
    { key: 'priority', check: checkNumber, mandatory: true },
    { key: 'pattern', check: checkPattern, mandatory: true },
    { key: 'apply-to', check: checkApplyTo, mandatory: false },
    { key: 'definition', check: (_key, definition) => checkDefinition(name, definition, validation), mandatory: true },
  ]
  return checkObject(name, rules, value)
}

/** Reads the value of a parameter that {@link checkPolicy} has found right. */
export function readPolicy(name: string, value: JsonObject): Policy {
  return {
    name,
    pattern: value.pattern as string,
    applyTo: (value['apply-to'] ?? 'all') as ApplyTo,
    definition: value.definition as JsonObject,
    priority: value.priority as number,
  }
}

const checkApplyTo: TermCheck = (_key, value) => {
  if (APPLY_TO.includes(value as ApplyTo)) return undefined
  const shown = typeof value === 'string' ? value : formatJsonTerm(value)
  return `apply-to '${shown}' unrecognised; should be 'queues', 'exchanges' or 'all'`
}

function checkDefinition(
  name: string,
  definition: JsonValue,
  { isOperator, withPluginKeys = false }: PolicyValidation,
): string | undefined {
  if (!isJsonObject(definition)) {
    const validator = isOperator ? 'operator_policy_validator' : 'policy_validator'
    return `parse error while reading policy ${name}: ${formatJsonTerm(definition)}. Validator: ${validator}.`
  }
  if (Object.keys(definition).length === 0) return 'no policy provided'
  const { fault, unknown } = checkKnownKeys(definition, isOperator)
  if (fault !== undefined) return fault
  const unrecognised = unknown.filter((key) => isOperator || !withPluginKeys || !isPluginKey(key))
  if (unrecognised.length === 0) return undefined
  return `${formatPairs(unrecognised.map((key) => [key, definition[key]]))} are not recognised policy settings`
}
