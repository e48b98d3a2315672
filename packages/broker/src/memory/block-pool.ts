/**
 * Memory in pieces of one block, for all brokers of the process: for what of messages and their index lies outside the working memory.
 *
 * Pieces are used again instead of being left to the garbage collector, which seldom runs where nothing is allocated for a message: in
 * scenarios P and D up to 230 MiB had waited for it, and the allocator kept twice that. They are cut from *slabs*, which are so large that
 * the operating system gets each back as a whole. It gives memory for a piece only when the piece is used first.
 */

import { allocateBytes } from './allocate.ts'
import { BLOCK_SIZE } from './working-memory.ts'

/** Pieces of a slab. 32 MiB are what glibc never takes from, nor puts back on, a heap of its own. */
export const SLAB_PIECES = 128
/** Free pieces beyond which a slab with nothing in it is given up: 128 MiB, the largest default of `messageMemoryBytes`. */
const FREE_PIECES_MAX = 4 * SLAB_PIECES

interface Slab {
  readonly buffer: ArrayBufferLike
  /** Offsets of the pieces that are free. */
  readonly free: number[]
  readonly isFree: Uint8Array
}

export class BlockPool {
  readonly #slabs: Slab[] = []
  #freeCount = 0

  /** Pieces that could be taken without asking the operating system for memory. */
  get freeCount(): number {
    return this.#freeCount
  }

  /** Pieces that are in use. */
  get usedCount(): number {
    return this.#slabs.length * SLAB_PIECES - this.#freeCount
  }

  /** A piece of undefined content. The oldest slabs are filled first, so that the newest ones fall empty. */
  take(): Uint8Array {
    const slab = this.#slabs.find(({ free }) => free.length > 0) ?? this.#addSlab()
    const offset = slab.free.pop() as number
    slab.isFree[offset / BLOCK_SIZE] = 0
    this.#freeCount--
    return new Uint8Array(slab.buffer, offset, BLOCK_SIZE)
  }

  /** Takes a piece back, whatever it is seen as. Nobody may use it afterwards. */
  give({ buffer, byteOffset }: ArrayBufferView): void {
    const index = this.#slabs.findIndex((slab) => slab.buffer === buffer)
    const slab = this.#slabs[index]
    if (slab === undefined || slab.isFree[byteOffset / BLOCK_SIZE] === 1) throw new Error('not a piece that was taken')
    slab.free.push(byteOffset)
    slab.isFree[byteOffset / BLOCK_SIZE] = 1
    this.#freeCount++
    if (slab.free.length < SLAB_PIECES || this.#freeCount <= FREE_PIECES_MAX) return
    this.#slabs.splice(index, 1)
    this.#freeCount -= SLAB_PIECES
  }

  #addSlab(): Slab {
    const { buffer } = allocateBytes(SLAB_PIECES * BLOCK_SIZE)
    const free = Array.from({ length: SLAB_PIECES }, (_, i) => (SLAB_PIECES - 1 - i) * BLOCK_SIZE)
    const slab = { buffer, free, isFree: new Uint8Array(SLAB_PIECES).fill(1) }
    this.#slabs.push(slab)
    this.#freeCount += SLAB_PIECES
    return slab
  }
}

export const blockPool: BlockPool = new BlockPool()
