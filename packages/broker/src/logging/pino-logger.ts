/** Log lines as JSON on standard output, by pino. Only the program loads it. */

import { pino } from 'pino'
import type { LogLevel } from '../config/option-table.ts'
import type { Logger } from './logger.ts'

/** Pino's words for ours. */
const PINO_LEVELS = { debug: 'debug', info: 'info', warning: 'warn', error: 'error', none: 'silent' } as const

/** A logger that drops lines below `level`. What it has accepted is written when its call returns, so that an exit loses none. */
export function createPinoLogger(level: LogLevel): Logger {
  return pino({ level: PINO_LEVELS[level] }, pino.destination({ dest: 1, sync: true }))
}
