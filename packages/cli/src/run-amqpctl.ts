/** Runs one command line from beginning to end. */

import { CommanderError } from 'commander'
import { COMMAND_GROUPS } from './command-table.ts'
import { describeError } from './describe-error.ts'
import { describeUsageError } from './describe-usage-error.ts'
import { ExitCode } from './exit-code.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

/** Resolves to the exit code, once everything is written. */
export async function runAmqpctl(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const program = createProgram(COMMAND_GROUPS, terminal)
  // rabbitmqctl's short form of --help, which is no name for an option here.
  const words = args.map((word) => (word === '-?' ? '--help' : word))
  try {
    await program.parseAsync(words, { from: 'user' })
    return ExitCode.ok
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok
    const { exitCode, text } =
      describeUsageError(error, words, program, COMMAND_GROUPS) ?? describeError(error, terminal.environment)
    terminal.stderr.write(text)
    return exitCode
  }
}
