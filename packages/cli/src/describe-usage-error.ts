/** Tells what is wrong with a command line, in rabbitmqctl's words. */

import { CommanderError, type Command as Parser } from 'commander'
import { UsageError } from './cli-error.ts'
import type { Command, CommandGroup } from './command.ts'
import { ExitCode } from './exit-code.ts'

/** What is written and how the program ends; undefined for errors of another kind. */
export function describeUsageError(
  error: unknown,
  words: readonly string[],
  program: Parser,
  groups: readonly CommandGroup[],
): { readonly exitCode: ExitCode; readonly text: string } | undefined {
  if (
    error instanceof CommanderError &&
    (error.code === 'commander.unknownCommand' || error.code === 'commander.help')
  ) {
    return { exitCode: ExitCode.usage, text: unknownCommand(error, words, program) }
  }
  const isUsage = error instanceof CommanderError || error instanceof UsageError
  if (!isUsage) return undefined
  const commands = groups.flatMap((group) => group.commands)
  const command = commands.find(({ name }) => words.includes(name))
  const lines = [
    `Error (argument validation): ${reasonOf(error)}`,
    'Arguments given:',
    `\t${concealSecrets(words, command).join(' ')}`,
    '',
    'Usage',
    '',
    usageOf(program, command),
    '',
    command === undefined
      ? "'amqpctl --help' lists commands and options."
      : `'amqpctl help ${command.name}' tells more.`,
  ]
  const exitCode = error instanceof UsageError ? error.exitCode : ExitCode.usage
  return { exitCode, text: `${lines.join('\n')}\n` }
}

function unknownCommand(error: CommanderError, words: readonly string[], program: Parser): string {
  const name = /unknown command '(.*)'/.exec(error.message)?.[1]
  if (name === undefined && words.length === 0) return `${program.helpInformation()}`
  const suggestion = /Did you mean (?:one of )?(.*)\?/.exec(error.message)?.[1]
  const guess = suggestion === undefined ? '' : `Did you mean '${suggestion.replaceAll(', ', "' or '")}'?\n`
  return `\nCommand '${name ?? words.join(' ')}' not found.\n${guess}\n'amqpctl --help' lists the commands.\n`
}

function reasonOf(error: CommanderError | UsageError): string {
  if (error instanceof UsageError) return error.message
  switch (error.code) {
    case 'commander.missingArgument':
      return 'not enough arguments.'
    case 'commander.excessArguments':
      return 'too many arguments.'
    default:
      return `Invalid options for this command:\n${error.message.replace(/^error: /, '')}`
  }
}

/** `[options] <name> <pattern>` of a command, or of the program. */
function usageOf(program: Parser, command: Command | undefined): string {
  const parser = program.commands.find((candidate) => candidate.name() === command?.name)
  return parser === undefined ? `amqpctl ${program.usage()}` : `amqpctl ${parser.name()} ${parser.usage()}`
}

/** Arguments with passwords blotted out. */
function concealSecrets(words: readonly string[], command: Command | undefined): string[] {
  const commandAt = command === undefined ? words.length : words.indexOf(command.name)
  const publicCount = command?.publicArguments ?? words.length
  return words.map((word, index) => {
    if (words[index - 1] === '--password') return '***'
    if (/^(--)?password(_hash)?=/.test(word)) return `${word.slice(0, word.indexOf('='))}=***`
    return index > commandAt + publicCount ? '***' : word
  })
}
