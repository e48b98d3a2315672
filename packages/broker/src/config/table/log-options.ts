/** What the program `warren` tells, and where. An embedded broker is given a logger instead. */

import type { OptionRow, OptionValue } from '../option-row.ts'

/** How much is told: RabbitMQ's words. */
export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'none'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** How a log line looks: an object of JSON, or text for people. */
export const LOG_FORMATS = ['json', 'plaintext'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

export interface LogSettings {
  /** Whether log lines go to standard output. @default true */
  readonly logConsole?: boolean
  /** Least severe lines that go there. @default info */
  readonly logLevel?: LogLevel
  /** @default json */
  readonly logFormat?: LogFormat
  /** File that log lines are added to; a path, or a name in `logDirectory`. SIGHUP opens it anew. Empty for none. @default none */
  readonly logFile?: string
  /** Folder of `logFile`. @default the working directory */
  readonly logDirectory?: string
  /** Least severe lines that go to the file. @default info */
  readonly logFileLevel?: LogLevel
  /** @default json */
  readonly logFileFormat?: LogFormat
  /** Bytes of the file at which it is put aside as `NAME.1` and begun anew; 0 for never. @default 0 */
  readonly logFileSizeMax?: number
  /** Files put aside that are kept, 1 to 1000. @default 5 */
  readonly logFileCount?: number
  /** Least severe lines about single connections. Those that the console and the file do not take are left out besides. @default debug */
  readonly logConnectionLevel?: LogLevel
  /** Least severe lines about everything else. @default debug */
  readonly logDefaultLevel?: LogLevel
}

export const LOG_OPTIONS: { readonly [Name in keyof LogSettings]-?: OptionRow<LogSettings[Name] & OptionValue> } = {
  logConsole: {
    fileKey: 'log.console',
    rule: { kind: 'boolean' },
    default: true,
    description: 'whether log lines go to standard output',
  },
  logLevel: {
    fileKey: 'log.console.level',
    rule: { kind: 'choice', choices: LOG_LEVELS },
    default: 'info',
    description: 'least severe log lines that go to standard output',
  },
  logFormat: {
    fileKey: 'log.console.formatter',
    rule: { kind: 'choice', choices: LOG_FORMATS },
    default: 'json',
    description: 'how lines on standard output look',
  },
  logFile: {
    fileKey: 'log.file',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'file that log lines are added to, which SIGHUP opens anew; empty for none',
  },
  logDirectory: {
    fileKey: 'log.dir',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'folder of that file, if it is given by a name; empty for the working directory',
  },
  logFileLevel: {
    fileKey: 'log.file.level',
    rule: { kind: 'choice', choices: LOG_LEVELS },
    default: 'info',
    description: 'least severe log lines that go to the file',
  },
  logFileFormat: {
    fileKey: 'log.file.formatter',
    rule: { kind: 'choice', choices: LOG_FORMATS },
    default: 'json',
    description: 'how lines in the file look',
  },
  logFileSizeMax: {
    fileKey: 'log.file.rotation.size',
    rule: { kind: 'bytes', min: 0 },
    default: 0,
    description: 'bytes of the file at which it is put aside and begun anew; 0 for never',
  },
  logFileCount: {
    fileKey: 'log.file.rotation.count',
    rule: { kind: 'integer', min: 1, max: 1000 },
    default: 5,
    description: 'files put aside that are kept',
  },
  logConnectionLevel: {
    fileKey: 'log.connection.level',
    rule: { kind: 'choice', choices: LOG_LEVELS },
    default: 'debug',
    description: 'least severe log lines about single connections',
  },
  logDefaultLevel: {
    fileKey: 'log.default.level',
    rule: { kind: 'choice', choices: LOG_LEVELS },
    default: 'debug',
    description: 'least severe log lines about everything else',
  },
}
