/**
 * The connections that alarms block, let go a few at a time.
 *
 * Each may hold a chunk of input that is handled when it is let go; thousands at once would hold the event loop.
 */

import { type Turn, TurnPhase, type TurnTask } from '../scheduler/turn.ts'
import type { Alarms } from './alarms.ts'

/** Connections that are let go in a turn. */
const PER_TURN = 8

/** A connection that is not read because of an alarm. */
export interface Blocked {
  unblock(): void
}

export class BlockedConnections implements TurnTask {
  scheduled = false
  readonly #alarms: Pick<Alarms, 'active'>
  readonly #turn: Turn
  readonly #blocked = new Set<Blocked>()

  constructor(alarms: Pick<Alarms, 'active'>, turn: Turn) {
    this.#alarms = alarms
    this.#turn = turn
  }

  add(connection: Blocked): void {
    this.#blocked.add(connection)
  }

  delete(connection: Blocked): void {
    this.#blocked.delete(connection)
  }

  /** The alarms have changed. */
  alarmsChanged(): void {
    if (!this.#alarms.active && this.#blocked.size > 0) this.#turn.add(TurnPhase.read, this)
  }

  runTurn(): void {
    let room = PER_TURN
    for (const connection of this.#blocked) {
      // What is handled meanwhile may raise an alarm again.
      if (this.#alarms.active) return
      if (room-- === 0) break
      this.#blocked.delete(connection)
      connection.unblock()
    }
    this.alarmsChanged()
  }
}
