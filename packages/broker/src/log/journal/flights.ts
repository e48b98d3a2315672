/**
 * Entries on their way into the log, in order, and what is done when it does not take them.
 *
 * When an append is rejected the disk is full, as a rule: who waits hears that it failed, and the same bytes are appended again later, because
 * messages and changes are in force already. When the log itself has failed nothing is appended any more.
 */

import type { Clock, Timer } from '../../clock.ts'
import { AppendRejected, type OrderedLog, type Position } from '../ordered-log.ts'
import type { Block } from '../store/block.ts'
import type { BlockStore } from '../store/block-store.ts'

/** Time between two attempts to append what was rejected, in milliseconds. */
const RETRY_MS = 1000
/** Bytes on their way to the disk above which publishers are to wait, and below which they go on. */
const CONGESTED_BYTES = 32 * 1024 * 1024
const RELIEVED_BYTES = 16 * 1024 * 1024

/** An entry on its way. */
export interface Flight {
  /** What is durable once it has landed: this batch and all before. */
  readonly batch: number
  readonly parts: readonly Uint8Array[]
  /** The block it is a piece of, which stays in memory meanwhile. */
  readonly block: Block | undefined
  /** Hears the position, or `undefined` when the log does not take it for now. */
  readonly appended: ((position: Position | undefined) => void) | undefined
}

export interface FlightOwner {
  /** An entry is in the log, with all before it. */
  landed(batch: number, position: Position): void
  /** Nothing lands for now. */
  refused(): void
  /** Appends are rejected for now, or are no longer. */
  logRefuses(error: Error | undefined): void
  /** The log has failed for good. */
  logFailed(error: Error): void
}

export class Flights {
  readonly #log: OrderedLog
  readonly #store: BlockStore
  readonly #clock: Clock
  readonly #owner: FlightOwner
  readonly #flights: Flight[] = []
  #bytes = 0
  /** Who waits until the disk has caught up. */
  #held: (() => void)[] = []
  #retry: Timer | undefined
  /** Whether the first of what was rejected is being appended anew; all behind it waits for that. */
  #isRetrying = false
  #failed = false
  #closed = false

  constructor(log: OrderedLog, store: BlockStore, clock: Clock, owner: FlightOwner) {
    this.#log = log
    this.#store = store
    this.#clock = clock
    this.#owner = owner
  }

  /** Entries that have not landed. */
  get count(): number {
    return this.#flights.length
  }

  /** Whether the log has failed for good. */
  get hasFailed(): boolean {
    return this.#failed
  }

  /** Whether the log takes nothing, for now or for good. */
  get isRefusing(): boolean {
    return this.#failed || this.#isRetrying || this.#retry !== undefined
  }

  /** Whether more is on its way than the disk takes; `resume` is called then when it has caught up. */
  holdBack(resume: () => void): boolean {
    if (this.#bytes < CONGESTED_BYTES || this.isRefusing) return false
    this.#held.push(resume)
    return true
  }

  /** As {@link holdBack}, also while the log takes nothing: what is recorded meanwhile piles up in memory. */
  awaitRoom(resume: () => void): boolean {
    if (this.#bytes < CONGESTED_BYTES || this.#failed) return false
    this.#held.push(resume)
    return true
  }

  send(flight: Flight): void {
    if (this.#failed) {
      // It goes nowhere. A block that was not sent before stays in memory as long as anybody needs it.
      flight.appended?.(undefined)
      this.#refuse()
      return
    }
    if (flight.block !== undefined) flight.block.pins++
    this.#flights.push(flight)
    this.#bytes += sizeOf(flight.parts)
    if (this.#retry !== undefined) this.#refuse()
    else if (!this.#isRetrying) this.#launch(flight)
  }

  /** Tries nothing again. */
  stop(): void {
    this.#closed = true
    this.#retry?.clear()
  }

  #launch(flight: Flight): void {
    this.#log.append(flight.parts).then(
      (position) => this.#landed(flight, position),
      (error: Error) => this.#rejected(error),
    )
  }

  /** Entries are appended in order, so it is the first one. */
  #landed({ batch, parts, block, appended }: Flight, position: Position): void {
    this.#flights.shift()
    this.#bytes -= sizeOf(parts)
    if (this.#bytes < RELIEVED_BYTES) this.#letGo()
    if (block !== undefined) {
      block.addEntry(position)
      this.#store.unpin(block)
    }
    appended?.(position)
    this.#owner.landed(batch, position)
  }

  #letGo(): void {
    for (const resume of this.#held.splice(0)) resume()
  }

  #rejected(error: Error): void {
    if (this.#failed) return
    if (!(error instanceof AppendRejected)) {
      this.#failed = true
      this.#refuse()
      this.#owner.logFailed(error)
      return
    }
    if (this.#retry !== undefined) return
    // Those behind it are rejected, too; all are appended anew, in order.
    this.#retry = this.#clock.setTimeout(() => this.#tryAgain(), RETRY_MS)
    this.#refuse()
    this.#owner.logRefuses(error)
  }

  #tryAgain(): void {
    this.#retry = undefined
    const [first] = this.#flights
    if (first === undefined || this.#closed) return
    this.#isRetrying = true
    this.#log.append(first.parts).then(
      (position) => {
        this.#isRetrying = false
        this.#owner.logRefuses(undefined)
        // Those that came meanwhile are among them; what comes of the landing goes behind them.
        for (const flight of this.#flights.slice(1)) this.#launch(flight)
        this.#landed(first, position)
      },
      (error: Error) => {
        this.#isRetrying = false
        this.#rejected(error)
      },
    )
  }

  /** Who waits, waits in vain. */
  #refuse(): void {
    this.#letGo()
    for (const { appended } of this.#flights) appended?.(undefined)
    this.#owner.refused()
  }
}

function sizeOf(parts: readonly Uint8Array[]): number {
  let size = 0
  for (const part of parts) size += part.length
  return size
}
