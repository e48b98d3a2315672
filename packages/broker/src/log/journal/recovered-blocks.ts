/** Where blocks of messages are in the log, as it is found out while the log is replayed. */

import { addPosition } from '../position-runs.ts'
import { ENTRY_HEADER_SIZE, type EntryHeader } from './entry.ts'
import { RECORD_HEADER_SIZE } from './record.ts'

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

export class RecoveredBlocks {
  readonly #blocks = new Map<number, RecoveredBlock>()
  #highest = 0

  /** The highest number that a block had. */
  get highest(): number {
    return this.#highest
  }

  /** Numbers of the blocks. */
  ids(): Iterable<number> {
    return this.#blocks.keys()
  }

  /** An entry has a piece of a block. @param length Of the entry, in bytes. */
  noteEntry(position: number, length: number, { block: id, offset }: EntryHeader): void {
    this.#highest = Math.max(this.#highest, id)
    const block = this.#block(id)
    addPosition(block.entries, position)
    const end = offset + length - ENTRY_HEADER_SIZE
    block.used = Math.max(block.used, block.routeLength < 0 ? end : end - RECORD_HEADER_SIZE)
  }

  /** A message came into a block. */
  noteMessage(id: number): void {
    this.#block(id).messages++
  }

  /** A block is one message, of `length` bytes. */
  noteSole(id: number, routeLength: number, length: number): void {
    const block = this.#block(id)
    block.routeLength = routeLength
    block.expected = length
    block.used -= RECORD_HEADER_SIZE
  }

  /** Whether the entry is a further piece of a large message: it holds no record. */
  isContinued({ block, offset }: EntryHeader): boolean {
    return offset > 0 && (this.#blocks.get(block)?.routeLength ?? -1) >= 0
  }

  /** A checkpoint tells of a block; `entries` are runs of positions. */
  restore(id: number, used: number, routeLength: number, messages: number, entries: Iterable<number>): void {
    this.#highest = Math.max(this.#highest, id)
    const block = this.#block(id)
    block.used = used
    block.routeLength = routeLength
    block.messages = messages
    block.entries.push(...entries)
  }

  /** All blocks that are whole, and the numbers of the others: messages that were being written in parts when the broker ended. */
  finish(): { readonly blocks: ReadonlyMap<number, RecoveredBlock>; readonly incomplete: ReadonlySet<number> } {
    const incomplete = new Set<number>()
    for (const [id, { expected, used }] of this.#blocks) {
      if (used >= expected) continue
      this.#blocks.delete(id)
      incomplete.add(id)
    }
    return { blocks: this.#blocks, incomplete }
  }

  #block(id: number): RecoveredBlock {
    let block = this.#blocks.get(id)
    if (block === undefined) {
      block = { id, used: 0, messages: 0, routeLength: -1, entries: [], expected: 0 }
      this.#blocks.set(id, block)
    }
    return block
  }
}
