/**
 * Runs a broker until a signal or a bug ends it.
 */

import { constants } from 'node:os'
import type { Broker } from '../broker.ts'
import type { ResolvedProgramSettings } from '../config/merge-settings.ts'
import { createBroker } from '../create-broker.ts'
import type { Logger } from '../logging/logger.ts'
import { ExitCode } from './exit-code.ts'

/** One Ctrl+C reaches a program under npm twice, from the terminal and from npm. What comes this soon is taken for the echo. */
const SIGNAL_ECHO_MS = 500

/**
 * Starts a broker and resolves once it listens. From then on this process ends with the broker: after SIGTERM, SIGINT or a bug,
 * when clients have taken leave; at a second signal, at once.
 *
 * @throws what `createBroker` throws.
 */
export async function runBroker(settings: ResolvedProgramSettings, logger: Logger): Promise<void> {
  const started = createBroker({ ...settings, logger })
  const end = endOnce(started, logger)
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
  // Rejections that nobody handles arrive here too. What the bug left half done is unknown, so the broker does not go on.
  process.on('uncaughtException', (error) => {
    logger.error({ err: error }, 'bug: an error that nobody handled; shutting down')
    end(ExitCode.failed)
  })
  await started
}

/** Closes the broker and ends the process, with the exit code of the first call. A start that is under way ends first. */
function endOnce(started: Promise<Broker>, logger: Logger): (exitCode: ExitCode) => void {
  let isEnding = false
  return async (exitCode) => {
    if (isEnding) return
    isEnding = true
    try {
      const broker = await started
      await broker.close()
      process.exit(exitCode)
    } catch (error) {
      logger.error({ err: error }, 'the broker did not close')
      process.exit(ExitCode.failed)
    }
  }
}
