/**
 * How fast a connection that sends all it can is read.
 *
 * One chunk a turn, so that others get theirs. When what it publishes piles up before consumers, turns are left out, more as more waits:
 * the consumers' acknowledgements gather meanwhile, deliveries leave in larger writes, and the backlog stays short. It is slowed and never
 * stopped for that: nobody may come to read what waits. When the disk is behind with what it published, it waits for the disk.
 */

import type { ReadGate } from '../../net/read-gate.ts'
import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'

/** Waiting messages for each turn that is left out. */
const BACKLOG_STEP = 4096
/** Most turns left out between two chunks. */
const TURNS_LEFT_OUT_MAX = 8

/** The connection, as far as its pace is concerned. */
export interface PacedReader {
  /** Ready messages that wait before consumers, in the fullest queue that it published to last. */
  publishedBacklog(): number
  /** Whether the disk is behind with what it published; `resume` is called then when it has caught up. */
  heldByDisk(resume: () => void): boolean
}

export class ReadPace implements TurnTask {
  scheduled = false
  readonly #reader: PacedReader
  readonly #gate: ReadGate
  readonly #turn: Turn
  readonly #fullChunk: number
  #turnsToLeaveOut = 0
  readonly #resume = (): void => this.#gate.open()

  /** @param fullChunk Chunks of this size, in bytes, come from a sender that has more. */
  constructor(reader: PacedReader, gate: ReadGate, turn: Turn, fullChunk: number) {
    this.#fullChunk = fullChunk
    this.#reader = reader
    this.#gate = gate
    this.#turn = turn
  }

  /** Whether turns are being left out. */
  get slowed(): boolean {
    return this.#turnsToLeaveOut > 0
  }

  /** A chunk of this length was read and handled. */
  chunkDone(length: number): void {
    if (length < this.#fullChunk || this.scheduled) return
    this.#turnsToLeaveOut = Math.min(TURNS_LEFT_OUT_MAX, Math.floor(this.#reader.publishedBacklog() / BACKLOG_STEP))
    this.#gate.close()
    this.#turn.add(TurnPhase.read, this)
  }

  runTurn(): void {
    if (this.#turnsToLeaveOut > 0) {
      this.#turnsToLeaveOut--
      this.#turn.add(TurnPhase.read, this)
    } else if (!this.#reader.heldByDisk(this.#resume)) {
      this.#gate.open()
    }
  }
}
