#!/usr/bin/env node
/**
 * The program `warren`: a broker that runs until it is told to stop.
 */

import { CommanderError } from 'commander'
import { ConfigurationError } from '../config/configuration-error.ts'
import type { ResolvedProgramSettings } from '../config/merge-settings.ts'
import { createPinoLogger } from '../logging/pino-logger.ts'
import { readSettings } from './command-line.ts'
import { describeFailure } from './describe-failure.ts'
import { ExitCode } from './exit-code.ts'
import { runBroker } from './run-broker.ts'

const settings = readSettingsOrExit()
try {
  await runBroker(settings, createPinoLogger(settings.logLevel))
} catch (error) {
  process.stderr.write(`warren: ${describeFailure(error, settings.host, settings.port)}\n`)
  process.exit(ExitCode.failed)
}

function readSettingsOrExit(): ResolvedProgramSettings {
  try {
    return readSettings(process.argv.slice(2), process.env)
  } catch (error) {
    // Commander has written its message already; it ends with 0 after help and version.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? ExitCode.stopped : ExitCode.misconfigured)
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`warren: ${error.message}\n`)
    process.exit(ExitCode.misconfigured)
  }
}
