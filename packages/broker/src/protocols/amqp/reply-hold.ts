/**
 * Keeps the replies of a connection back that promise something durable, until it is.
 *
 * The connection is read on, so that what it declares in a row is written to disk together; replies stay in order because all output waits.
 * What is in force already waits too when its record is on its way: a client may declare what another one has just declared.
 */

import { ClassId, MethodId, ReplyCode } from '@warrenmq/codec'
import { ConnectionException } from '../../errors.ts'
import type { Commits } from '../../log/journal.ts'
import type { MetadataRecorder } from '../../metadata/metadata-recorder.ts'
import type { Output } from '../../net/output.ts'
import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'

export class ReplyHold implements TurnTask {
  /** Whether the hold of this turn is on, and its event still to be waited for. */
  scheduled = false
  readonly #output: Output
  readonly #metadata: MetadataRecorder
  readonly #commits: Commits
  readonly #turn: Turn
  /** Whether a reply that was held in this turn promises something. */
  #isPromise = false
  readonly #failed: (exception: ConnectionException) => void

  /** @param failed Ends the connection. */
  constructor(
    output: Output,
    metadata: MetadataRecorder,
    commits: Commits,
    turn: Turn,
    failed: (exception: ConnectionException) => void,
  ) {
    this.#output = output
    this.#metadata = metadata
    this.#commits = commits
    this.#turn = turn
    this.#failed = failed
  }

  /**
   * The reply of the method that is being handled promises all that was recorded, messages included. To be called before the reply is
   * written: one with a large message would be on its way when the method was handled.
   *
   * @param isLenient Whether it is sent all the same if the disk takes nothing.
   */
  demand(isLenient: boolean): void {
    if (!this.#commits.pending) return
    if (!isLenient) this.#isPromise = true
    if (this.scheduled) return
    this.#output.holdFromHere()
    this.#turn.add(TurnPhase.confirm, this)
  }

  /** A method is about to be handled. */
  before(): void {
    this.#output.mark()
  }

  /** A method was handled: if it promises what is not durable yet, its reply is kept back. */
  after(methodId: number): void {
    if (!this.#promisesTooEarly(methodId) || !(this.scheduled || this.#output.hold())) return
    this.#isPromise = true
    this.#turn.add(TurnPhase.confirm, this)
  }

  /** All that was held in this turn waits together. */
  runTurn(): void {
    const isPromise = this.#isPromise
    this.#isPromise = false
    this.#metadata.afterCommit((failed) => {
      if (!failed || !isPromise) {
        this.#output.release()
        return
      }
      this.#output.discardHeld()
      const text = 'what was asked for could not be written to disk; see the log of the broker'
      this.#failed(new ConnectionException(ReplyCode.INTERNAL_ERROR, text, 0))
    })
  }

  #promisesTooEarly(methodId: number): boolean {
    const classId = methodId >>> 16
    if (classId !== ClassId.queue && classId !== ClassId.exchange) return false
    return methodId === MethodId.queuePurge ? this.#commits.pending : this.#metadata.pending
  }
}
