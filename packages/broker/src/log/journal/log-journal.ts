/**
 * The journal over an ordered log: records go into blocks of the store, and from there, piece by piece, into entries.
 *
 * Hot path (`npm run bench`, scenarios C and G). A message is copied once, into the block that is open; what is appended is that block's
 * newest piece as it lies. One append is under way at a time, except where a block is full; the log itself puts together what waits.
 * `flights.ts` has what is under way, and what is done when the disk takes nothing.
 */

import type { Clock, Timer } from '../../clock.ts'
import { BLOCK_SIZE, workingMemory, workingView } from '../../memory/working-memory.ts'
import type { MetadataState } from '../../metadata/metadata-state.ts'
import type { Message } from '../../queue/message.ts'
import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'
import type { Journal, JournalSource } from '../journal.ts'
import type { OrderedLog, Position } from '../ordered-log.ts'
import type { Block } from '../store/block.ts'
import { type BlockStore, copyMessage, ownBytes, SHARED_MESSAGE_MAX } from '../store/block-store.ts'
import { EntryKind, encodeEntryHeader } from './entry.ts'
import { type Flight, Flights } from './flights.ts'
import { alignedSize, HOLDER_SIZE, RECORD_HEADER_SIZE, RecordType, writeRecordHeader } from './record.ts'

/** How long records wait that nobody waits for, in milliseconds. */
const PATIENCE_MS = 50
/** Most bytes of a large message in one entry. */
const PART_MAX = 512 * 1024

interface Waiting {
  readonly batch: number
  readonly then: (failed: boolean) => void
}

/** Hears about the disk. */
export interface JournalOwner {
  /** Appends are rejected for now, or are no longer. */
  logRefuses(error: Error | undefined): void
  /** The log has failed for good. */
  logFailed(error: Error): void
}

export interface LogJournalParts {
  readonly log: OrderedLog
  readonly store: BlockStore
  readonly turn: Turn
  readonly clock: Clock
  readonly owner: JournalOwner
  /** Kept up with what is put and deleted. */
  readonly metadata: MetadataState
  /** Number of this start of the broker. */
  readonly epoch: number
  /** Number of the first block to be filled. */
  readonly firstBlock: number
  /** Position of the newest complete checkpoint. */
  readonly checkpoint: number
}

export class LogJournal implements Journal, TurnTask {
  scheduled = false
  batch = 1
  committed = 0
  refused = 0
  /** Position of the newest complete checkpoint; 0 for none. */
  checkpoint: number
  /** Position of the last entry that is durable. */
  lastPosition: number
  /** Bytes recorded since the start of the broker. */
  recordedBytes = 0
  readonly #parts: LogJournalParts
  readonly #store: BlockStore
  #nextBlock: number
  #block: Block | undefined
  #view: DataView = workingView
  /** Where in the block the batch begins. */
  #batchStart = 0
  /** The newest `references` record: where in the block it begins and ends, and what it is about. */
  #references = 0
  #referencesEnd = -1
  #address = 0
  #expiry = 0
  /** Whether somebody waits for the batch. */
  #urgent = false
  #timer: Timer | undefined
  #sources: JournalSource[] = []
  readonly #flights: Flights
  #waiting: Waiting[] = []
  #watchers: TurnTask[] = []
  #closed = false

  constructor(parts: LogJournalParts) {
    this.#parts = parts
    this.#store = parts.store
    this.#nextBlock = parts.firstBlock
    this.checkpoint = parts.checkpoint
    this.lastPosition = parts.log.bounds.last
    this.#flights = new Flights(parts.log, parts.store, parts.clock, {
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
    return this.#sources.length > 0 || (this.#block !== undefined && this.#block.used > this.#batchStart)
  }

  get recordedBatch(): number {
    return this.#block !== undefined && this.#block.used > this.#batchStart ? this.batch : this.batch - 1
  }

