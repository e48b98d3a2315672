/** Makes the parser of the table of commands. */

import { type Option, Command as Parser } from 'commander'
import type { Command, CommandGroup } from './command.ts'
import { CommandOptions } from './command-options.ts'
import { Context } from './context.ts'
import { type CommonValues, commonOptions } from './options/common-options.ts'
import { resolveConnectionSettings } from './options/connection-settings.ts'
import { FORMATTERS } from './output/formatters.ts'
import { Output } from './output/output.ts'
import type { Terminal } from './terminal.ts'
import { VERSION } from './version.ts'

const DESCRIPTION = `Administers a WarrenMQ or RabbitMQ over its HTTP API.

Commands, arguments and exit codes are those of rabbitmqctl, rabbitmq-diagnostics and rabbitmqadmin.`

export function createProgram(groups: readonly CommandGroup[], terminal: Terminal): Parser {
  const program = new Parser('amqpctl')
    .description(DESCRIPTION)
    .usage('[options] <command> [arguments]')
    .version(VERSION, '--version', 'print the version of this program')
    .helpOption('-h, --help', 'help for a command')
    .helpCommand('help [command]', 'help for a command')
    // So that a command's own -u is not taken for the program's.
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.stdout.write(text), writeErr: () => {} })
    .addHelpText(
      'after',
      '\nExamples:\n  amqpctl --url http://broker:15672 list_queues name messages\n  amqpctl help set_policy\n',
    )
  for (const option of commonOptions()) program.addOption(option)
  for (const { title, commands } of groups) {
    program.commandsGroup(`${title}:`)
    for (const command of commands) addCommand(program, command, groups, terminal)
  }
  return program
}

function addCommand(program: Parser, command: Command, groups: readonly CommandGroup[], terminal: Terminal): void {
  const parser = program.command(command.name, { hidden: command.hidden === true }).summary(command.summary)
  parser.description(capitalize(command.summary))
  for (const [syntax, description] of command.arguments ?? []) parser.argument(syntax, description)
  for (const { flags, description, isRepeatable } of command.options ?? []) {
    if (isRepeatable) parser.option(flags, description, append, [])
    else parser.option(flags, description)
  }
  const common = acceptCommonOptions(parser, command)
  if (command.takesPairs) parser.allowUnknownOption()
  parser.addHelpText('after', helpText(command))
  parser.action(async () => {
    const values = { ...pick(program.opts(), commonOptions()), ...pick(parser.opts(), common) } as CommonValues
    const context = new Context(
      () => resolveConnectionSettings({ ...(values.V === undefined ? {} : { vhost: values.V }), ...values }, terminal),
      createOutput(values, terminal),
      terminal,
      groups,
    )
    await command.run(context, parser.args, new CommandOptions(parser.opts()))
  })
}

/** Gathers the values of an option that may be given several times. */
function append(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

/** Adds the common options to a command, as far as it has none of the same name, and returns those. */
function acceptCommonOptions(parser: Parser, command: Command): Option[] {
  const taken = new Set(parser.options.flatMap(({ short, long }) => [short, long]))
  // Behind `declare user` a --password is the new user's.
  const pairs = command.takesPairs ? ['--user', '--password', '--url', '--profile', '--node'] : []
  const added = commonOptions().filter(({ long }) => !taken.has(long) && !pairs.includes(long ?? ''))
  for (const option of added) {
    if (option.short !== undefined && taken.has(option.short)) delete option.short
    parser.addOption(option.hideHelp())
  }
  return added
}

/** The values of these options, as far as they were given. */
function pick(values: Readonly<Record<string, unknown>>, options: readonly Option[]): Record<string, unknown> {
  const names = options.map((option) => option.attributeName())
  // A negated option is true when it was not given; that must not hide the other place's.
  const isGiven = ([name, value]: [string, unknown]) =>
    names.includes(name) && !(name === 'tableHeaders' && value === true)
  return Object.fromEntries(Object.entries(values).filter(isGiven))
}

function createOutput(values: CommonValues, { stdout, environment }: Terminal): Output {
  const formatter = FORMATTERS.find((name) => name === values.formatter) ?? 'table'
  return new Output(stdout, {
    formatter,
    isQuiet: values.quiet === true || values.silent === true,
    hasHeader: values.tableHeaders !== false && values.silent !== true,
    hasColors: stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb',
  })
}

function helpText({ details = [], choices, examples }: Command): string {
  const paragraphs = details.map((paragraph) => `\n${paragraph}\n`)
  if (choices !== undefined) paragraphs.push(`\nWords: ${choices.join(' ')}\n`)
  const lines = examples.map((example) => `  amqpctl ${example}\n`)
  return `${paragraphs.join('')}\nExamples:\n${lines.join('')}\nOptions that every command takes: amqpctl --help\n`
}

function capitalize(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`
}
