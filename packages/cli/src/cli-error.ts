/** Errors that a user reads, each with the code that the program ends with. */

import { ExitCode } from './exit-code.ts'

/** Ends the program with a message. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: ExitCode
  /** What to do about it, a sentence each. */
  readonly hints: readonly string[]

  constructor(exitCode: ExitCode, message: string, ...hints: readonly string[]) {
    super(message)
    this.exitCode = exitCode
    this.hints = hints
  }
}

/** The command line cannot be understood; the command's usage is printed with it. */
export class UsageError extends CliError {
  constructor(message: string, exitCode: ExitCode = ExitCode.usage) {
    super(exitCode, message)
  }
}

/** An argument has a wrong value: as `UsageError`, with the code that rabbitmqctl has for it. */
export function badArgument(message: string): UsageError {
  return new UsageError(`Bad argument: ${message}`, ExitCode.dataError)
}
