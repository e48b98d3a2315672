/**
 * Numbers for vhosts, and for what has messages in the log: durable queues, and exchanges that keep messages. None is ever given out twice,
 * so that records of a thing that is gone cannot be taken for those of another.
 *
 * Where the numbers stand is metadata itself. It is recorded for many at a time; a restart leaves out what was not used of them.
 */

import { ReplyCode } from '@warrenmq/codec'
import { ConnectionException } from '../errors.ts'
import { formatKey } from './metadata-key.ts'

/** Numbers between two records. */
const BLOCK_SIZE = 256
/** The largest number: it is kept in 32 bits. */
const LOG_ID_MAX = 0xffff_ffff

const KEY = formatKey('log-id')

export class LogIds {
  readonly #put: (key: string, value: string) => void
  #next: number
  #recorded: number

  /** @param next All numbers below it may have been given out. At least 1. */
  constructor(put: (key: string, value: string) => void, next: number) {
    this.#put = put
    this.#next = next
    this.#recorded = next
  }

  /** A number that was never given out. @throws ConnectionException RESOURCE_ERROR when there is none left. */
  take(): number {
    if (this.#next > LOG_ID_MAX) {
      const text = `all ${LOG_ID_MAX} numbers of vhosts and durable queues have been used; start with a new data directory`
      throw new ConnectionException(ReplyCode.RESOURCE_ERROR, text)
    }
    if (this.#next === this.#recorded) {
      this.#recorded = this.#next + BLOCK_SIZE
      this.#put(KEY, String(this.#recorded))
    }
    return this.#next++
  }
}
