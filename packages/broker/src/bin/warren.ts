#!/usr/bin/env node
/**
 * The program `warren`: a broker with options from flags, environment and file, until it is told to stop.
 */

import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { ConfigurationError } from '../config/configuration-error.ts'
import { environmentName, flagName, formatDefault, OPTIONS } from '../config/option-table.ts'
import type { BrokerOptions } from '../config/options.ts'
import { parseConfigurationFile, parseOption, readEnvironment } from '../config/parse-option.ts'
import { type Broker, createBroker } from '../create-broker.ts'
import { createPinoLogger, LOG_LEVELS, type LogLevel } from '../logging/pino-logger.ts'

/** Exit codes: 0 stopped as asked, 1 could not start, 2 stopped before clients had taken leave. */
const ExitCode = { stopped: 0, failed: 1, interrupted: 2 } as const

/** The program listens on all addresses unless told otherwise; an embedded broker on the loopback alone. */
const PROGRAM_DEFAULTS: BrokerOptions = { host: '::' }

const program = createProgram()
program.parse()
await run(program.opts())

function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const command = new Command('warren')
    .description('A RabbitMQ-compatible message broker.')
    .version(version)
    .showHelpAfterError('(warren --help tells all options)')
    .addOption(new Option('--config <file>', 'configuration file, with the keys of rabbitmq.conf').env('WARREN_CONFIG'))
    .addOption(
      new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info').env('WARREN_LOG_LEVEL'),
    )
  for (const option of OPTIONS) {
    const shown = option.name === 'host' ? '::' : formatDefault(option)
    const text = `${option.description} (default: ${shown}, env: ${environmentName(option)})`
    command.option(`${flagName(option)} <value>`, text)
  }
  return command.addHelpText(
    'after',
    `
Flags win over environment variables, these over the file.

Examples:
  warren                                 listen on port 5672
  warren --port 0 --log-level warn       any free port, little output
  warren --config /etc/warren.conf       options from a file
  WARREN_HEARTBEAT_SECONDS=10 warren     options from the environment`,
  )
}

async function run(flags: Record<string, string>): Promise<void> {
  const logger = createPinoLogger(flags.logLevel as LogLevel)
  let broker: Broker
  try {
    broker = await createBroker({ ...readOptions(flags), logger })
  } catch (error) {
    process.stderr.write(`warren: ${explain(error)}\n`)
    process.exit(ExitCode.failed)
  }
  process.on('uncaughtException', (error) => logger.error({ err: error }, 'bug: uncaught exception'))
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'bug: unhandled rejection'))
  let stopping = false
  const stop = async () => {
    if (stopping) process.exit(ExitCode.interrupted)
    stopping = true
    await broker.close()
    process.exit(ExitCode.stopped)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function readOptions(flags: Record<string, string>): BrokerOptions {
  const fromFlags: Record<string, unknown> = {}
  for (const option of OPTIONS) {
    const text = flags[option.name]
    if (text !== undefined) fromFlags[option.name] = parseOption(option, text, flagName(option))
  }
  const fromFile = flags.config === undefined ? {} : readFile(flags.config)
  return { ...PROGRAM_DEFAULTS, ...fromFile, ...readEnvironment(process.env), ...fromFlags }
}

function readFile(path: string): BrokerOptions {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigurationError('UNREADABLE_FILE', `cannot read the configuration file ${path}: ${code}`)
  }
  return parseConfigurationFile(text, path)
}

/** What went wrong, in a sentence. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message
  const { code, port, address, message, stack } = error as NodeJS.ErrnoException & { port?: number; address?: string }
  if (code === 'EADDRINUSE') return `port ${port} on ${address} is in use; choose another with --port`
  if (code === 'EACCES') return `port ${port} on ${address} needs more rights; choose one above 1023 with --port`
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine; choose another with --host`
  return stack ?? message
}
