/**
 * Records changes of metadata in the journal, and knows whether all of them are durable.
 */

import { AdministrationError } from '../access/access-error.ts'
import type { Commits, MetadataJournal } from '../log/journal.ts'
import { LogIds } from './log-ids.ts'

export class MetadataRecorder {
  readonly logIds: LogIds
  readonly #journal: MetadataJournal & Commits
  /** Changes recorded, and how many of them are known to be durable. */
  #recordedCount = 0
  #durableCount = 0

  /** @param nextLogId Above all that were ever given out. */
  constructor(journal: MetadataJournal & Commits, nextLogId: number) {
    this.#journal = journal
    this.logIds = new LogIds((key, value) => this.put(key, value), nextLogId)
  }

  put(key: string, value: string): void {
    this.#recordedCount++
    this.#journal.put(key, value)
  }

  delete(key: string): void {
    this.#recordedCount++
    this.#journal.delete(key)
  }

  /** Whether there are changes that are not known to be durable. */
  get pending(): boolean {
    return this.#durableCount < this.#recordedCount
  }

  /** Whether anything that was recorded in the journal, messages included, is not durable yet. */
  get journalPending(): boolean {
    return this.#journal.pending
  }

  /** As `Commits.afterCommit`. */
  afterCommit(then: (failed: boolean) => void): void {
    const recordedCount = this.#recordedCount
    this.#journal.afterCommit((failed) => {
      if (!failed) this.#durableCount = Math.max(this.#durableCount, recordedCount)
      then(failed)
    })
  }

  /**
   * Resolves once all changes until now are durable.
   *
   * @throws AdministrationError NOT_DURABLE
   */
  settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.pending) resolve()
      else this.afterCommit((failed) => (failed ? reject(notDurable()) : resolve()))
    })
  }
}

function notDurable(): AdministrationError {
  const text = 'the change could not be written to disk: it is in force, but may be lost when the broker ends'
  return new AdministrationError('NOT_DURABLE', text)
}
