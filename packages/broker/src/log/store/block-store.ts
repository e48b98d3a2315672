/**
 * The message store: blocks that are filled one after the other and given back when nothing in them is referenced.
 *
 * Hot path (`npm run bench`, scenarios T, P and D). The newest blocks lie in the working memory, where copying is cheapest; when
 * those run out the oldest that is still referenced moves out into memory of its own, and beyond a budget out of memory (`residency.ts`).
 *
 *     position = slot × BLOCK_SIZE + offset in block        record = | length u32 | route length u16 | 0 u16 | message bytes |
 *
 * A block that is read message after message is copied back in as a whole, once: the *window*. A message that would fill a good part of a
 * block gets one to itself, without a copy when its bytes are its own.
 *
 * Blocks of the log are filled by the journal, with records of its own; here they are read and counted like the others.
 */

import { readUint16, readUint32 } from '@warrenmq/codec/internal'
import { allocateBytes } from '../../memory/allocate.ts'
import { blockPool } from '../../memory/block-pool.ts'
import { BLOCK_SIZE, copyIn, storeBlocks, workingMemory } from '../../memory/working-memory.ts'
import type { Message } from '../../queue/message.ts'
import { RECORD_HEADER_SIZE } from '../journal/record.ts'
import type { MessageStore } from '../message-store.ts'
import { isDamaged } from '../ordered-log.ts'
import { Block } from './block.ts'
import { Residency, type ResidencyParts } from './residency.ts'

/** Octets in front of a message that is not in the log. */
const TRANSIENT_HEADER_SIZE = 8
/** Messages of more bytes get a block to themselves. */
export const SHARED_MESSAGE_MAX: number = 64 * 1024
/** Most blocks of the working memory that one store takes; the rest is for other brokers of the process. */
const RECENT_BLOCK_MAX = 8
/** Reads in a row from a block outside the working memory that make it worth a copy in there. */
const WINDOW_AFTER = 16

export class BlockStore implements MessageStore {
  readonly #blocks: (Block | undefined)[] = []
  readonly #freeSlots: number[] = []
  /** Blocks that lie in the working memory, oldest first. */
  readonly #recent: Block[] = []
  readonly #residency: Residency
  #current: Block
  #newestLogged: Block | undefined
  /** Blocks that were given back while their slots must not be used anew. */
  #kept: Block[] | undefined
  #memoryBytes = 0
  /** Blocks that are not in memory. */
  #absent = 0
  /** Place of the window in the working memory; -1 until it is needed, or when there is none to be had. */
  #windowBase = -1
  /** The block that was last read outside the working memory, how often in a row, and whether the window shows it. */
  #outside: Block | undefined
  #outsideReads = 0
  #inWindow = false
  #isClosed = false

  /** Without `parts` everything stays in memory. */
  constructor(parts?: ResidencyParts) {
    this.#residency = new Residency(this, parts)
    this.#current = this.#openBlock(0)
  }

