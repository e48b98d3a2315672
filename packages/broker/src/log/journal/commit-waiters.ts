/** Who waits for batches of a journal to be durable. */

import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'

interface Waiting {
  readonly batch: number
  readonly then: (failed: boolean) => void
}

export class CommitWaiters {
  readonly #turn: Turn
  /** In the order of their batches. */
  readonly #waiting: Waiting[] = []
  readonly #watchers: TurnTask[] = []

  constructor(turn: Turn) {
    this.#turn = turn
  }

  /** Has `then` called once `batch` is durable, or cannot be made so. No later call may name an earlier batch. */
  add(batch: number, then: (failed: boolean) => void): void {
    this.#waiting.push({ batch, then })
  }

  /** Has `task` run among the confirms when somebody is told next. */
  watch(task: TurnTask): void {
    this.#watchers.push(task)
  }

  /** Batches up to this one are durable, or cannot be made so. */
  tell(batch: number, failed: boolean): void {
    for (const task of this.#watchers) this.#turn.add(TurnPhase.confirm, task)
    this.#watchers.length = 0
    const waiting = this.#waiting
    let count = 0
    while (count < waiting.length && waiting[count].batch <= batch) count++
    if (count === 0) return
    for (const { then } of waiting.splice(0, count)) then(failed)
  }
}
