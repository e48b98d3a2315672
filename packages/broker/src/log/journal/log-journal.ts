/**
 * The journal over an ordered log: records go into blocks of the store, and from there, piece by piece, into entries.
 *
 * Hot path (`npm run bench`, scenarios C and G). `open-batch.ts` has what is gathered, `batch-dispatch.ts` when it goes on its way. What is
 * too large for a block goes alone.
 */

import { BLOCK_SIZE } from '../../memory/working-memory.ts'
import type { MetadataState } from '../../metadata/metadata-state.ts'
import type { Message } from '../../queue/message.ts'
import type { TurnTask } from '../../scheduler/turn.ts'
import type { Journal, JournalSource } from '../journal.ts'
import type { BlockStore } from '../store/block-store.ts'
import { ownBytes, SHARED_MESSAGE_MAX } from '../store/message-bytes.ts'
import { BatchDispatch, type BatchDispatchParts } from './batch-dispatch.ts'
import type { OpenBatch } from './open-batch.ts'
import { RECORD_HEADER_SIZE, RecordType, writeRecordHeader } from './record.ts'

/** Most bytes of a large message in one entry. */
const PART_MAX = 512 * 1024

export interface LogJournalParts extends BatchDispatchParts {
  /** Kept up with what is put and deleted. */
  readonly metadata: MetadataState
}

export class LogJournal implements Journal {
  /** What goes on its way to the log. */
  readonly dispatch: BatchDispatch
  /** Messages recorded so far, once for each holder. */
  messagesWritten = 0
  readonly #store: BlockStore
  readonly #metadata: MetadataState
  readonly #open: OpenBatch

  constructor(parts: LogJournalParts) {
    this.#store = parts.store
    this.#metadata = parts.metadata
    this.dispatch = new BatchDispatch(parts)
    this.#open = this.dispatch.open
  }

  get batch(): number {
    return this.#open.number
  }

  get recordedBatch(): number {
    const { isEmpty, number } = this.#open
    return isEmpty ? number - 1 : number
  }

  get pending(): boolean {
    return this.dispatch.pending
  }

  get committed(): number {
    return this.dispatch.committed
  }

  get refused(): number {
    return this.dispatch.refused
  }

  /** Bytes recorded since the start of the broker. */
  get recordedBytes(): number {
    return this.#open.recordedBytes
  }

  afterCommit(then: (failed: boolean) => void): void {
    this.dispatch.afterCommit(then)
  }

  holdBack(batch: number, resume: () => void): boolean {
    return this.dispatch.holdBack(batch, resume)
  }

  awaitRoom(resume: () => void): boolean {
    return this.dispatch.awaitRoom(resume)
  }

  watch(task: TurnTask): void {
    this.dispatch.watch(task)
  }

  gather(source: JournalSource): void {
    this.dispatch.gather(source)
  }

  enqueue(message: Message, holder: number, sequence: number, expiry: number, detail: number): number {
    this.messagesWritten++
    if (message.position >= 0 && this.#store.isLogged(message.position)) {
      this.#store.keep(message)
      if (!this.#open.isClosed) this.#open.reference(message, holder, sequence, expiry, detail)
      return message.position
    }
    const length = message.end - message.routeStart
    if (length > SHARED_MESSAGE_MAX) return this.#alone(RecordType.enqueue, message, holder, detail, sequence, expiry)
    const block = this.#open.room(RECORD_HEADER_SIZE + length)
    // Making room may have moved a message that lies in the store.
    if (message.position >= 0) this.#store.read(message.position, message)
    return this.#open.write(RecordType.enqueue, block, message, holder, detail, sequence, expiry)
  }

  /** Records a message of the log anew, so that the place where it is may go, and returns its new position, with one reference. */
  move(message: Message): number {
    const length = message.end - message.routeStart
    if (length > SHARED_MESSAGE_MAX) return this.#alone(RecordType.moved, message, 0, 0, 0, 0)
    const block = this.#open.room(RECORD_HEADER_SIZE + length)
    this.#store.read(message.position, message)
    return this.#open.write(RecordType.moved, block, message, 0, 0, 0, 0)
  }

  /** What is recorded from now on goes into another block, so that nothing keeps the entries with this one but messages that are needed. */
  endBlock(): void {
    this.#open.endBlock()
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
    // As most of what definitions say that are imported at every start.
    if (this.#metadata.get(key) === value) return
    this.#metadata.apply({ op: 'put', key, value }, this.dispatch.lastPosition + 1)
    this.#record(RecordType.metadataPut, 0, Buffer.byteLength(key), 0, 0, Buffer.from(key + value))
  }

  delete(key: string): void {
    if (this.#metadata.get(key) === undefined) return
    this.#metadata.apply({ op: 'delete', key }, this.dispatch.lastPosition + 1)
    this.#record(RecordType.metadataDelete, 0, 0, 0, 0, Buffer.from(key))
  }

  group<T>(work: () => T): T {
    this.#record(RecordType.groupBegin, 0, 0, 0, 0)
    try {
      return work()
    } finally {
      // What was settled belongs to it.
      this.dispatch.gatherAll()
      this.#record(RecordType.groupEnd, 0, 0, 0, 0)
    }
  }

  #alone(type: RecordType, message: Message, holder: number, detail: number, sequence: number, expiry: number): number {
    if (this.#open.isClosed) throw new Error('the log is closed')
    // What is gathered follows the message, as it does in a block.
    this.dispatch.append()
    if (message.position >= 0) this.#store.read(message.position, message)
    const bytes = ownBytes(message)
    const routeLength = message.routeEnd - message.routeStart
    const block = this.#store.addSoleLogged(this.#open.takeBlockNumber(), bytes, routeLength)
    const head = new Uint8Array(RECORD_HEADER_SIZE)
    const size = RECORD_HEADER_SIZE + bytes.length
    const view = new DataView(head.buffer)
    writeRecordHeader(view, 0, type, size, routeLength, holder, detail, sequence, expiry)
    for (let start = 0; start < bytes.length; start += PART_MAX) {
      const part = bytes.subarray(start, start + PART_MAX)
      message.batch = this.batch
      if (start === 0) this.dispatch.appendAlone(block, 0, [head, part])
      else this.dispatch.appendAlone(block, RECORD_HEADER_SIZE + start, [part])
    }
    this.#open.recordedBytes += size
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
    if (this.#open.isClosed) return
    const size = RECORD_HEADER_SIZE + (payload?.length ?? 0)
    if (size > BLOCK_SIZE) {
      this.#recordAlone(type, holder, detail, first, second, payload as Uint8Array)
      return
    }
    this.#open.record(type, size, holder, detail, first, second, payload)
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
    this.dispatch.endBatch()
    const head = new Uint8Array(RECORD_HEADER_SIZE)
    const size = RECORD_HEADER_SIZE + payload.length
    writeRecordHeader(new DataView(head.buffer), 0, type, size, 0, holder, detail, first, second)
    this.dispatch.appendAlone(undefined, 0, [head, payload])
  }
}
