/**
 * The message store: blocks that are filled one after the other and given back when nothing in them is referenced.
 *
 * Hot path (`npm run bench`, scenarios T, P and D). The newest blocks lie in the working memory, where copying is cheapest; when
 * those run out the oldest that is still referenced moves out into memory of its own (`block-memory.ts`), and beyond a budget out of memory
 * (`residency.ts`).
 *
 *     position = slot × BLOCK_SIZE + offset in block
 *
 * A block that is read message after message is copied back in as a whole, once (`read-window.ts`). A message that would fill a good part
 * of a block gets one to itself, without a copy when its bytes are its own.
 *
 * Blocks of the log are filled by the journal, with records of its own; here they are read and counted like the others.
 */

import { readUint16, readUint32 } from '@warrenmq/codec/internal'
import { allocateBytes } from '../../memory/allocate.ts'
import { blockPool } from '../../memory/block-pool.ts'
import { BLOCK_SIZE, workingMemory } from '../../memory/working-memory.ts'
import type { Message } from '../../queue/message.ts'
import { RECORD_HEADER_SIZE } from '../journal/record.ts'
import type { MessageStore } from '../message-store.ts'
import { isDamaged } from '../ordered-log.ts'
import { Block } from './block.ts'
import { BlockMemory } from './block-memory.ts'
import { BlockTable } from './block-table.ts'
import { IndexMemory } from './index-memory.ts'
import { ownBytes, pointNowhere, SHARED_MESSAGE_MAX } from './message-bytes.ts'
import type { ReadWindow } from './read-window.ts'
import { Residency, type ResidencyParts } from './residency.ts'
import { TRANSIENT_HEADER_SIZE, TransientBlocks } from './transient-blocks.ts'

/** What of the budget pages of the index may take. */
const INDEX_SHARE = 1 / 8

export class BlockStore implements MessageStore {
  readonly index: IndexMemory
  readonly #table: BlockTable = new BlockTable()
  readonly #blocks: readonly (Block | undefined)[] = this.#table.blocks
  readonly #residency: Residency
  readonly #memory: BlockMemory
  readonly #window: ReadWindow
  readonly #transient: TransientBlocks
  #newestLogged: Block | undefined
  /** Of messages whose index could not be read back. */
  #lostBlock: Block | undefined
  #isClosed = false