  afterCommit(then: (failed: boolean) => void): void {
    // What is gathered belongs to this batch, even if the block is full before the batch would end.
    this.#gatherAll()
    if (!this.pending) {
      then(false)
    } else if (this.#flights.hasFailed) {
      then(true)
    } else {
      this.#waiting.push({ batch: this.#unfinished ? this.batch : this.batch - 1, then })
      this.#hurry()
    }
  }

  holdBack(batch: number, resume: () => void): boolean {
    return batch > this.committed && this.#flights.holdBack(resume)
  }

  watch(task: TurnTask): void {
    this.#watchers.push(task)
    this.#hurry()
  }

  enqueue(message: Message, holder: number, sequence: number, expiry: number, detail: number): number {
    if (message.position >= 0 && this.#store.isLogged(message.position)) {
      this.#reference(message, holder, sequence, expiry, detail)
      return message.position
    }
    const length = message.end - message.routeStart
    if (length > SHARED_MESSAGE_MAX) return this.#alone(RecordType.enqueue, message, holder, detail, sequence, expiry)
    const block = this.#room(RECORD_HEADER_SIZE + length)
    // Making room may have moved a message that lies in the store.
    if (message.position >= 0) this.#store.read(message.position, message)
    return this.#write(RecordType.enqueue, block, message, holder, detail, sequence, expiry)
  }

  /** Records a message of the log anew, so that the place where it is may go, and returns its new position, with one reference. */
  move(message: Message): number {
    const length = message.end - message.routeStart
    if (length > SHARED_MESSAGE_MAX) return this.#alone(RecordType.moved, message, 0, 0, 0, 0)
    const block = this.#room(RECORD_HEADER_SIZE + length)
    this.#store.read(message.position, message)
    return this.#write(RecordType.moved, block, message, 0, 0, 0, 0)
  }

  settled(holder: number, firstSequence: number, lastSequence: number): void {
    this.#record(RecordType.settled, holder, 0, firstSequence, lastSequence)
  }

  handedOut(holder: number, lastSequence: number): void {
    this.#record(RecordType.handedOut, holder, 0, lastSequence, 0)
  }

  returned(holder: number, sequence: number, acquired: number, failed: number): void {
    this.#record(RecordType.returned, holder, failed, sequence, acquired)
  }

  identity(holder: number, identity: string, expires: number): void {
    this.#record(RecordType.identity, holder, 0, expires, 0, Buffer.from(identity))
  }

  identityForgotten(holder: number, identity: string): void {
    this.#record(RecordType.identityForgotten, holder, 0, 0, 0, Buffer.from(identity))
  }

  routingKeys(holder: number, sequence: number, keys: readonly string[]): void {
    this.#record(RecordType.routingKeys, holder, 0, sequence, 0, Buffer.from(JSON.stringify(keys)))
  }

  put(key: string, value: string): void {
    this.#parts.metadata.apply({ op: 'put', key, value }, this.lastPosition + 1)
    this.#record(RecordType.metadataPut, 0, Buffer.byteLength(key), 0, 0, Buffer.from(key + value))
  }

  delete(key: string): void {
    this.#parts.metadata.apply({ op: 'delete', key }, this.lastPosition + 1)
    this.#record(RecordType.metadataDelete, 0, 0, 0, 0, Buffer.from(key))
  }

  group<T>(work: () => T): T {
    this.#record(RecordType.groupBegin, 0, 0, 0, 0)
    try {
      return work()
    } finally {
      // What was settled belongs to it.
      this.#gatherAll()
      this.#record(RecordType.groupEnd, 0, 0, 0, 0)
    }
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
    this.#fly([this.#header(kind, at, 0), bytes], this.batch - 1, undefined, appended)
  }

  /** Ends the batch, so that everything recorded until now lies in entries before everything recorded later. */
  endBatch(): void {
    this.#gatherAll()
    this.#append()
  }

