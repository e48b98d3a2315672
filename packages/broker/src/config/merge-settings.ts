/** Puts together what a file, the environment and flags say. */

import type { OptionValue } from './option-row.ts'
import { OPTION_NAMES, type OptionName, PROGRAM_OPTIONS, type ProgramSettings } from './option-table.ts'

/** Settings with every default of the program filled in. */
export type ResolvedProgramSettings = Readonly<Required<ProgramSettings>>

/** For each option, the first of `sources` that has it, or else the program's default. */
export function mergeSettings(...sources: readonly ProgramSettings[]): ResolvedProgramSettings {
  const merged: Partial<Record<OptionName, OptionValue>> = {}
  for (const name of OPTION_NAMES) {
    const row = PROGRAM_OPTIONS[name]
    const source = sources.find((settings) => settings[name] !== undefined)
    merged[name] = source?.[name] ?? row.programDefault ?? row.default
  }
  return Object.freeze(merged) as ResolvedProgramSettings
}