  /** Without `parts` everything stays in memory. */
  constructor(parts?: ResidencyParts) {
    this.#residency = new Residency(this, parts)
    this.#memory = new BlockMemory(this.#residency)
    this.#window = this.#memory.window
    this.index = new IndexMemory(
      parts && { ...parts, budget: parts.budget * INDEX_SHARE, lostPosition: () => this.#lostPosition() },
    )
    this.#transient = new TransientBlocks(() => this.#openBlock(0))
  }

  get isScattered(): boolean {
    return this.#memory.absent > 0
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get memoryBytes(): number {
    return this.#memory.used + this.index.bytes
  }

  keep(message: Message): number {
    if (message.position >= 0) {
      this.#addReference(message.position)
      return message.position
    }
    const length = message.end - message.routeStart
    message.position = length > SHARED_MESSAGE_MAX ? this.#keepAlone(message) : this.#transient.append(message, length)
    return message.position
  }

  read(position: number, into: Message): boolean {
    const block = this.blockOf(position)
    if (!block.resident) {
      if (block.forward !== undefined) {
        const isReadable = this.read(this.resolve(position), into)
        into.position = position
        return isReadable
      }
      this.#residency.loadNow(block)
    }
    into.position = position
    into.owned = false
    if (block.soleRouteLength >= 0) {
      if (block.damaged.length > 0) return this.#lost(block, into)
      into.point(block.bytes, 0, block.soleRouteLength, block.bytes.length)
      into.owned = true
      return true
    }
    const inWindow = block.bytes !== workingMemory && this.#window.shows(block)
    const bytes = inWindow ? workingMemory : block.bytes
    const record = (inWindow ? this.#window.base : block.base) + (position % BLOCK_SIZE)
    const start = record + block.headerSize
    // A record of the log counts its header.
    const end = block.id === 0 ? start + readUint32(bytes, record) : record + readUint32(bytes, record)
    if (block.damaged.length > 0 && isRecordDamaged(block, position % BLOCK_SIZE, end - record))
      return this.#lost(block, into)
    into.point(bytes, start, start + readUint16(bytes, record + 4), end)
    return true
  }

  #lost(block: Block, into: Message): false {
    this.#residency.messageLost(block)
    return pointNowhere(into)
  }

  release(position: number): boolean {
    const block = this.blockOf(position)
    block.live--
    if (block.forward !== undefined) this.release(this.resolve(position))
    if (block.live === 0) this.#giveBack(block)
    return block.id !== 0
  }

  /** Where the message at `position` is by now. */
  resolve(position: number): number {
    const { forward } = this.blockOf(position)
    const moved = forward?.get(position % BLOCK_SIZE)
    return moved === undefined ? position : this.resolve(moved)
  }

  /** Makes a block a mere way to where its messages were moved. */
  forwardTo(block: Block, forward: Map<number, number>): void {
    this.#memory.drop(block)
    block.forgetBytes()
    block.forward = forward
    block.marks = undefined
  }

  isLogged(position: number): boolean {
    return this.blockOf(position).id !== 0
  }

  enter(position: number, ready: () => void): boolean {
    return this.#residency.enter(this.blockOf(this.resolve(position)), ready)
  }

  /** The block that a position lies in. */
  blockOf(position: number): Block {
    return this.#blocks[Math.floor(position / BLOCK_SIZE)] as Block
  }

  /** Until `forgetBlocks` no position gets another meaning, so that `blockOf` answers for those that were given back. */
  keepBlocks(): void {
    this.#table.keep()
  }

  forgetBlocks(): void {
    this.#table.forget()
  }

  /** Blocks that are referenced. */
  blocks(): Iterable<Block> {
    return this.#table.inUse()
  }

  /** A block for the journal to fill, as its number `id` of the log; `seal` ends that. */
  openLogged(id: number): Block {
    const block = this.#openBlock(id)
    this.#linkLogged(block)
    return block
  }

  /** A block of the log that is one message; `bytes` must not change. The reference to it is the caller's. */
  addSoleLogged(id: number, bytes: Uint8Array, routeLength: number): Block {
    const block = this.#addBlock(id, RECORD_HEADER_SIZE, bytes, 0, bytes.length, routeLength)
    block.live = 1
    block.messages = 1
    block.used = bytes.length
    this.#linkLogged(block)
    this.#residency.added(block)
    return block
  }

  /** A block of the log that is on disk only, of `used` bytes; `routeLength` as in {@link Block.soleRouteLength}. */
  addStored(id: number, used: number, routeLength: number): Block {
    const size = routeLength < 0 ? BLOCK_SIZE : used
    const block = this.#addBlock(id, RECORD_HEADER_SIZE, new Uint8Array(0), 0, size, routeLength)
    block.used = used
    this.#memory.leave(block)
    this.#linkLogged(block)
    return block
  }

  /** The journal fills the block no longer. */
  seal(block: Block): void {
    block.open = false
    if (block.live === 0) this.#giveBack(block)
  }

  /** A write that read the block is over. */
  unpin(block: Block): void {
    block.pins--
    if (block.live === 0) this.#giveBack(block)
    else this.#residency.relieve()
  }

  /** Puts the bytes of a block back into memory, or takes them out. Called by the residency only. */
  setBytes(block: Block, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.#memory.takeOut(block)
    else this.#memory.putBack(block, bytes)
  }

  /** Memory for the bytes of a block that is read back. */
  takeBytes(block: Block): Uint8Array {
    return block.soleRouteLength < 0 ? blockPool.take() : allocateBytes(block.size)
  }

  /** What `takeBytes` gave is not needed. */
  returnBytes(block: Block, bytes: Uint8Array): void {
    if (block.soleRouteLength < 0) blockPool.give(bytes)
  }

  /** Moves nothing between memory and disk any more. */
  stop(): void {
    this.#residency.close()
    this.index.stop()
  }

  /** Gives the blocks of the working memory back. The store must not be used afterwards, and no write may read them any more. */
  close(): void {
    this.stop()
    this.#isClosed = true
    this.#memory.close(this.#blocks)
    this.#table.clear()
  }

  #addReference(position: number): void {
    const block = this.blockOf(position)
    block.live++
    block.marks = undefined
    if (block.forward !== undefined) this.#addReference(this.resolve(position))
  }

  #keepAlone(message: Message): number {
    const bytes = ownBytes(message)
    const block = this.#addBlock(
      0,
      TRANSIENT_HEADER_SIZE,
      bytes,
      0,
      bytes.length,
      message.routeEnd - message.routeStart,
    )
    block.live = 1
    block.used = bytes.length
    this.#residency.added(block)
    return block.slot * BLOCK_SIZE
  }

  /** A position of a message that cannot be read, with as many references as anybody gives back. */
  #lostPosition(): number {
    if (this.#lostBlock === undefined) {
      this.#lostBlock = this.#addBlock(0, TRANSIENT_HEADER_SIZE, new Uint8Array(0), 0, 0, 0)
      this.#lostBlock.live = Number.MAX_SAFE_INTEGER
      this.#lostBlock.damaged = [{ start: 0, end: 0 }]
    }
    return this.#lostBlock.slot * BLOCK_SIZE
  }

  #linkLogged(block: Block): void {
    if (this.#newestLogged !== undefined) this.#newestLogged.next = block
    this.#newestLogged = block
  }

  #openBlock(id: number): Block {
    const { bytes, base } = this.#memory.take()
    const headerSize = id === 0 ? TRANSIENT_HEADER_SIZE : RECORD_HEADER_SIZE
    const block = this.#addBlock(id, headerSize, bytes, base, BLOCK_SIZE, -1)
    block.open = true
    this.#memory.opened(block)
    return block
  }

  #addBlock(
    id: number,
    headerSize: number,
    bytes: Uint8Array,
    base: number,
    size: number,
    soleRouteLength: number,
  ): Block {
    const block = new Block(this.#table.takeSlot(), id, headerSize, bytes, base, size, soleRouteLength)
    this.#table.add(block)
    this.#memory.used += size
    return block
  }

  #giveBack(block: Block): void {
    if (block.open || block.pins > 0 || block.loading || this.#isClosed) return
    // A checkpoint that is being written asks for blocks by positions that were given back meanwhile.
    this.#table.remove(block)
    this.#residency.gone(block)
    this.#memory.drop(block)
  }
}

/** Whether a record cannot be read, be it that its length cannot. */
function isRecordDamaged({ damaged }: Block, offset: number, length: number): boolean {
  return isDamaged(damaged, offset, offset + Math.max(length, RECORD_HEADER_SIZE))
}
