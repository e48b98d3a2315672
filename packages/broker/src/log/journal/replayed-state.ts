/**
 * What the records of the log amount to: metadata, the messages of each holder, and where those are.
 *
 * Applying a record decides nothing: records say what happened.
 */

import { BLOCK_SIZE } from '../../memory/working-memory.ts'
import { MetadataState } from '../../metadata/metadata-state.ts'
import { Message } from '../../queue/message.ts'
import type { LogEntry } from '../ordered-log.ts'
import { SHARED_MESSAGE_MAX } from '../store/message-bytes.ts'
import { ColumnReader } from './column-reader.ts'
import { ENTRY_HEADER_SIZE, type EntryHeader } from './entry.ts'
import { HolderState } from './holder-state.ts'
import { HOLDER_SIZE, MessageColumn, RECORD_HEADER_SIZE, RecordType, recordRouteLength } from './record.ts'
import { RecoveredBlocks } from './recovered-blocks.ts'

export class ReplayedState {
  readonly metadata: MetadataState = new MetadataState()
  readonly holders: Map<number, HolderState> = new Map()
  readonly blocks: RecoveredBlocks = new RecoveredBlocks()
  /** Number of the start of the broker that the records are of. */
  epoch = 0
  readonly #message = new Message()
  /** What a group has recorded whose end has not come yet. */
  #group: (() => void)[] | undefined

  /** The broker was started anew: what had been permitted to be delivered ahead, and had not come, never was. */
  startedAnew(epoch: number): void {
    this.epoch = epoch
    // A group without an end counts for nothing.
    this.#group = undefined
    for (const holder of this.holders.values()) {
      holder.deliveredBefore = Math.min(holder.deliveredBefore, holder.nextSequence - 1)
    }
  }

  /** Applies a record, or keeps it until the end of its group. Where a message is counts at once. */
  apply(entry: LogEntry, view: DataView, offset: number, header: EntryHeader): void {
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
        const size = this.noteMessage(entry, view, offset, header)
        const address = header.block * BLOCK_SIZE + header.offset + offset - ENTRY_HEADER_SIZE
        const message = { sequence: first, address, size, expiry: second, priority: detail & 0xff }
        if (this.#group === undefined) this.#arrive(holderId, message, detail)
        else this.#group.push(() => this.#arrive(holderId, message, detail))
        return
      }
      case RecordType.moved:
        this.noteMessage(entry, view, offset, header)
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
        this.metadata.apply({ op: 'put', key, value: text(payload.subarray(detail)) }, entry.position)
        return
      }
      case RecordType.metadataDelete:
        this.metadata.apply({ op: 'delete', key: text(payload) }, entry.position)
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
        this.blocks.restore(
          first,
          second,
          detail - 1,
          view.getFloat64(start),
          doubles(view, start + 8, payload.length - 8),
        )
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
  noteMessage({ bytes }: LogEntry, view: DataView, offset: number, header: EntryHeader): number {
    const start = offset + RECORD_HEADER_SIZE
    const length = view.getUint32(offset) - RECORD_HEADER_SIZE
    this.blocks.noteMessage(header.block)
    const routeLength = recordRouteLength(bytes, offset)
    if (length > SHARED_MESSAGE_MAX) this.blocks.noteSole(header.block, routeLength, length)
    this.#message.point(bytes, start, start + routeLength, start + length)
    return this.#message.bodySize
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
    let holder = this.holders.get(id)
    if (holder === undefined) {
      holder = new HolderState()
      this.holders.set(id, holder)
    }
    return holder
  }
}

function* doubles(view: DataView, start: number, length: number): Generator<number> {
  for (let i = 0; i < length; i += 8) yield view.getFloat64(start + i)
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
