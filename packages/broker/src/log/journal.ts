/**
 * What the rest of the broker records in the log, and how it learns that this is durable.
 *
 * Records gather in a *batch*. When the log is free the batch is appended as an entry and the next one begins, so that whatever happens
 * while the disk is busy shares its next write. Only what nobody waits for, such as acknowledgements, waits a moment for company.
 *
 * Messages are recorded for a *holder*: a queue or an exchange that has a number in the log. It gives each of its messages a sequence
 * number, by which all later records name it.
 */

import type { Message } from '../queue/message.ts'
import type { TurnTask } from '../scheduler/turn.ts'

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
  /** Batches up to this number are durable. */
  readonly committed: number
  /** Batches up to this number could not be made durable when that was due. They may become so later. */
  readonly refused: number
  /**
   * Calls `then` once all that was recorded until now is durable: at once when it is. `failed` is told when it could not be made so,
   * because the disk is full or has failed.
   */
  afterCommit(then: (failed: boolean) => void): void
  /**
   * Whether somebody who recorded in `batch` should wait because more is on its way to the disk than it takes; `resume` is called then when
   * it has caught up.
   */
  holdBack(batch: number, resume: () => void): boolean
  /**
   * Whether somebody who makes new messages of those that are there should wait, because more is on its way to the disk than it takes, or it
   * takes nothing for now; `resume` is called then when it is worth another try.
   */
  awaitRoom(resume: () => void): boolean
  /** Has `task` run among the confirms once `committed` or `refused` has grown. */
  watch(task: TurnTask): void
}

/** Gathers what it has to record, so that much of it takes little room. */
export interface JournalSource {
  /** Set and cleared by the journal only. */
  journaled: boolean
  /** Records what has been gathered. */
  recordGathered(): void
}

/** What a delivery on arrival adds to the detail of an `enqueue`. */
export const DELIVERED = 256

export interface MessageJournal {
  /** Number of the batch that what is recorded now belongs to. */
  readonly batch: number
  /** Number of the batch in which something was recorded last; 0 for none. */
  readonly recordedBatch: number
  /**
   * Records a message for a holder, with one reference to it, and returns its position. Its bytes are written once, whatever the number of
   * holders. Afterwards `message.position` and `message.batch` are set.
   *
   * @param expiry When it expires or is due, in milliseconds since the epoch; `Infinity` for never.
   * @param detail Its priority, and {@link DELIVERED} when it goes straight to a consumer.
   */
  enqueue(message: Message, holder: number, sequence: number, expiry: number, detail: number): number
  /** Messages of a holder are gone. */
  settled(holder: number, firstSequence: number, lastSequence: number): void
  /** Messages of a holder up to a sequence number may be delivered from now on. */
  handedOut(holder: number, lastSequence: number): void
  /** A message came back, for the how manieth time, after how many failed deliveries. */
  returned(holder: number, sequence: number, acquired: number, failed: number): void
  /** A holder with deduplication has seen an identity that it remembers until `expires`. */
  identity(holder: number, identity: string, expires: number): void
  /** It forgets an identity again. */
  identityForgotten(holder: number, identity: string): void
  /** Routing keys of a message that waits in a holder, if those are not the one in its bytes. */
  routingKeys(holder: number, sequence: number, keys: readonly string[]): void
  /** Does `work`, of which after a crash all that it recorded counts, or nothing. */
  group<T>(work: () => T): T
  /** `source` has something to record before the batch ends. */
  gather(source: JournalSource): void
}

export interface Journal extends MetadataJournal, Commits, MessageJournal {}

/** The journal of a broker that keeps nothing. It is never asked to record messages: nothing there has a number in the log. */
export const noJournal: Journal = {
  pending: false,
  batch: 0,
  recordedBatch: 0,
  committed: 0,
  refused: 0,
  put() {},
  delete() {},
  afterCommit(then) {
    then(false)
  },
  watch() {},
  holdBack() {
    return false
  },
  awaitRoom() {
    return false
  },
  enqueue() {
    throw new Error('there is no log')
  },
  settled() {},
  handedOut() {},
  returned() {},
  identity() {},
  identityForgotten() {},
  routingKeys() {},
  group(work) {
    return work()
  },
  gather() {},
}