  /** At the end of a turn: sends the batch on its way when somebody waits for it and the log is free. */
  runTurn(): void {
    if (this.#closed) return
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
    this.#closed = true
    this.#timer?.clear()
    this.#flights.stop()
  }

  /** Writes a message into the open block, where there is room, and returns its position. */
  #write(
    type: RecordType,
    block: Block,
    message: Message,
    holder: number,
    detail: number,
    sequence: number,
    expiry: number,
  ): number {
    const length = message.end - message.routeStart
    const size = RECORD_HEADER_SIZE + length
    const offset = block.base + block.used
    const routeLength = message.routeEnd - message.routeStart
    writeRecordHeader(this.#view, offset, type, size, routeLength, holder, detail, sequence, expiry)
    copyMessage(block, offset + RECORD_HEADER_SIZE, message, length)
    message.position = block.slot * BLOCK_SIZE + block.used
    message.batch = this.batch
    block.live++
    block.messages++
    this.#recorded(block, size)
    return message.position
  }

  /** Names one more holder of a message that is in the log; those that get it one after the other share a record. */
  #reference(message: Message, holder: number, sequence: number, expiry: number, detail: number): void {
    const { position } = message
    this.#store.keep(message)
    if (this.#closed) return
    const place = this.#store.resolve(position)
    const address = this.#store.blockOf(place).id * BLOCK_SIZE + (place % BLOCK_SIZE)
    const open = this.#block
    const joins = this.#mayJoin(address, expiry)
    const block = joins && open !== undefined ? open : this.#room(RECORD_HEADER_SIZE + HOLDER_SIZE)
    if (!joins) {
      this.#references = block.used
      block.used += RECORD_HEADER_SIZE
      this.recordedBytes += RECORD_HEADER_SIZE
    }
    const view = this.#view
    const offset = block.base + block.used
    view.setUint32(offset, holder)
    view.setUint32(offset + 4, detail)
    view.setFloat64(offset + 8, sequence)
    const size = block.used + HOLDER_SIZE - this.#references
    const { bodySize } = message
    const start = block.base + this.#references
    writeRecordHeader(view, start, RecordType.references, size, 0, 0, bodySize, address, expiry)
    this.#recorded(block, HOLDER_SIZE)
    this.#referencesEnd = block.used
    this.#address = address
    this.#expiry = expiry
    message.batch = this.batch
    // Opening a block may have moved what the message points at.
    if (block !== open) this.#store.read(position, message)
  }

  /** Whether the newest record of the batch is about the same message and has room for one more holder. */
  #mayJoin(address: number, expiry: number): boolean {
    const { used = -1 } = this.#block ?? {}
    return (
      used === this.#referencesEnd &&
      this.#references >= this.#batchStart &&
      address === this.#address &&
      expiry === this.#expiry &&
      used + HOLDER_SIZE <= BLOCK_SIZE
    )
  }

  #alone(type: RecordType, message: Message, holder: number, detail: number, sequence: number, expiry: number): number {
    if (this.#closed) throw new Error('the log is closed')
    // What is gathered follows the message, as it does in a block.
    this.#append()
    if (message.position >= 0) this.#store.read(message.position, message)
    const bytes = ownBytes(message)
    const routeLength = message.routeEnd - message.routeStart
    const block = this.#store.addSoleLogged(this.#nextBlock++, bytes, routeLength)
    const head = new Uint8Array(RECORD_HEADER_SIZE)
    const size = RECORD_HEADER_SIZE + bytes.length
    const view = new DataView(head.buffer)
    writeRecordHeader(view, 0, type, size, routeLength, holder, detail, sequence, expiry)
    for (let start = 0; start < bytes.length; start += PART_MAX) {
      const part = bytes.subarray(start, start + PART_MAX)
      const header = this.#header(EntryKind.data, block.id, start === 0 ? 0 : RECORD_HEADER_SIZE + start)
      message.batch = this.batch
      this.#fly(start === 0 ? [header, head, part] : [header, part], this.batch++, block)
    }
    this.recordedBytes += size
    message.position = block.slot * BLOCK_SIZE
    return message.position
  }

