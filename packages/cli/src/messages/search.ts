/** The options that say which messages are meant. */

import type { MessageSearch } from '@warrenmq/client/management'
import type { OptionDefinition } from '../command.ts'
import type { CommandOptions } from '../command-options.ts'

export const SEARCH_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--search <text>',
    description: 'only messages with this text in payload, routing key, headers or properties',
  },
  { flags: '--payload <text>', description: 'only messages with this text in their payload' },
  { flags: '--header <name=value>', description: 'only messages with this header; the value may be left out' },
  { flags: '--property <name=value>', description: 'only messages with this property; the value may be left out' },
]

/** Undefined when none of the options was given. */
export function readSearch(options: CommandOptions): MessageSearch | undefined {
  const given = {
    text: options.text('search'),
    payload: options.text('payload'),
    header: options.text('header'),
    property: options.text('property'),
  }
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
