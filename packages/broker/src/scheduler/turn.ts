/**
 * Work put off until the event loop has handled everything that was ready: deliver, log, confirm, write, read on.
 *
 * Hot path (`npm run bench`). Each phase runs once per turn for each object that asked for it, in this order, so that a turn's
 * deliveries and confirms leave in one write per socket.
 */

/** Something with work for the end of the turn. Each object belongs to one phase and remembers whether it is listed. */
export interface TurnTask {
  /** Set and cleared by the turn only. */
  scheduled: boolean
  /** Does the work. Throwing here is a bug; it is reported and does not stop the others. */
  runTurn(): void
}

/** Phases in the order they run. */
export const TurnPhase = { deliver: 0, log: 1, confirm: 2, write: 3, read: 4 } as const
export type TurnPhase = (typeof TurnPhase)[keyof typeof TurnPhase]

const PHASE_COUNT = 5

export class Turn {
  readonly #onError: (error: unknown) => void
  #lists: TurnTask[][] = emptyLists()
  /** Lists of the turn before, emptied, so that a turn allocates nothing. */
  #spare: TurnTask[][] = emptyLists()
  #immediate: NodeJS.Immediate | undefined
  readonly #run = (): void => this.run()

  /** `onError` hears what a task threw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Lists `task` for the end of this turn, or of the next one when this turn's end has begun and its phase is over. */
  add(phase: TurnPhase, task: TurnTask): void {
    if (task.scheduled) return
    task.scheduled = true
    this.#lists[phase].push(task)
    this.#immediate ??= setImmediate(this.#run)
  }

  /** Runs the phases now. */
  run(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate)
    this.#immediate = undefined
    for (let phase = 0; phase < PHASE_COUNT; phase++) this.#runPhase(phase)
    // What was listed meanwhile for a phase that is over waits for the next turn; `add` has scheduled it.
  }

  #runPhase(phase: number): void {
    const tasks = this.#lists[phase]
    if (tasks.length === 0) return
    this.#lists[phase] = this.#spare[phase]
    for (let i = 0; i < tasks.length; i++) {
      const task = tasks[i]
      task.scheduled = false
      try {
        task.runTurn()
      } catch (error) {
        this.#onError(error)
      }
    }
    tasks.length = 0
    this.#spare[phase] = tasks
  }
}

function emptyLists(): TurnTask[][] {
  return Array.from({ length: PHASE_COUNT }, () => [])
}
