/**
 * Where blocks of the store are in memory: the newest in the working memory, where copying is cheapest, the others in memory of their own,
 * which is used again and again. Blocks that are in use and in neither are *absent*.
 */

import { blockPool } from '../../memory/block-pool.ts'
import { BLOCK_SIZE, storeBlocks, workingMemory } from '../../memory/working-memory.ts'
import type { Block } from './block.ts'
import { ReadWindow } from './read-window.ts'

/** Most blocks of the working memory that one store takes; the rest is for other brokers of the process. */
const RECENT_BLOCK_MAX = 8

/** Decides which blocks stay in memory. */
export interface MemoryOwner {
  /** Whether the bytes of a block need no room in memory because there is too little and they are on disk. */
  dispensable(block: Block): boolean
  /** A block has come into memory of its own. */
  added(block: Block): void
}

/** Where in memory a block is. */
export interface MemoryPlace {
  readonly bytes: Uint8Array
  readonly base: number
}

export class BlockMemory {
  /** Bytes of blocks that are in memory. */
  used = 0
  /** Blocks that are absent. */
  absent = 0
  readonly window: ReadWindow = new ReadWindow()
  readonly #owner: MemoryOwner
  /** Blocks that lie in the working memory, oldest first. */
  readonly #recent: Block[] = []

  constructor(owner: MemoryOwner) {
    this.#owner = owner
  }

  /** A place for a block that is going to be filled. */
  take(): MemoryPlace {
    let base = this.#recent.length < RECENT_BLOCK_MAX ? storeBlocks.take() : -1
    if (base < 0) base = this.#moveOldestOut()
    return base < 0 ? { bytes: blockPool.take(), base: 0 } : { bytes: workingMemory, base }
  }

  /** A block is filled from now on, at the place that was taken for it. */
  opened(block: Block): void {
    if (block.bytes === workingMemory) this.#recent.push(block)
    else this.#owner.added(block)
  }

  /** Takes the bytes of a block, which lies outside the working memory, out of memory. */
  takeOut(block: Block): void {
    this.#reuse(block)
    this.leave(block)
  }

  /** The bytes of a block are elsewhere from now on. */
  leave(block: Block): void {
    block.forgetBytes()
    this.absent++
    this.used -= block.size
  }

  /** Puts the bytes of an absent block back. */
  putBack(block: Block, bytes: Uint8Array): void {
    this.absent--
    block.bytes = bytes
    block.base = 0
    block.resident = true
    this.used += block.size
  }

  /** The bytes of a block, wherever they are, are needed no longer. */
  drop(block: Block): void {
    if (!block.resident) {
      if (block.forward === undefined) this.absent--
      return
    }
    this.used -= block.size
    if (block.bytes === workingMemory) {
      storeBlocks.release(block.base)
      this.#recent.splice(this.#recent.indexOf(block), 1)
    } else {
      this.#reuse(block)
      block.forgetBytes()
    }
  }

  /** Gives back what `blocks`, all there are, take. */
  close(blocks: Iterable<Block | undefined>): void {
    for (const block of this.#recent) storeBlocks.release(block.base)
    for (const block of blocks) {
      // What is being written or read is left alone.
      if (block?.resident && block.bytes !== workingMemory && block.pins === 0) this.#reuse(block)
    }
    this.window.close()
    this.#recent.length = 0
  }

  /** Moves the oldest block of the working memory out, as far as that can be, and returns the place that became free; else -1. */
  #moveOldestOut(): number {
    const index = this.#recent.findIndex((block) => !block.open && block.pins === 0)
    if (index < 0) return -1
    const [block] = this.#recent.splice(index, 1)
    const base = block.base
    if (this.#owner.dispensable(block)) {
      this.leave(block)
      return base
    }
    const bytes = blockPool.take()
    bytes.set(workingMemory.subarray(base, base + BLOCK_SIZE))
    block.bytes = bytes
    block.base = 0
    this.#owner.added(block)
    return base
  }

  /** The bytes of a block outside the working memory are free. */
  #reuse(block: Block): void {
    this.window.forget(block)
    if (block.soleRouteLength < 0) blockPool.give(block.bytes)
  }
}