  #record(
    type: RecordType,
    holder: number,
    detail: number,
    first: number,
    second: number,
    payload: Uint8Array | undefined = undefined,
  ): void {
    if (this.#closed) return
    const size = RECORD_HEADER_SIZE + (payload?.length ?? 0)
    if (size > BLOCK_SIZE) {
      this.#recordAlone(type, holder, detail, first, second, payload as Uint8Array)
      return
    }
    const block = this.#room(size)
    const offset = block.base + block.used
    writeRecordHeader(this.#view, offset, type, size, 0, holder, detail, first, second)
    if (payload !== undefined) block.bytes.set(payload, offset + RECORD_HEADER_SIZE)
    this.#recorded(block, size)
  }

  /** A record that is larger than a block gets an entry to itself. */
  #recordAlone(
    type: RecordType,
    holder: number,
    detail: number,
    first: number,
    second: number,
    payload: Uint8Array,
  ): void {
    this.endBatch()
    const head = new Uint8Array(RECORD_HEADER_SIZE)
    const size = RECORD_HEADER_SIZE + payload.length
    writeRecordHeader(new DataView(head.buffer), 0, type, size, 0, holder, detail, first, second)
    this.#fly([this.#header(EntryKind.data, 0, 0), head, payload], this.batch++, undefined)
  }

  /** The open block, with room for a record of `size` bytes. */
  #room(size: number): Block {
    if (this.#closed) throw new Error('the log is closed')
    if (this.#block === undefined || this.#block.used + size > BLOCK_SIZE) this.#openBlock()
    return this.#block as Block
  }

  #recorded(block: Block, size: number): void {
    block.used = Math.min(BLOCK_SIZE, block.used + alignedSize(size))
    this.recordedBytes += size
    if (!this.scheduled) this.#parts.turn.add(TurnPhase.log, this)
  }

  #openBlock(): void {
    const full = this.#block
    this.#append()
    if (full !== undefined) this.#store.seal(full)
    const block = this.#store.openLogged(this.#nextBlock++)
    this.#block = block
    this.#batchStart = 0
    this.#referencesEnd = -1
    this.#view =
      block.bytes === workingMemory
        ? workingView
        : new DataView(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength)
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
    if (this.#flights.count > 0 || this.#closed) return
    this.#gatherAll()
    this.#append()
    // What was gathered came to nothing.
    if (this.#flights.count === 0) this.#tell(this.batch, false)
  }

  #gatherAll(): void {
    const sources = this.#sources
    if (sources.length === 0) return
    this.#sources = []
    for (const source of sources) {
      source.journaled = false
      source.recordGathered()
    }
  }

  /** Sends what the batch holds on its way and begins the next one. */
  #append(): void {
    const block = this.#block
    if (block === undefined || block.used === this.#batchStart) return
    const start = this.#batchStart
    this.#batchStart = block.used
    this.#urgent = false
    const piece = block.bytes.subarray(block.base + start, block.base + block.used)
    this.#fly([this.#header(EntryKind.data, block.id, start), piece], this.batch++, block)
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
    this.#tell(batch, false)
    if (this.#flights.count === 0 && this.#urgent) this.#appendWhenFree()
  }

  /** Who waits, waits in vain. */
  #refused(): void {
    this.refused = this.batch
    this.#tell(this.batch, true)
  }

  #logFailed(error: Error): void {
    // What follows in it can never be read back.
    if (this.#block !== undefined) this.#block.pins++
    this.#parts.owner.logFailed(error)
  }

  #tell(batch: number, failed: boolean): void {
    for (const task of this.#watchers) this.#parts.turn.add(TurnPhase.confirm, task)
    this.#watchers.length = 0
    const waiting = this.#waiting
    let count = 0
    while (count < waiting.length && waiting[count].batch <= batch) count++
    if (count === 0) return
    for (const { then } of waiting.splice(0, count)) then(failed)
  }
}
