/**
 * Reads settings from environment variables: `WARREN_PORT=5673`.
 */

import { ConfigurationError } from './configuration-error.ts'
import { nearestName } from './nearest-name.ts'
import type { OptionValue } from './option-row.ts'
import { OPTION_NAMES, type OptionName, optionVariable, PROGRAM_OPTIONS, type ProgramSettings } from './option-table.ts'
import { parseOptionValue } from './option-value.ts'

const PREFIX = 'WARREN_'

/** The variable that names the configuration file. */
export const CONFIG_VARIABLE = 'WARREN_CONFIG'

/**
 * The environment belongs to others too: Kubernetes, for one, sets `WARREN_SERVICE_HOST` beside a service named `warren`. So only
 * what is this close to one of our variables is taken for a mistake.
 */
const EDITS_MAX = 2

/**
 * Reads the variables that are set; an empty one counts as not set.
 *
 * @throws ConfigurationError INVALID_VALUE, or UNKNOWN_KEY for a variable that is nearly one of ours.
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): ProgramSettings {
  const settings: Partial<Record<OptionName, OptionValue>> = {}
  for (const name of OPTION_NAMES) {
    const variable = optionVariable(name)
    const text = environment[variable]
    if (text) settings[name] = parseOptionValue(PROGRAM_OPTIONS[name], text, variable)
  }
  assertNoSlips(Object.keys(environment))
  return settings as ProgramSettings
}

function assertNoSlips(variables: readonly string[]): void {
  const known = [...OPTION_NAMES.map(optionVariable), CONFIG_VARIABLE]
  for (const variable of variables) {
    if (!variable.startsWith(PREFIX) || known.includes(variable)) continue
    const nearest = nearestName(variable, known, EDITS_MAX)
    if (nearest === undefined) continue
    throw new ConfigurationError('UNKNOWN_KEY', `unknown environment variable ${variable}; did you mean ${nearest}?`)
  }
}
