/**
 * Reads the log at the start: the newest complete checkpoint, then everything behind it.
 *
 * Replaying decides nothing: records say what happened. Damage costs the records that it hits; what follows is found by the check in every
 * record's header.
 */

import { BLOCK_SIZE } from '../../memory/working-memory.ts'
import { MetadataState } from '../../metadata/metadata-state.ts'
import { Message } from '../../queue/message.ts'
import { isDamaged, type LogEntry, type OrderedLog, type Position } from '../ordered-log.ts'
import { addPosition } from '../position-runs.ts'
import { SHARED_MESSAGE_MAX } from '../store/block-store.ts'
import { decodeEntryHeader, ENTRY_HEADER_SIZE, type EntryHeader, EntryKind } from './entry.ts'
import { HolderState } from './holder-state.ts'
import {
  alignedSize,
  HOLDER_SIZE,
  isRecord,
  MessageColumn,
  RECORD_ALIGNMENT,
  RECORD_HEADER_SIZE,
  RecordType,
  recordRouteLength,
} from './record.ts'

/** Entries at the end of the log among which one is looked for that tells of the newest checkpoint. */
const LAST_ENTRIES = 64

/** Where a block is in the log. */
export interface RecoveredBlock {
  readonly id: number
  /** Bytes filled. */
  used: number
  /** Messages that came into it. */
  messages: number
  /** Length of the route when it is one message; else -1. */
  routeLength: number
  /** Runs of positions, as in `Block`. */
  readonly entries: number[]
  /** Bytes that a message which is a block must have. */
  expected: number
}

/** What was found in the log. */
export interface Recovered {
  readonly metadata: MetadataState
  readonly holders: ReadonlyMap<number, HolderState>
  readonly blocks: ReadonlyMap<number, RecoveredBlock>
  /** Numbers of messages that were being written in parts when the broker ended, and are not whole. */
  readonly incomplete: ReadonlySet<number>
  /** Number of this start of the broker. */
  readonly epoch: number
  /** Number of the first block to be filled. */
  readonly firstBlock: number
  /** Position of the newest complete checkpoint; 0 for none. */
  readonly checkpoint: Position
  /** Entries read behind it. */
  readonly replayed: number
  /** Records that could not be read. */
  readonly damagedRecords: number
}

/** @throws errors of the file system. */
export async function recover(log: OrderedLog): Promise<Recovered> {
  const { first, last } = log.bounds
  const recovery = new Recovery()
  const checkpoint = last < first ? 0 : await newestCheckpoint(log)
  const at = checkpoint === 0 ? undefined : await recovery.readCheckpoint(log, checkpoint)
  if (checkpoint !== 0 && at === undefined) recovery.forgetAll()
  await recovery.replay(log, at === undefined ? first : at + 1, last)
  return recovery.finish(at === undefined ? 0 : checkpoint)
}

/** Whether nothing was ever removed from the log. */
function isWhole({ segments }: OrderedLog): boolean {
  return segments.every(({ first }, i) => first === (i === 0 ? 1 : segments[i - 1].last + 1))
}

/** The position that the last entry names which can be read. */
async function newestCheckpoint(log: OrderedLog): Promise<Position> {
  const { first, last } = log.bounds
  for (let position = last; position >= Math.max(first, last - LAST_ENTRIES); position--) {
    const entry = log.readSync(position)
    const header =
      entry === undefined || isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE) ? undefined : decodeEntryHeader(entry.bytes)
    if (header !== undefined) return header.checkpoint
  }
  return 0
}

/** Of a part of a checkpoint whose header cannot be read. */
const NO_HEADER: EntryHeader = { kind: EntryKind.checkpoint, epoch: 0, block: 0, offset: 0, checkpoint: 0 }

class Recovery {
  #metadata = new MetadataState()
  readonly #holders = new Map<number, HolderState>()
  readonly #blocks = new Map<number, RecoveredBlock>()
  readonly #message = new Message()
  #epoch = 0
  #highestBlock = 0
  #replayed = 0
  #damagedRecords = 0
  /** What a group has recorded whose end has not come yet. */
  #group: (() => void)[] | undefined

  forgetAll(): void {
    this.#group = undefined
    this.#epoch = 0
    this.#metadata = new MetadataState()
    this.#holders.clear()
    this.#blocks.clear()
  }

