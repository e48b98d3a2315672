/**
 * Log lines of the program, by pino: JSON or text, on standard output and in a file. Only the program loads it.
 *
 * Without rotation, what was accepted is written when the call returns, so that an exit loses none. A file that rotates is written behind;
 * `close` waits for it.
 */

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { type Level, multistream, pino, type StreamEntry } from 'pino'
import { ConfigurationError } from '../config/configuration-error.ts'
import type { ResolvedProgramSettings } from '../config/merge-settings.ts'
import type { LogFormat, LogLevel } from '../config/table/log-options.ts'
import { type Logger, silentLogger } from './logger.ts'

/** Pino's words for ours. */
const PINO_LEVELS = { debug: 'debug', info: 'info', warning: 'warn', error: 'error', none: 'silent' } as const
const METHODS = ['debug', 'info', 'warn', 'error'] as const
const TIME_FORMAT = 'SYS:yyyy-mm-dd HH:MM:ss.l o'

/** A logger, and the files behind it. */
export interface ProgramLogger {
  readonly logger: Logger
  /** Opens the log file anew, after somebody has moved it away. */
  reopen(): void
  /** Resolves once everything is written. */
  close(): Promise<void>
}

/** What takes the lines, and how it is treated. */
interface Sink {
  readonly entry: StreamEntry
  reopen?(): void
  close?(): Promise<void>
}

/** What pino's destinations and rotating files have in common. */
interface LineStream {
  write(line: string): unknown
}

/** @throws ConfigurationError UNREADABLE_FILE when the log file cannot be opened. */
export async function createProgramLogger(settings: ResolvedProgramSettings): Promise<ProgramLogger> {
  const sinks: Sink[] = []
  if (settings.logConsole && settings.logLevel !== 'none') sinks.push(await consoleSink(settings))
  if (settings.logFile !== '' && settings.logFileLevel !== 'none') sinks.push(await fileSink(settings))
  return {
    logger: sinks.length === 0 ? silentLogger : byCategory(loggerOf(sinks), settings),
    reopen() {
      for (const sink of sinks) sink.reopen?.()
    },
    async close() {
      for (const sink of sinks) await sink.close?.()
    },
  }
}

function loggerOf(sinks: readonly Sink[]): Logger {
  const entries = sinks.map((sink) => sink.entry)
  const least = entries.some(({ level }) => level === 'debug') ? 'debug' : 'info'
  return pino({ level: least }, multistream(entries))
}

async function consoleSink({ logLevel, logFormat }: ResolvedProgramSettings): Promise<Sink> {
  const stream = pino.destination({ dest: 1, sync: true })
  return { entry: await entryOf(stream, logLevel, logFormat, process.stdout.isTTY) }
}

async function fileSink(settings: ResolvedProgramSettings): Promise<Sink> {
  const { logFileLevel, logFileFormat, logFileSizeMax } = settings
  const path = resolve(settings.logDirectory, settings.logFile)
  assertWritable(path)
  if (logFileSizeMax > 0) return rotatingSink(path, settings)
  const stream = pino.destination({ dest: path, sync: true })
  return {
    entry: await entryOf(stream, logFileLevel, logFileFormat, false),
    reopen: () => stream.reopen(),
  }
}

function assertWritable(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(path, 'a'))
  } catch (error) {
    throw new ConfigurationError('UNREADABLE_FILE', `cannot write the log file ${path}: ${(error as Error).message}`)
  }
}

async function rotatingSink(path: string, settings: ResolvedProgramSettings): Promise<Sink> {
  const { createStream } = await import('rotating-file-stream')
  const { logFileSizeMax, logFileCount, logFileLevel, logFileFormat } = settings
  const stream = createStream(basename(path), {
    path: dirname(path),
    size: `${logFileSizeMax}B`,
    rotate: logFileCount,
  })
  // Where the disk takes no log line there is nowhere to say so.
  stream.on('error', () => {})
  return {
    entry: await entryOf(stream, logFileLevel, logFileFormat, false),
    close: () => new Promise((closed) => stream.end(closed)),
  }
}

async function entryOf(
  stream: LineStream,
  level: LogLevel,
  format: LogFormat,
  colorize: boolean,
): Promise<StreamEntry> {
  return {
    level: PINO_LEVELS[level] as Level,
    stream: format === 'json' ? stream : await asText(stream, colorize),
  }
}

/** Lines for people, in front of `destination`. */
async function asText(destination: LineStream, colorize: boolean): Promise<LineStream> {
  const { prettyFactory } = await import('pino-pretty')
  const format = prettyFactory({ colorize, translateTime: TIME_FORMAT, ignore: 'pid,hostname', singleLine: true })
  return { write: (line) => destination.write(format(line)) }
}

/** Lets lines through by what they are about: those with a field `connection` concern a single one. */
function byCategory(logger: Logger, { logConnectionLevel, logDefaultLevel }: ResolvedProgramSettings): Logger {
  if (logConnectionLevel === 'debug' && logDefaultLevel === 'debug') return logger
  const least = (level: LogLevel) => (level === 'none' ? Infinity : METHODS.indexOf(PINO_LEVELS[level] as 'debug'))
  const ofConnections = least(logConnectionLevel)
  const ofOthers = least(logDefaultLevel)
  const passing = (method: (typeof METHODS)[number]) => {
    const severity = METHODS.indexOf(method)
    return (fields: object, message: string): void => {
      if (severity >= ('connection' in fields ? ofConnections : ofOthers)) logger[method](fields, message)
    }
  }
  return { debug: passing('debug'), info: passing('info'), warn: passing('warn'), error: passing('error') }
}
