/** What was found to be damaged or could not be read: counted, and reported without flooding the log. */

import type { Clock } from '../clock.ts'
import type { Logger } from '../logging/logger.ts'

/** Time in which damage of the same kind is reported once, in milliseconds. */
const REPORT_INTERVAL_MS = 10_000

/** Damage found last. */
export interface LastDamage {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** What was found, in words. */
  readonly description: string
}

interface Reported {
  at: number
  /** How often it came since then without being reported. */
  silent: number
}

export class Damage {
  /** Records of the log that could not be read: messages, or what was said of them; of metadata likewise. */
  records = 0
  /** Reads of the log or of the spill file that failed. */
  readErrors = 0
  last: LastDamage | undefined
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #reported = new Map<string, Reported>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  /** `count` records are damaged. */
  found(count: number, description: string, details: object): void {
    this.records += count
    this.#report(description, details)
  }

  /** A read failed. What it was for may have been read in another way since. */
  readFailed(error: unknown): void {
    this.readErrors++
    this.#report('the disk does not give back what was written', { err: error })
  }

  /** @param description Of a few that there are: each is remembered. */
  #report(description: string, details: object): void {
    const now = this.#clock.now()
    this.last = { time: Date.now(), description }
    const reported = this.#reported.get(description)
    if (reported !== undefined && now - reported.at < REPORT_INTERVAL_MS) {
      reported.silent++
      return
    }
    const silent = reported?.silent ?? 0
    this.#reported.set(description, { at: now, silent: 0 })
    this.#logger.error(silent === 0 ? details : { ...details, notReported: silent }, description)
  }
}
