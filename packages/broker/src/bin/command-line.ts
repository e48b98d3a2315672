/**
 * The command line of `warren`: its help, and the settings it comes to with the environment and the file.
 */

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { mergeSettings, type ResolvedProgramSettings } from '../config/merge-settings.ts'
import { CONFIG_VARIABLE, readEnvironment } from '../config/read-environment.ts'
import { readConfigurationFile } from '../config/read-file.ts'
import { addFlags, readFlags } from '../config/read-flags.ts'
import { ExitCode } from './exit-code.ts'

const EXAMPLES = `
Each option shows [its default] and (its environment variable, its key in the configuration file).
Flags win over environment variables, and these over the configuration file.

Examples:
  warren                                      listen on port 5672 of all addresses
  warren --host 127.0.0.1 --port 0            on a free port, for this machine only
  warren --config warren.conf                 with a configuration file
  WARREN_PORT=5673 warren --log-level warning with a variable and a flag

Exit codes: ${ExitCode.stopped} stopped as asked, ${ExitCode.failed} could not start, ${ExitCode.misconfigured} bad configuration.`

/** What the program was told. */
export interface ProgramConfiguration {
  readonly settings: ResolvedProgramSettings
  /** What of the file was left out, and why. */
  readonly notes: readonly string[]
}

/**
 * The settings that `args`, the environment and the file named by one of them give.
 *
 * @param args What follows the program's name.
 * @throws ConfigurationError for a value or key that is wrong; CommanderError for an unknown flag, and after help or version.
 */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): ProgramConfiguration {
  const command = createCommand()
  command.parse(args, { from: 'user' })
  const path: string | undefined = command.opts().config ?? environment[CONFIG_VARIABLE]
  const file = path ? readConfigurationFile(path) : { settings: {}, notes: [] }
  const settings = mergeSettings(readFlags(command), readEnvironment(environment), file.settings)
  return { settings, notes: file.notes }
}

function createCommand(): Command {
  const command = new Command('warren')
    .description('A message broker that speaks AMQP 0-9-1 as RabbitMQ does.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this text')
    .option('-c, --config <file>', `configuration file, such as RabbitMQ's rabbitmq.conf (${CONFIG_VARIABLE})`)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'warren: ')) })
  addFlags(command)
  return command.addHelpText('after', EXAMPLES)
}

/** The version in the package's manifest, which lies two folders up from both `src/bin` and `dist/bin`. */
function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}
