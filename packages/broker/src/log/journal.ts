/**
 * What the rest of the broker records in the log, and how it learns that this is durable.
 *
 * Records gather in a *batch*. When the log is free the batch is appended as an entry and the next one begins, so that whatever happens
 * while the disk is busy shares its next write. Nothing waits for a timer.
 */

/** Metadata: what must be there after a restart besides messages. Keys and values are text; `metadata/` says what they mean. */
export interface MetadataJournal {
  /** Sets the value of a key. */
  put(key: string, value: string): void
  /** Removes a key; one that is not there is no error. */
  delete(key: string): void
}

export interface Commits {
  /** Whether something was recorded that is not durable yet. */
  readonly pending: boolean
  /**
   * Calls `then` once all that was recorded until now is durable: at once when it is. `failed` is told when it will never be, because
   * the disk failed.
   */
  afterCommit(then: (failed: boolean) => void): void
}

/** The journal of a broker that keeps nothing. */
export const noJournal: MetadataJournal & Commits = {
  pending: false,
  put() {},
  delete() {},
  afterCommit(then) {
    then(false)
  },
}
