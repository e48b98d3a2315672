/**
 * The batch that a journal gathers, and the block of the store that it lies in.
 *
 * Hot path (`npm run bench`, scenarios C and G). A message is copied once, into the block that is open; what is appended is that block's
 * newest piece as it lies. A batch that a block has no room for goes on its way before the next block is opened.
 */

import { BLOCK_SIZE, workingMemory, workingView } from '../../memory/working-memory.ts'
import type { Message } from '../../queue/message.ts'
import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'
import type { Block } from '../store/block.ts'
import type { BlockStore } from '../store/block-store.ts'
import { copyMessage } from '../store/message-bytes.ts'
import { alignedSize, HOLDER_SIZE, RECORD_HEADER_SIZE, RecordType, writeRecordHeader } from './record.ts'

export interface OpenBatchParts {
  readonly store: BlockStore
  readonly turn: Turn
  /** Runs at the end of a turn in which something was recorded. */
  readonly task: TurnTask
  /** Number of the first block to be filled. */
  readonly firstBlock: number
  /** The block has no more room: what the batch holds has to go. */
  blockFull(): void
}

/** What a batch came to: a piece of a block. */
export interface BatchPiece {
  readonly block: Block
  /** Where in the block it begins. */
  readonly start: number
  readonly bytes: Uint8Array
}

export class OpenBatch {
  /** Its number, which grows with every batch that is sent on its way. */
  number = 1
  /** Bytes recorded since the start of the broker. */
  recordedBytes = 0
  readonly #store: BlockStore
  readonly #turn: Turn
  readonly #task: TurnTask
  readonly #parts: OpenBatchParts
  #nextBlock: number
  #block: Block | undefined
  #view: DataView = workingView
  /** Where in the block the batch begins. */
  #start = 0
  /** The newest `references` record: where in the block it begins and ends, and what it is about. */
  #references = 0
  #referencesEnd = -1
  #address = 0
  #expiry = 0
  #closed = false

  constructor(parts: OpenBatchParts) {
    this.#parts = parts
    this.#store = parts.store
    this.#turn = parts.turn
    this.#task = parts.task
    this.#nextBlock = parts.firstBlock
  }

  /** Whether it holds nothing yet. */
  get isEmpty(): boolean {
    return this.#block === undefined || this.#block.used === this.#start
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Takes nothing more. */
  close(): void {
    this.#closed = true
  }

  /** A number for a block that is filled elsewhere. */
  takeBlockNumber(): number {
    return this.#nextBlock++
  }

  /** The open block, with room for a record of `size` bytes. Opening it may move messages that lie in the store. */
  room(size: number): Block {
    if (this.#closed) throw new Error('the log is closed')
    if (this.#block === undefined || this.#block.used + size > BLOCK_SIZE) this.#openBlock()
    return this.#block as Block
  }

  /** Writes a message into `block`, which {@link room} gave, and returns its position. */
  write(
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
    message.batch = this.number
    block.live++
    block.messages++
    this.#recorded(block, size)
    return message.position
  }

  /** Names one more holder of a message that is in the log; those that get it one after the other share a record. */
  reference(message: Message, holder: number, sequence: number, expiry: number, detail: number): void {
    const { position } = message
    const place = this.#store.resolve(position)
    const address = this.#store.blockOf(place).id * BLOCK_SIZE + (place % BLOCK_SIZE)
    const open = this.#block
    const joins = this.#mayJoin(address, expiry)
    const block = joins && open !== undefined ? open : this.room(RECORD_HEADER_SIZE + HOLDER_SIZE)
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
    message.batch = this.number
    // Opening a block may have moved what the message points at.
    if (block !== open) this.#store.read(position, message)
  }

  /** Writes a record of `size` bytes that is no message. */
  record(
    type: RecordType,
    size: number,
    holder: number,
    detail: number,
    first: number,
    second: number,
    payload: Uint8Array | undefined,
  ): void {
    const block = this.room(size)
    const offset = block.base + block.used
    writeRecordHeader(this.#view, offset, type, size, 0, holder, detail, first, second)
    if (payload !== undefined) block.bytes.set(payload, offset + RECORD_HEADER_SIZE)
    this.#recorded(block, size)
  }

  /** What the batch came to; what follows belongs to the next. `undefined` when it is empty. */
  take(): BatchPiece | undefined {
    const block = this.#block
    if (block === undefined || block.used === this.#start) return undefined
    const start = this.#start
    this.#start = block.used
    return { block, start, bytes: block.bytes.subarray(block.base + start, block.base + block.used) }
  }

  /** What is recorded from now on goes into another block. */
  endBlock(): void {
    const block = this.#block
    if (block === undefined) return
    this.#parts.blockFull()
    this.#block = undefined
    this.#start = 0
    this.#referencesEnd = -1
    this.#store.seal(block)
  }

  /** What follows in the open block can never be read back: it stays in memory. */
  pinBlock(): void {
    if (this.#block !== undefined) this.#block.pins++
  }

  /** Whether the newest record of the batch is about the same message and has room for one more holder. */
  #mayJoin(address: number, expiry: number): boolean {
    const { used = -1 } = this.#block ?? {}
    return (
      used === this.#referencesEnd &&
      this.#references >= this.#start &&
      address === this.#address &&
      expiry === this.#expiry &&
      used + HOLDER_SIZE <= BLOCK_SIZE
    )
  }

  #recorded(block: Block, size: number): void {
    block.used = Math.min(BLOCK_SIZE, block.used + alignedSize(size))
    this.recordedBytes += size
    if (!this.#task.scheduled) this.#turn.add(TurnPhase.log, this.#task)
  }

  #openBlock(): void {
    const full = this.#block
    this.#parts.blockFull()
    if (full !== undefined) this.#store.seal(full)
    const block = this.#store.openLogged(this.#nextBlock++)
    this.#block = block
    this.#start = 0
    this.#referencesEnd = -1
    this.#view =
      block.bytes === workingMemory
        ? workingView
        : new DataView(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength)
  }
}
