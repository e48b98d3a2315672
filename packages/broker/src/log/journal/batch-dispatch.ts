/**
 * When the batches of a journal go on their way, and who waits for them.
 *
 * Hot path (`npm run bench`, scenarios C and G). One append is under way at a time, except where a block is full: the next batch gathers
 * meanwhile, and whoever records shares the next write. `flights.ts` has what is under way, and what is done when the disk takes nothing.
 */

import type { Clock, Timer } from '../../clock.ts'
import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'
import type { Commits, JournalSource } from '../journal.ts'
import type { OrderedLog, Position } from '../ordered-log.ts'
import type { Block } from '../store/block.ts'
import type { BlockStore } from '../store/block-store.ts'
import { CommitWaiters } from './commit-waiters.ts'
import { EntryKind, encodeEntryHeader } from './entry.ts'
import { type Flight, Flights } from './flights.ts'
import { OpenBatch } from './open-batch.ts'

/** How long records wait that nobody waits for, in milliseconds. */
const PATIENCE_MS = 50

/** Hears about the disk. */
export interface JournalOwner {
  /** Appends are rejected for now, or are no longer. */
  logRefuses(error: Error | undefined): void
  /** The log has failed for good. */
  logFailed(error: Error): void
}

export interface BatchDispatchParts {
  readonly log: OrderedLog
  readonly store: BlockStore
  readonly turn: Turn
  readonly clock: Clock
  readonly owner: JournalOwner
  /** Number of this start of the broker. */
  readonly epoch: number
  /** Number of the first block to be filled. */
  readonly firstBlock: number
  /** Position of the newest complete checkpoint. */
  readonly checkpoint: number
}

export class BatchDispatch implements Commits, TurnTask {
  scheduled = false
  committed = 0
  refused = 0
  /** Position of the newest complete checkpoint; 0 for none. */
  checkpoint: number
  /** Position of the last entry that is durable. */
  lastPosition: number
  /** What is gathered. */
  readonly open: OpenBatch
  readonly #parts: BatchDispatchParts
  /** Whether somebody waits for the batch. */
  #urgent = false
  #timer: Timer | undefined
  #sources: JournalSource[] = []
  readonly #flights: Flights
  readonly #waiters: CommitWaiters