  /**
   * Returns the position up to which the checkpoint holds all; `undefined` when it cannot be used.
   *
   * Where it is damaged everything is replayed instead, if everything is still there. If not, what can be read of it counts.
   */
  async readCheckpoint(log: OrderedLog, from: Position): Promise<Position | undefined> {
    let at: Position | undefined
    let parts = 0
    let isDone = false
    let isDamagedPart = false
    for await (const entry of log.read(from, log.bounds.last)) {
      const isReadable = !isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE)
      // The first part is known by its place.
      const header = isReadable ? decodeEntryHeader(entry.bytes) : entry.position === from ? NO_HEADER : undefined
      if (header?.kind !== EntryKind.checkpoint) continue
      if (header !== NO_HEADER) {
        at ??= header.block
        // Of another one, which was begun later.
        if (header.block !== at) break
        this.#epoch = header.epoch
      }
      if (entry.damaged.length > 0) isDamagedPart = true
      if (isDamagedPart && isWhole(log)) return undefined
      parts++
      let partCount: number | undefined
      this.#records(entry, (view, offset) => {
        if (view.getUint8(offset + 6) !== RecordType.checkpointEnd) {
          this.#apply(entry, view, offset, header)
          return
        }
        at ??= view.getFloat64(offset + 16)
        partCount = view.getFloat64(offset + 24)
      })
      if (partCount === undefined) continue
      isDone = partCount === parts
      break
    }
    if (isDone && !isDamagedPart) return at
    if (isWhole(log) || at === undefined) return undefined
    if (!isDone) this.#damagedRecords++
    await this.#findBlocks(log, at)
    return at
  }

  /** Finds the blocks that a damaged checkpoint does not tell of, by what is left of them in the log. */
  async #findBlocks(log: OrderedLog, to: Position): Promise<void> {
    const known = new Set(this.#blocks.keys())
    for await (const entry of log.read(log.bounds.first, to)) {
      const header = isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE) ? undefined : decodeEntryHeader(entry.bytes)
      if (header?.kind !== EntryKind.data || header.block === 0 || known.has(header.block)) continue
      this.#noteBlock(entry, header)
      if (this.#isContinued(header)) continue
      this.#records(entry, (view, offset) => {
        const type = view.getUint8(offset + 6)
        if (type === RecordType.enqueue || type === RecordType.moved) this.#noteMessage(entry, view, offset, header)
      })
    }
  }

  /** Whether the entry is a further piece of a large message: it holds no record. */
  #isContinued({ block, offset }: EntryHeader): boolean {
    return offset > 0 && (this.#blocks.get(block)?.routeLength ?? -1) >= 0
  }

  async replay(log: OrderedLog, from: Position, to: Position): Promise<void> {
    if (from > to) return
    for await (const entry of log.read(from, to)) {
      this.#replayed++
      const header = isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE) ? undefined : decodeEntryHeader(entry.bytes)
      if (header === undefined) {
        this.#damagedRecords++
        continue
      }
      if (header.epoch > this.#epoch) this.#startedAnew(header.epoch)
      if (header.kind !== EntryKind.data) continue
      if (header.block !== 0) this.#noteBlock(entry, header)
      if (!this.#isContinued(header)) this.#records(entry, (view, offset) => this.#apply(entry, view, offset, header))
    }
  }

  finish(checkpoint: Position): Recovered {
    const incomplete = new Set<number>()
    for (const [id, { expected, used }] of this.#blocks) {
      if (used >= expected) continue
      this.#blocks.delete(id)
      incomplete.add(id)
    }
    return {
      metadata: this.#metadata,
      holders: this.#holders,
      blocks: this.#blocks,
      incomplete,
      epoch: this.#epoch + 1,
      firstBlock: this.#highestBlock + 1,
      checkpoint,
      replayed: this.#replayed,
      damagedRecords: this.#damagedRecords,
    }
  }

  /** The broker was started anew: what had been permitted to be delivered ahead, and had not come, never was. */
  #startedAnew(epoch: number): void {
    this.#epoch = epoch
    // A group without an end counts for nothing.
    this.#group = undefined
    for (const holder of this.#holders.values()) {
      holder.deliveredBefore = Math.min(holder.deliveredBefore, holder.nextSequence - 1)
    }
  }

  #noteBlock({ position, bytes }: LogEntry, { block: id, offset }: EntryHeader): void {
    this.#highestBlock = Math.max(this.#highestBlock, id)
    const block = this.#block(id)
    addPosition(block.entries, position)
    const end = offset + bytes.length - ENTRY_HEADER_SIZE
    block.used = Math.max(block.used, block.routeLength < 0 ? end : end - RECORD_HEADER_SIZE)
  }

  #block(id: number): RecoveredBlock {
    let block = this.#blocks.get(id)
    if (block === undefined) {
      block = { id, used: 0, messages: 0, routeLength: -1, entries: [], expected: 0 }
      this.#blocks.set(id, block)
    }
    return block
  }

  /** Calls `visit` with every record of an entry that is whole, counting those that are not. */
  #records({ bytes, damaged }: LogEntry, visit: (view: DataView, offset: number) => void): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let offset = ENTRY_HEADER_SIZE
    let isLost = false
    while (offset + RECORD_HEADER_SIZE <= bytes.length) {
      if (isDamaged(damaged, offset, offset + RECORD_HEADER_SIZE) || !isRecord(view, offset, bytes.length)) {
        if (!isLost) this.#damagedRecords++
        isLost = true
        offset += RECORD_ALIGNMENT
        continue
      }
      isLost = false
      const size = view.getUint32(offset)
      if (isDamaged(damaged, offset, offset + size)) this.#damagedRecords++
      else visit(view, offset)
      offset += alignedSize(size)
    }
  }

  /** Applies a record, or keeps it until the end of its group. Where a message is counts at once. */
  #apply(entry: LogEntry, view: DataView, offset: number, header: EntryHeader): void {
    const type = view.getUint8(offset + 6) as RecordType
    const group = this.#group
    if (type === RecordType.groupBegin) {
      this.#group = []
    } else if (type === RecordType.groupEnd) {
      this.#group = undefined
      for (const each of group ?? []) each()
    } else if (group === undefined || type === RecordType.enqueue || type === RecordType.moved) {
      this.#applyRecord(entry, view, offset, header)
    } else {
      group.push(() => this.#applyRecord(entry, view, offset, header))
    }
  }

  #applyRecord(entry: LogEntry, view: DataView, offset: number, header: EntryHeader): void {
    const type = view.getUint8(offset + 6) as RecordType
    const holderId = view.getUint32(offset + 8)
    const detail = view.getUint32(offset + 12)
    const first = view.getFloat64(offset + 16)
    const second = view.getFloat64(offset + 24)
    const start = offset + RECORD_HEADER_SIZE
    const payload = entry.bytes.subarray(start, offset + view.getUint32(offset))
    switch (type) {
      case RecordType.enqueue: {
        const size = this.#noteMessage(entry, view, offset, header)
        const address = header.block * BLOCK_SIZE + header.offset + offset - ENTRY_HEADER_SIZE
        const message = { sequence: first, address, size, expiry: second, priority: detail & 0xff }
        if (this.#group === undefined) this.#arrive(holderId, message, detail)
        else this.#group.push(() => this.#arrive(holderId, message, detail))
        return
      }
      case RecordType.moved:
        this.#noteMessage(entry, view, offset, header)
        return
      case RecordType.references:
        for (let at = start; at < start + payload.length; at += HOLDER_SIZE) {
          const each = view.getUint32(at + 4)
          const sequence = view.getFloat64(at + 8)
          const message = { sequence, address: first, size: detail, expiry: second, priority: each & 0xff }
          this.#arrive(view.getUint32(at), message, each)
        }
        return
      case RecordType.settled:
        this.#holder(holderId).settle(first, second)
        return
      case RecordType.handedOut:
        this.#handedOut(holderId, first)
        return
      case RecordType.returned:
        this.#holder(holderId).returns.set(first, { acquired: second, failed: detail })
        return
      case RecordType.metadataPut: {
        const key = text(payload.subarray(0, detail))
        this.#metadata.apply({ op: 'put', key, value: text(payload.subarray(detail)) }, entry.position)
        return
      }
      case RecordType.metadataDelete:
        this.#metadata.apply({ op: 'delete', key: text(payload) }, entry.position)
        return
      case RecordType.identity: {
        const { identities } = this.#holder(holderId)
        identities.delete(text(payload))
        identities.set(text(payload), first)
        return
      }
      case RecordType.identityForgotten:
        this.#holder(holderId).identities.delete(text(payload))
        return
      case RecordType.routingKeys:
        this.#holder(holderId).routingKeys.set(first, JSON.parse(text(payload)))
        return
      case RecordType.blockEntries:
        this.#restoreBlock(first, second, detail, view, start, payload.length)
        return
      case RecordType.messages:
        this.#restoreMessages(holderId, detail, first, second, payload)
        return
      case RecordType.holderState: {
        const holder = this.#holder(holderId)
        holder.nextSequence = Math.max(holder.nextSequence, first)
        holder.deliveredBefore = second
        holder.typicalSize = detail
        return
      }
      case RecordType.checkpointEnd:
      case RecordType.groupBegin:
      case RecordType.groupEnd:
        return
    }
  }

  #arrive(holderId: number, message: Parameters<HolderState['add']>[0], detail: number): void {
    this.#holder(holderId).add(message)
    if (detail > 0xff) this.#handedOut(holderId, message.sequence)
  }

  #handedOut(holderId: number, sequence: number): void {
    const holder = this.#holder(holderId)
    holder.deliveredBefore = Math.max(holder.deliveredBefore, sequence)
  }

  /** Returns the size of a message's body, and sees whether the message is a block of its own. */
  #noteMessage({ bytes }: LogEntry, view: DataView, offset: number, header: EntryHeader): number {
    const start = offset + RECORD_HEADER_SIZE
    const length = view.getUint32(offset) - RECORD_HEADER_SIZE
    this.#block(header.block).messages++
    const routeLength = recordRouteLength(bytes, offset)
    if (length > SHARED_MESSAGE_MAX) {
      const block = this.#block(header.block)
      block.routeLength = routeLength
      block.expected = length
      block.used -= RECORD_HEADER_SIZE
    }
    this.#message.point(bytes, start, start + routeLength, start + length)
    return this.#message.bodySize
  }

  #restoreBlock(id: number, used: number, detail: number, view: DataView, start: number, length: number): void {
    this.#highestBlock = Math.max(this.#highestBlock, id)
    const block = this.#block(id)
    block.used = used
    block.routeLength = detail - 1
    block.messages = view.getFloat64(start)
    for (let i = 8; i < length; i += 8) block.entries.push(view.getFloat64(start + i))
  }

  #restoreMessages(holderId: number, detail: number, first: number, count: number, payload: Uint8Array): void {
    const holder = this.#holder(holderId)
    const columns = new ColumnReader(payload)
    const sequences = (detail & MessageColumn.sequences) === 0 ? undefined : columns.doubles(count)
    const expiries = (detail & MessageColumn.expiries) === 0 ? undefined : columns.doubles(count)
    const addresses = columns.doubles(count)
    const sizes = (detail & MessageColumn.sizes) === 0 ? undefined : columns.words(count)
    for (let i = 0; i < count; i++) {
      holder.add({
        sequence: sequences === undefined ? first + i : sequences[i],
        address: addresses[i],
        size: sizes === undefined ? holder.typicalSize : sizes[i],
        expiry: expiries === undefined ? Infinity : expiries[i],
        priority: detail & 0xff,
      })
    }
  }

  #holder(id: number): HolderState {
    let holder = this.#holders.get(id)
    if (holder === undefined) {
      holder = new HolderState()
      this.#holders.set(id, holder)
    }
    return holder
  }
}

/** Takes columns out of bytes that need not lie where typed arrays want them. */
class ColumnReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  doubles(count: number): Float64Array {
    return new Float64Array(this.#take(count * 8))
  }

  words(count: number): Uint32Array {
    return new Uint32Array(this.#take(count * 4))
  }

  #take(length: number): ArrayBuffer {
    const start = this.#offset
    this.#offset += length
    // Not `slice`, which is no copy where the bytes are a Buffer.
    return Uint8Array.from(this.#bytes.subarray(start, start + length)).buffer
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
