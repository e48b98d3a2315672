/**
 * Runs a broker until a signal or a bug ends it.
 */

import { constants } from 'node:os'
import type { Broker } from '../broker.ts'
import type { ResolvedProgramSettings } from '../config/merge-settings.ts'
import { createBroker } from '../create-broker.ts'
import type { ProgramLogger } from '../logging/program-logger.ts'
import { ExitCode } from './exit-code.ts'

/** One Ctrl+C reaches a program under npm twice, from the terminal and from npm. What comes this soon is taken for the echo. */
const SIGNAL_ECHO_MS = 500

/**
 * Starts a broker and resolves once it listens. From then on this process ends with the broker: after SIGTERM, SIGINT or a bug,
 * when clients have taken leave; at a second signal, at once. At SIGHUP a log file is opened anew.
 *
 * @throws what `createBroker` throws.
 */
export async function runBroker(settings: ResolvedProgramSettings, log: ProgramLogger): Promise<void> {
  const { logger } = log
  const started = createBroker({ ...settings, logger, onShutdownRequest: () => end(ExitCode.stopped) })
  const end = endOnce(started, log)
  let firstSignalAt = -1
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (firstSignalAt === -1) {
        firstSignalAt = performance.now()
        logger.info({ signal }, 'shutting down; a second signal ends the broker at once')
        end(ExitCode.stopped)
      } else if (performance.now() - firstSignalAt > SIGNAL_ECHO_MS) process.exit(128 + constants.signals[signal])
    })
  }
  // Without a file it means that the terminal is gone, and ends the program.
  if (settings.logFile !== '') process.on('SIGHUP', () => log.reopen())
  // Rejections that nobody handles arrive here too. What the bug left half done is unknown, so the broker does not go on.
  process.on('uncaughtException', (error) => {
    logger.error({ err: error }, 'bug: an error that nobody handled; shutting down')
    end(ExitCode.failed)
  })
  await started
}

/** Closes the broker and ends the process, with the exit code of the first call. A start that is under way ends first. */
function endOnce(started: Promise<Broker>, log: ProgramLogger): (exitCode: ExitCode) => void {
  let isEnding = false
  return async (exitCode) => {
    if (isEnding) return
    isEnding = true
    try {
      const broker = await started
      await broker.close()
      await log.close()
      process.exit(exitCode)
    } catch (error) {
      log.logger.error({ err: error }, 'the broker did not close')
      await log.close()
      process.exit(ExitCode.failed)
    }
  }
}
