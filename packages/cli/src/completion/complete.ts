/** What may stand at the end of a command line. */

import type { Command, CommandGroup } from '../command.ts'
import { commonOptions } from '../options/common-options.ts'
import { FORMATTERS } from '../output/formatters.ts'

/** Words that the last one may become; the ones before it are complete. */
export function complete(groups: readonly CommandGroup[], words: readonly string[]): string[] {
  const last = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  return candidates(groups, last, before).filter((word) => word.startsWith(last))
}

function candidates(groups: readonly CommandGroup[], last: string, before: readonly string[]): readonly string[] {
  const commands = groups.flatMap((group) => group.commands).filter(({ hidden }) => !hidden)
  const names = commands.map(({ name }) => name)
  if (before.at(-1) === '--formatter') return FORMATTERS
  if (takesValue(before.at(-1))) return []
  const command = commands.find(({ name }) => before.includes(name))
  if (last.startsWith('-')) return optionNames(command)
  if (command !== undefined) return command.choices ?? []
  return before.includes('help') ? names : [...names, 'help']
}

function optionNames(command: Command | undefined): string[] {
  const own = (command?.options ?? []).flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? [])
  const common = commonOptions().filter(({ hidden }) => !hidden)
  return [...new Set([...own, ...common.flatMap(({ long }) => long ?? []), '--help'])].sort()
}

/** Whether what follows is the value of this option, which nobody can guess. */
function takesValue(word: string | undefined): boolean {
  if (word === undefined) return false
  return commonOptions().some(({ short, long, required }) => required && (word === short || word === long))
}
