/** Where log lines go: fields for machines, a message for people. Pino offers what `Logger` asks for. */

export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

const ignore = (): void => {}

/** Drops everything: the default of an embedded broker. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
