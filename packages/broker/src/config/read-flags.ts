/**
 * Reads settings from the flags of a command line: `--port 5673`. Unknown flags are commander's to refuse.
 */

import { type Command, Option } from 'commander'
import type { OptionRow } from './option-row.ts'
import { OPTION_NAMES, optionFlag, optionVariable, PROGRAM_OPTIONS, type ProgramSettings } from './option-table.ts'
import { formatOptionValue, parseOptionValue } from './option-value.ts'

/** Words for the value of a flag in the help text. */
const PLACEHOLDERS = {
  integer: '<number>',
  text: '<text>',
  names: '<names>',
  choice: '<word>',
  ratio: '<number>',
  bytes: '<bytes>',
  boolean: '<true|false>',
} as const

/** Adds a flag per option to `command`. */
export function addFlags(command: Command): void {
  for (const name of OPTION_NAMES) {
    const row = PROGRAM_OPTIONS[name]
    const description = `${row.description}${describeChoices(row)} [${formatOptionValue(row.programDefault ?? row.default)}]`
    command.addOption(
      new Option(
        `${optionFlag(name)} ${PLACEHOLDERS[row.rule.kind]}`,
        `${description} (${optionVariable(name)}, ${row.fileKey})`,
      ).argParser((text) => parseOptionValue(row, text, optionFlag(name))),
    )
  }
}

/** The flags that were given to `command` once it has parsed them. */
export function readFlags(command: Command): ProgramSettings {
  const given = command.opts()
  return Object.fromEntries(OPTION_NAMES.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]))
}

function describeChoices({ rule }: OptionRow): string {
  return rule.kind === 'choice' ? `: ${rule.choices.join(', ')}` : ''
}
