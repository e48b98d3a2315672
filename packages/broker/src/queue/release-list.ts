/**
 * Gives references back to the store that a queue dropped in great number, a slice a turn, so that purging or deleting a long queue
 * does not hold the event loop.
 */

import type { MessageStore } from '../log/message-store.ts'
import { type Turn, TurnPhase, type TurnTask } from '../scheduler/turn.ts'

/** Positions that are given back when nobody waits for them; `shift` takes one out. */
export interface PositionSource {
  readonly length: number
  shift(): number
}

/** Most references given back before other work gets its turn: about a millisecond's work. */
const RELEASES_PER_TURN = 16_384

export class ReleaseList implements TurnTask {
  scheduled = false
  readonly #store: MessageStore
  readonly #turn: Turn
  #sources: PositionSource[] = []

  constructor(store: MessageStore, turn: Turn) {
    this.#store = store
    this.#turn = turn
  }

  /** Takes over all positions of `source`. A few are given back at once. */
  add(source: PositionSource): void {
    if (source.length === 0) return
    this.#sources.push(source)
    if (this.#sources.length === 1 && source.length <= RELEASES_PER_TURN) this.runTurn()
    else this.#turn.add(TurnPhase.deliver, this)
  }

  runTurn(): void {
    if (this.#store.isClosed) return
    let budget = RELEASES_PER_TURN
    for (let source = this.#sources[0]; source !== undefined; source = this.#sources[0]) {
      while (source.length > 0 && budget-- > 0) this.#store.release(source.shift())
      if (source.length > 0) {
        this.#turn.add(TurnPhase.deliver, this)
        return
      }
      this.#sources.shift()
    }
  }

  /** Forgets what is left: the store ends too. */
  close(): void {
    this.#sources = []
  }
}
