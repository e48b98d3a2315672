#!/usr/bin/env node
/**
 * The program `warren`: a broker that runs until it is told to stop.
 */

import { CommanderError } from 'commander'
import { ConfigurationError } from '../config/configuration-error.ts'
import { createProgramLogger } from '../logging/program-logger.ts'
import { type ProgramConfiguration, readSettings } from './command-line.ts'
import { describeFailure } from './describe-failure.ts'
import { ExitCode } from './exit-code.ts'
import { runBroker } from './run-broker.ts'

const { settings, notes } = readSettingsOrExit()
try {
  const log = await createProgramLogger(settings)
  for (const note of notes) log.logger.warn({}, note)
  await runBroker(settings, log)
} catch (error) {
  process.stderr.write(`warren: ${describeFailure(error, settings.host, settings.port)}\n`)
  process.exit(error instanceof ConfigurationError ? ExitCode.misconfigured : ExitCode.failed)
}

function readSettingsOrExit(): ProgramConfiguration {
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
