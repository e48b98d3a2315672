/**
 * Message store in memory: blocks that are filled one after the other and given back when nothing in them is referenced.
 *
 * Hot path (`npm run bench`, scenarios T, P and D). The newest blocks lie in the working memory, where copying is cheapest; when
 * those run out the oldest that is still referenced moves out into memory of its own.
 *
 *     position = slot × BLOCK_SIZE + offset in block        record = | length u32 | route length u16 | 0 u16 | message bytes |
 *
 * A block that is read message after message is copied back in as a whole, once: the *window*.
 *
 * A message that would fill a good part of a block gets one to itself, without a copy when its bytes are its own.
 */

import { readUint16, readUint32 } from '@warrenmq/codec/internal'
import { allocateBytes } from '../../memory/allocate.ts'
import { BLOCK_SIZE, copyIn, storeBlocks, workingMemory } from '../../memory/working-memory.ts'
import type { Message } from '../../queue/message.ts'
import type { MessageStore } from '../message-store.ts'

const RECORD_HEADER_SIZE = 8
/** Messages of more bytes get a block to themselves. */
const SHARED_MESSAGE_MAX = 64 * 1024
/** Most blocks of the working memory that one store takes; the rest is for other brokers of the process. */
const RECENT_BLOCK_MAX = 8
/** Reads in a row from a block outside the working memory that make it worth a copy in there. */
const WINDOW_AFTER = 16
/** Most blocks kept for reuse outside the working memory. */
const SPARE_BLOCK_MAX = 64

interface Block {
  readonly slot: number
  bytes: Uint8Array
  /** Offset of the block in `bytes`. */
  base: number
  /** Bytes of `bytes` that count as held. */
  size: number
  /** References to messages in it. */
  live: number
  /** Whether it is the one being filled. */
  open: boolean
  /** Length of the route when the block is one message and has no record header; else -1. */
  soleRouteLength: number
}

export class MemoryStore implements MessageStore {
  readonly #blocks: (Block | undefined)[] = []
  readonly #freeSlots: number[] = []
  /** Blocks that lie in the working memory, oldest first. */
  readonly #recent: Block[] = []
  readonly #spare: Uint8Array[] = []
  #current: Block
  #used = 0
  #memoryBytes = 0
  /** Place of the window in the working memory; -1 until it is needed, or when there is none to be had. */
  #windowBase = -1
  /** The block that was last read outside the working memory, how often in a row, and whether the window shows it. */
  #outside: Block | undefined
  #outsideReads = 0
  #inWindow = false

