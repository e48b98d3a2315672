/** A journal in memory whose commits the test controls. */

import { type Journal, noJournal } from '../src/log/journal.ts'
import { type MetadataCommand, MetadataState } from '../src/metadata/metadata-state.ts'

export class RecordingJournal implements Journal {
  /** All that was recorded, in order. */
  readonly commands: MetadataCommand[] = []
  /** Whether what is recorded waits for {@link commit}; if not, it is durable at once. */
  waits = false
  pending = false
  readonly batch = 0
  readonly recordedBatch = 0
  readonly committed = 0
  readonly refused = 0
  // It takes no messages.
  readonly holdBack = noJournal.holdBack
  readonly awaitRoom = noJournal.awaitRoom
  readonly watch = noJournal.watch
  readonly enqueue = noJournal.enqueue
  readonly settled = noJournal.settled
  readonly handedOut = noJournal.handedOut
  readonly returned = noJournal.returned
  readonly identity = noJournal.identity
  readonly identityForgotten = noJournal.identityForgotten
  readonly routingKeys = noJournal.routingKeys
  readonly gather = noJournal.gather
  readonly group = noJournal.group
  #waiting: ((failed: boolean) => void)[] = []

  put(key: string, value: string): void {
    this.#record({ op: 'put', key, value })
  }

  delete(key: string): void {
    this.#record({ op: 'delete', key })
  }

  afterCommit(then: (failed: boolean) => void): void {
    if (this.pending) this.#waiting.push(then)
    else then(false)
  }

  /** How many wait for a commit. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  /** What was recorded until now becomes durable, or never will. */
  commit(failed = false): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.pending = failed
    for (const then of waiting) then(failed)
  }

  /** The state that the commands from `first` on lead to. */
  replay(state: MetadataState = new MetadataState(), first = 0): MetadataState {
    for (const [index, command] of this.commands.entries()) if (index >= first) state.apply(command, index + 1)
    return state
  }

  #record(command: MetadataCommand): void {
    this.commands.push(command)
    if (this.waits) this.pending = true
  }
}