  get isScattered(): boolean {
    return this.#absent > 0
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  keep(message: Message): number {
    if (message.position >= 0) {
      this.#addReference(message.position)
      return message.position
    }
    const length = message.end - message.routeStart
    message.position = length > SHARED_MESSAGE_MAX ? this.#keepAlone(message) : this.#append(message, length)
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
    const inWindow = block.bytes !== workingMemory && this.#showsInWindow(block)
    const bytes = inWindow ? workingMemory : block.bytes
    const record = (inWindow ? this.#windowBase : block.base) + (position % BLOCK_SIZE)
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
    if (block.resident) {
      this.#memoryBytes -= block.size
      if (block.bytes === workingMemory) {
        storeBlocks.release(block.base)
        this.#recent.splice(this.#recent.indexOf(block), 1)
      } else {
        this.#reuse(block)
      }
      block.forgetBytes()
    } else {
      this.#absent--
    }
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
    this.#kept ??= []
  }

  forgetBlocks(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    for (const block of kept) this.#forget(block)
  }

  /** Blocks that are referenced. */
  *blocks(): Generator<Block> {
    for (const block of this.#blocks) if (block !== undefined && block.live > 0) yield block
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
    block.forgetBytes()
    this.#absent++
    this.#memoryBytes -= size
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
    if (bytes === undefined) {
      this.#reuse(block)
      block.forgetBytes()
      this.#absent++
      this.#memoryBytes -= block.size
    } else {
      this.#absent--
      block.bytes = bytes
      block.base = 0
      block.resident = true
      this.#memoryBytes += block.size
    }
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
  }

  /** Gives the blocks of the working memory back. The store must not be used afterwards, and no write may read them any more. */
  close(): void {
    this.stop()
    this.#isClosed = true
    for (const block of this.#recent) storeBlocks.release(block.base)
    for (const block of this.#blocks) {
      // What is being written or read is left alone.
      if (block?.resident && block.bytes !== workingMemory && block.pins === 0) this.#reuse(block)
    }
    if (this.#windowBase >= 0) storeBlocks.release(this.#windowBase)
    this.#windowBase = -1
    this.#recent.length = 0
    this.#blocks.length = 0
  }

  /** Whether the window shows `block`, which lies outside the working memory; a block read often in a row is copied there. */
  #showsInWindow(block: Block): boolean {
    if (block !== this.#outside) {
      this.#outside = block
      this.#outsideReads = 0
      this.#inWindow = false
    }
    if (this.#inWindow) return true
    this.#outsideReads++
    if (this.#outsideReads < WINDOW_AFTER || block.open) return false
    if (this.#windowBase < 0) this.#windowBase = storeBlocks.take()
    if (this.#windowBase < 0) return false
    workingMemory.set(block.bytes, this.#windowBase)
    this.#inWindow = true
    return true
  }

  #addReference(position: number): void {
    const block = this.blockOf(position)
    block.live++
    block.marks = undefined
    if (block.forward !== undefined) this.#addReference(this.resolve(position))
  }

  #append(message: Message, length: number): number {
    const size = TRANSIENT_HEADER_SIZE + length
    if (this.#current.used + size > BLOCK_SIZE) this.#nextBlock()
    const block = this.#current
    const record = block.base + block.used
    writeTransientHeader(block.bytes, record, length, message.routeEnd - message.routeStart)
    copyMessage(block, record + TRANSIENT_HEADER_SIZE, message, length)
    block.live++
    const position = block.slot * BLOCK_SIZE + block.used
    block.used += size
    return position
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

  #nextBlock(): void {
    const full = this.#current
    full.open = false
    if (full.live === 0) {
      // Everything in it was settled meanwhile: start over in the same place.
      full.open = true
      full.used = 0
      return
    }
    this.#current = this.#openBlock(0)
    full.next = this.#current
  }

  #linkLogged(block: Block): void {
    if (this.#newestLogged !== undefined) this.#newestLogged.next = block
    this.#newestLogged = block
  }

  #openBlock(id: number): Block {
    let base = this.#recent.length < RECENT_BLOCK_MAX ? storeBlocks.take() : -1
    if (base < 0) base = this.#moveOldestOut()
    const inWorkingMemory = base >= 0
    const headerSize = id === 0 ? TRANSIENT_HEADER_SIZE : RECORD_HEADER_SIZE
    const block = this.#addBlock(
      id,
      headerSize,
      inWorkingMemory ? workingMemory : blockPool.take(),
      inWorkingMemory ? base : 0,
      BLOCK_SIZE,
      -1,
    )
    block.open = true
    if (inWorkingMemory) this.#recent.push(block)
    else this.#residency.added(block)
    return block
  }

  /** Moves the oldest block of the working memory out, as far as that can be, and returns the place that became free; else -1. */
  #moveOldestOut(): number {
    const index = this.#recent.findIndex((block) => !block.open && block.pins === 0)
    if (index < 0) return -1
    const [block] = this.#recent.splice(index, 1)
    const base = block.base
    if (this.#residency.dispensable(block)) {
      block.forgetBytes()
      this.#absent++
      this.#memoryBytes -= block.size
      return base
    }
    const bytes = blockPool.take()
    bytes.set(workingMemory.subarray(base, base + BLOCK_SIZE))
    block.bytes = bytes
    block.base = 0
    this.#residency.added(block)
    return base
  }

  #addBlock(
    id: number,
    headerSize: number,
    bytes: Uint8Array,
    base: number,
    size: number,
    soleRouteLength: number,
  ): Block {
    const slot = this.#freeSlots.pop() ?? this.#blocks.length
    const block = new Block(slot, id, headerSize, bytes, base, size, soleRouteLength)
    this.#blocks[slot] = block
    this.#memoryBytes += size
    return block
  }

  #giveBack(block: Block): void {
    if (block.open || block.pins > 0 || block.loading || this.#isClosed) return
    // A checkpoint that is being written asks for blocks by positions that were given back meanwhile.
    if (this.#kept !== undefined) this.#kept.push(block)
    else this.#forget(block)
    this.#residency.gone(block)
    if (!block.resident) {
      if (block.forward === undefined) this.#absent--
      return
    }
    this.#memoryBytes -= block.size
    if (block.bytes === workingMemory) {
      storeBlocks.release(block.base)
      this.#recent.splice(this.#recent.indexOf(block), 1)
    } else {
      this.#reuse(block)
      block.forgetBytes()
    }
  }

  #forget(block: Block): void {
    this.#blocks[block.slot] = undefined
    this.#freeSlots.push(block.slot)
  }

  /** Its bytes, outside the working memory, are free. */
  #reuse(block: Block): void {
    if (block === this.#outside) this.#outside = undefined
    if (block.soleRouteLength < 0) blockPool.give(block.bytes)
  }
}

/** A message to the default exchange, without a routing key, properties and a body. */
const EMPTY_MESSAGE = Uint8Array.from([0, 0, 0, 206, 2, 0, 0, 0, 0, 0, 14, 0, 60, ...new Array(12).fill(0), 206])
const EMPTY_ROUTE_LENGTH = 2

/** Whether a record cannot be read, be it that its length cannot. */
function isRecordDamaged({ damaged }: Block, offset: number, length: number): boolean {
  return isDamaged(damaged, offset, offset + Math.max(length, RECORD_HEADER_SIZE))
}

function pointNowhere(into: Message): false {
  into.point(EMPTY_MESSAGE, 0, EMPTY_ROUTE_LENGTH, EMPTY_MESSAGE.length)
  return false
}

/** Copies a message into a block that is being filled. */
export function copyMessage(block: Block, offset: number, message: Message, length: number): void {
  if (block.bytes === workingMemory) copyIn(offset, message.bytes, message.routeStart, length)
  else block.bytes.set(message.bytes.subarray(message.routeStart, message.end), offset)
}

/** The bytes of a message from its route on, as they are when they are its own, else a copy. */
export function ownBytes(message: Message): Uint8Array {
  const owned = message.owned && message.routeStart === 0 && message.end === message.bytes.length
  return owned ? message.bytes : message.bytes.slice(message.routeStart, message.end)
}

function writeTransientHeader(bytes: Uint8Array, offset: number, length: number, routeLength: number): void {
  bytes[offset] = length >>> 24
  bytes[offset + 1] = length >>> 16
  bytes[offset + 2] = length >>> 8
  bytes[offset + 3] = length
  bytes[offset + 4] = routeLength >>> 8
  bytes[offset + 5] = routeLength
  bytes[offset + 6] = 0
  bytes[offset + 7] = 0
}