  constructor(parts: BatchDispatchParts) {
    const { store, turn, firstBlock } = parts
    this.#parts = parts
    this.open = new OpenBatch({ store, turn, task: this, firstBlock, blockFull: () => this.append() })
    this.#waiters = new CommitWaiters(turn)
    this.checkpoint = parts.checkpoint
    this.lastPosition = parts.log.bounds.last
    this.#flights = new Flights(parts.log, store, parts.clock, {
      landed: (batch, position) => this.#landed(batch, position),
      refused: () => this.#refused(),
      logRefuses: (error) => parts.owner.logRefuses(error),
      logFailed: (error) => this.#logFailed(error),
    })
  }

  get pending(): boolean {
    return this.#unfinished || this.#flights.count > 0
  }

  /** Whether the log takes nothing, for now or for good. */
  get isRefusing(): boolean {
    return this.#flights.isRefusing
  }

  /** Whether the batch holds anything, or is going to. */
  get #unfinished(): boolean {
    return this.#sources.length > 0 || !this.open.isEmpty
  }

  afterCommit(then: (failed: boolean) => void): void {
    // What is gathered belongs to this batch, even if the block is full before the batch would end.
    this.gatherAll()
    if (!this.pending) {
      then(false)
    } else if (this.#flights.hasFailed) {
      then(true)
    } else {
      this.#waiters.add(this.#unfinished ? this.open.number : this.open.number - 1, then)
      this.#hurry()
    }
  }

  holdBack(batch: number, resume: () => void): boolean {
    return batch > this.committed && this.#flights.holdBack(resume)
  }

  awaitRoom(resume: () => void): boolean {
    return this.#flights.awaitRoom(resume)
  }

  watch(task: TurnTask): void {
    this.#waiters.watch(task)
    this.#hurry()
  }

  gather(source: JournalSource): void {
    if (source.journaled) return
    source.journaled = true
    this.#sources.push(source)
    this.#parts.turn.add(TurnPhase.log, this)
  }

  /**
   * Appends an entry that is no piece of a block; `appended` hears its position, or `undefined` when the log does not take it for now. It does
   * not count as recorded.
   *
   * @param at Of a part of a checkpoint: the position up to which that holds all.
   */
  appendPart(kind: EntryKind, at: Position, bytes: Uint8Array, appended: (position: number | undefined) => void): void {
    // It ends no batch: what the open one holds is not in the log yet.
    this.#fly([this.#header(kind, at, 0), bytes], this.open.number - 1, undefined, appended)
  }

  /** Ends the batch, so that everything recorded until now lies in entries before everything recorded later. */
  endBatch(): void {
    this.gatherAll()
    this.append()
  }

  /** Has everybody who gathers record what there is. */
  gatherAll(): void {
    const sources = this.#sources
    if (sources.length === 0) return
    this.#sources = []
    for (const source of sources) {
      source.journaled = false
      source.recordGathered()
    }
  }

  /** At the end of a turn: sends the batch on its way when somebody waits for it and the log is free. */
  runTurn(): void {
    if (this.open.isClosed) return
    if (this.#urgent) this.#appendWhenFree()
    else this.#timer ??= this.#parts.clock.setTimeout(() => this.#impatient(), PATIENCE_MS)
  }

  /** Makes everything durable that was recorded, as far as the disk lets it. */
  finish(): Promise<void> {
    this.endBatch()
    return new Promise((resolve) => this.afterCommit(() => resolve()))
  }

  /** Takes nothing more, and sends nothing more on its way. */
  stop(): void {
    this.open.close()
    this.#timer?.clear()
    this.#flights.stop()
  }

  /** Sends what the batch holds on its way and begins the next one. */
  append(): void {
    const piece = this.open.take()
    if (piece === undefined) return
    this.#urgent = false
    const { block, start, bytes } = piece
    this.#fly([this.#header(EntryKind.data, block.id, start), bytes], this.open.number++, block)
  }

  /** Sends a batch of its own on its way: a large record, or a part of one. What was gathered has to be sent before. */
  appendAlone(block: Block | undefined, offset: number, bytes: readonly Uint8Array[]): void {
    this.#fly([this.#header(EntryKind.data, block?.id ?? 0, offset), ...bytes], this.open.number++, block)
  }

  #header(kind: EntryKind, block: number, offset: number): Uint8Array {
    return encodeEntryHeader({ kind, epoch: this.#parts.epoch, block, offset, checkpoint: this.checkpoint })
  }

  /** Somebody waits for what was recorded. */
  #hurry(): void {
    this.#urgent = true
    this.#parts.turn.add(TurnPhase.log, this)
  }

  #impatient(): void {
    this.#timer = undefined
    this.#urgent = true
    this.#appendWhenFree()
  }

  #appendWhenFree(): void {
    if (this.#flights.count > 0 || this.open.isClosed) return
    this.gatherAll()
    this.append()
    // What was gathered came to nothing.
    if (this.#flights.count === 0) this.#waiters.tell(this.open.number, false)
  }

  #fly(
    parts: readonly Uint8Array[],
    batch: number,
    block: Block | undefined,
    appended: Flight['appended'] = undefined,
  ): void {
    this.#flights.send({ batch, parts, block, appended })
  }

  #landed(batch: number, position: number): void {
    this.lastPosition = position
    this.committed = batch
    this.#waiters.tell(batch, false)
    if (this.#flights.count === 0 && this.#urgent) this.#appendWhenFree()
  }

  /** Who waits, waits in vain. */
  #refused(): void {
    this.refused = this.open.number
    this.#waiters.tell(this.open.number, true)
  }

  #logFailed(error: Error): void {
    this.open.pinBlock()
    this.#parts.owner.logFailed(error)
  }
}
