/** What a command is: a row of data from which the parser, the help, the completion and the documentation are made. */

import type { CommandOptions } from './command-options.ts'
import type { Context } from './context.ts'

/** An option of one command. */
export interface OptionDefinition {
  /** As commander writes it: `-e, --if-empty`, `--priority <number>`. */
  readonly flags: string
  /** A phrase without a full stop. */
  readonly description: string
  /** May be given several times. @default false */
  readonly isRepeatable?: boolean
}

export interface Command {
  readonly name: string
  /** A phrase without a full stop, for the overview. */
  readonly summary: string
  /** As commander writes them, with a phrase each: `['<username>', 'whom to add']`. */
  readonly arguments?: readonly (readonly [syntax: string, description: string])[]
  readonly options?: readonly OptionDefinition[]
  /** Words that an argument takes; for completion and for help. */
  readonly choices?: readonly string[]
  /** What else help says, a paragraph each. */
  readonly details?: readonly string[]
  /** Command lines without the program's name. */
  readonly examples: readonly string[]
  /** How many arguments at the front may be repeated in messages; those behind are secrets. @default all */
  readonly publicArguments?: number
  /** Takes `name=value` and `--name value` behind its arguments, as rabbitmqadmin does. @default false */
  readonly takesPairs?: boolean
  /** Left out of the overview and the documentation. @default false */
  readonly hidden?: boolean
  run(context: Context, args: readonly string[], options: CommandOptions): Promise<void>
}

/** Commands under one heading. */
export interface CommandGroup {
  readonly title: string
  readonly commands: readonly Command[]
}
