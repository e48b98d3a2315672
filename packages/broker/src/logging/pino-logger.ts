/** Log lines as JSON on standard output, by pino. Loaded by the program only. */

import { pino } from 'pino'
import type { Logger } from './logger.ts'

/** Levels, from the quietest to the loudest. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A logger that drops lines below `level`. */
export function createPinoLogger(level: LogLevel): Logger {
  return pino({ level })
}