  constructor() {
    this.#current = this.#openBlock()
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  keep(message: Message): number {
    if (message.position >= 0) {
      this.#blockOf(message.position).live++
      return message.position
    }
    const length = message.end - message.routeStart
    message.position = length > SHARED_MESSAGE_MAX ? this.#keepAlone(message) : this.#append(message, length)
    return message.position
  }

  read(position: number, into: Message): void {
    const block = this.#blockOf(position)
    into.position = position
    into.owned = false
    if (block.soleRouteLength >= 0) {
      into.point(block.bytes, 0, block.soleRouteLength, block.size)
      into.owned = true
      return
    }
    const inWindow = block.bytes !== workingMemory && this.#showsInWindow(block)
    const bytes = inWindow ? workingMemory : block.bytes
    const record = (inWindow ? this.#windowBase : block.base) + (position % BLOCK_SIZE)
    const start = record + RECORD_HEADER_SIZE
    into.point(bytes, start, start + readUint16(bytes, record + 4), start + readUint32(bytes, record))
  }

  release(position: number): void {
    const block = this.#blockOf(position)
    block.live--
    if (block.live === 0) this.#giveBack(block)
  }

  /** Gives the blocks of the working memory back. The store must not be used afterwards. */
  close(): void {
    for (const block of this.#recent) storeBlocks.release(block.base)
    if (this.#windowBase >= 0) storeBlocks.release(this.#windowBase)
    this.#windowBase = -1
    this.#recent.length = 0
    this.#blocks.length = 0
  }

  #blockOf(position: number): Block {
    return this.#blocks[Math.floor(position / BLOCK_SIZE)] as Block
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

  #append(message: Message, length: number): number {
    const size = RECORD_HEADER_SIZE + length
    if (this.#used + size > BLOCK_SIZE) this.#current = this.#nextBlock()
    const block = this.#current
    const record = block.base + this.#used
    writeRecordHeader(block.bytes, record, length, message.routeEnd - message.routeStart)
    if (block.bytes === workingMemory) {
      copyIn(record + RECORD_HEADER_SIZE, message.bytes, message.routeStart, length)
    } else {
      block.bytes.set(message.bytes.subarray(message.routeStart, message.end), record + RECORD_HEADER_SIZE)
    }
    block.live++
    const position = block.slot * BLOCK_SIZE + this.#used
    this.#used += size
    return position
  }

  #keepAlone(message: Message): number {
    const owned = message.owned && message.routeStart === 0 && message.end === message.bytes.length
    const bytes = owned ? message.bytes : message.bytes.slice(message.routeStart, message.end)
    const block = this.#addBlock(bytes, 0, bytes.length)
    block.live = 1
    block.soleRouteLength = message.routeEnd - message.routeStart
    return block.slot * BLOCK_SIZE
  }

  #nextBlock(): Block {
    const full = this.#current
    full.open = false
    if (full.live === 0) {
      // Everything in it was settled meanwhile: start over in the same place.
      full.open = true
      this.#used = 0
      return full
    }
    return this.#openBlock()
  }

  #openBlock(): Block {
    this.#used = 0
    let base = this.#recent.length < RECENT_BLOCK_MAX ? storeBlocks.take() : -1
    if (base < 0 && this.#recent.length > 0) base = this.#moveOldestOut()
    const inWorkingMemory = base >= 0
    const block = this.#addBlock(
      inWorkingMemory ? workingMemory : this.#takeSpare(),
      inWorkingMemory ? base : 0,
      BLOCK_SIZE,
    )
    block.open = true
    if (inWorkingMemory) this.#recent.push(block)
    return block
  }

  /** Copies the oldest block of the working memory into memory of its own and returns the place that became free. */
  #moveOldestOut(): number {
    const block = this.#recent.shift() as Block
    const base = block.base
    const bytes = this.#takeSpare()
    bytes.set(workingMemory.subarray(base, base + BLOCK_SIZE))
    block.bytes = bytes
    block.base = 0
    return base
  }

  #takeSpare(): Uint8Array {
    return this.#spare.pop() ?? allocateBytes(BLOCK_SIZE)
  }

  #addBlock(bytes: Uint8Array, base: number, size: number): Block {
    const slot = this.#freeSlots.pop() ?? this.#blocks.length
    const block: Block = { slot, bytes, base, size, live: 0, open: false, soleRouteLength: -1 }
    this.#blocks[slot] = block
    this.#memoryBytes += size
    return block
  }

  #giveBack(block: Block): void {
    if (block.open) return
    if (block === this.#outside) this.#outside = undefined
    this.#blocks[block.slot] = undefined
    this.#freeSlots.push(block.slot)
    this.#memoryBytes -= block.size
    if (block.bytes === workingMemory) {
      storeBlocks.release(block.base)
      this.#recent.splice(this.#recent.indexOf(block), 1)
    } else if (block.soleRouteLength < 0 && this.#spare.length < SPARE_BLOCK_MAX) {
      this.#spare.push(block.bytes)
    }
  }
}

function writeRecordHeader(bytes: Uint8Array, offset: number, length: number, routeLength: number): void {
  bytes[offset] = length >>> 24
  bytes[offset + 1] = length >>> 16
  bytes[offset + 2] = length >>> 8
  bytes[offset + 3] = length
  bytes[offset + 4] = routeLength >>> 8
  bytes[offset + 5] = routeLength
  bytes[offset + 6] = 0
  bytes[offset + 7] = 0
}
