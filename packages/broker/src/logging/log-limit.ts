/**
 * Keeps those who have no business here from filling the log: what one source causes is written a few times a minute, then counted.
 *
 * A source is whatever lines are counted by: the address of clients that have not opened a connection, or a backend that is asked about
 * them. When a minute is over, one line for each source says how many of its lines were left out.
 */

import type { Clock, Timer } from '../clock.ts'
import type { Logger } from './logger.ts'

const WINDOW_MS = 60_000
/** Lines of one source in a minute. A client that is refused causes up to three. */
const SOURCE_LINES_MAX = 30
/** Lines of all sources in a minute, which is also how many sources are remembered. */
const ALL_LINES_MAX = 1000

interface SourceLines {
  written: number
  leftOut: number
}

export class LogLimit {
  readonly #logger: Logger
  readonly #clock: Clock
  /** Those that wrote a line in this minute. */
  readonly #sources = new Map<string, SourceLines>()
  #written = 0
  /** Lines of sources that wrote none, because others had used up all. */
  #othersLeftOut = 0
  #window: Timer | undefined

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  /** A logger whose lines count for `source`; those for debugging are not counted. */
  of(source: string): Logger {
    const logger = this.#logger
    return {
      debug: (fields, message) => logger.debug(fields, message),
      info: (fields, message) => this.#admits(source) && logger.info(fields, message),
      warn: (fields, message) => this.#admits(source) && logger.warn(fields, message),
      error: (fields, message) => this.#admits(source) && logger.error(fields, message),
    }
  }

  /** Ends the minute. */
  close(): void {
    this.#window?.clear()
    this.#window = undefined
    for (const [source, { leftOut }] of this.#sources) if (leftOut > 0) this.#summarize(source, leftOut)
    if (this.#othersLeftOut > 0) this.#summarize('others', this.#othersLeftOut)
    this.#sources.clear()
    this.#written = 0
    this.#othersLeftOut = 0
  }

  #admits(source: string): boolean {
    this.#window ??= this.#clock.setTimeout(() => this.close(), WINDOW_MS)
    const lines = this.#sources.get(source)
    const admitted = this.#written < ALL_LINES_MAX && (lines === undefined || lines.written < SOURCE_LINES_MAX)
    if (admitted) this.#written++
    if (lines === undefined) {
      if (admitted) this.#sources.set(source, { written: 1, leftOut: 0 })
      else this.#othersLeftOut++
    } else if (admitted) lines.written++
    else lines.leftOut++
    return admitted
  }

  #summarize(source: string, leftOut: number): void {
    this.#logger.warn({ source, leftOut }, 'lines left out: too many in a minute')
  }
}
