/**
 * The bytes that the hot path works in: one allocation, shared by all brokers of the process.
 *
 * Hot path (`npm run bench`). Input chunks, output pages and the newest stored messages lie in the same `Uint8Array`, because
 * `copyWithin` on one array costs 20 to 40 ns, while a copy between two arrays needs a view and costs 50 to 70 ns
 * (`node benchmarks/src/copies.mjs`).
 * Nothing here is touched before it is used, so an idle broker pays address space, not memory.
 *
 *     | input | output page 0 … 31 | store block 0 … 15 | small output page 0 … 1023 | dead letter |
 *
 * The input area is used only while a chunk is read and parsed, which never overlaps: parsing is synchronous.
 */

import { allocateBytes } from './allocate.ts'

/** Size of the area in which chunks are parsed, in bytes. Larger input is parsed where it lies, at the cost of slower copies. */
export const INPUT_SIZE: number = 384 * 1024
/**
 * Size of the end of the input area into which sockets read, in bytes: the most that is read at a time. Twice Node's 64 KiB, because a turn
 * of the event loop costs more than the bytes it moves: 1.0 instead of 1.35 µs per message in scenario B.
 */
export const READ_SIZE: number = 128 * 1024
/** Where sockets read to. What was carried over from the chunk before is put in front of it. */
export const READ_START: number = INPUT_SIZE - READ_SIZE
/** Size of an output page, in bytes. */
export const PAGE_SIZE: number = 128 * 1024
/** Size of a small output page, in bytes. */
export const SMALL_PAGE_SIZE: number = 8 * 1024
/** Size of a store block, in bytes. */
export const BLOCK_SIZE: number = 256 * 1024

const PAGE_COUNT = 32
const BLOCK_COUNT = 16
const SMALL_PAGE_COUNT = 1024
const PAGES_START = INPUT_SIZE
const BLOCKS_START = PAGES_START + PAGE_COUNT * PAGE_SIZE
const SMALL_PAGES_START = BLOCKS_START + BLOCK_COUNT * BLOCK_SIZE
/** Where a dead letter is put together. */
export const LETTER_START: number = SMALL_PAGES_START + SMALL_PAGE_COUNT * SMALL_PAGE_SIZE
/** Size of the area for it, in bytes. */
export const LETTER_SIZE: number = 64 * 1024

/** All of it. */
export const workingMemory: Uint8Array = allocateBytes(LETTER_START + LETTER_SIZE)
/** The same bytes, for reading and writing integers. */
export const workingView: DataView = new DataView(
  workingMemory.buffer,
  workingMemory.byteOffset,
  workingMemory.byteLength,
)

/** Hands out equal slots of the working memory by their start offset. */
export class SlotPool {
  readonly #free: number[] = []

  constructor(start: number, size: number, count: number) {
    for (let i = count - 1; i >= 0; i--) this.#free.push(start + i * size)
  }

  get freeCount(): number {
    return this.#free.length
  }

  /** Start offset of a free slot, or -1 when all are in use. */
  take(): number {
    return this.#free.pop() ?? -1
  }

  release(slot: number): void {
    this.#free.push(slot)
  }
}

/** Output pages, each `PAGE_SIZE` long. */
export const outputPages: SlotPool = new SlotPool(PAGES_START, PAGE_SIZE, PAGE_COUNT)
/** Small output pages, each `SMALL_PAGE_SIZE` long. */
export const smallOutputPages: SlotPool = new SlotPool(SMALL_PAGES_START, SMALL_PAGE_SIZE, SMALL_PAGE_COUNT)
/** Store blocks, each `BLOCK_SIZE` long. */
export const storeBlocks: SlotPool = new SlotPool(BLOCKS_START, BLOCK_SIZE, BLOCK_COUNT)

/** Copies `length` bytes of `source` from `sourceOffset` into the working memory at `offset`. */
export function copyIn(offset: number, source: Uint8Array, sourceOffset: number, length: number): void {
  if (source === workingMemory) {
    workingMemory.copyWithin(offset, sourceOffset, sourceOffset + length)
  } else {
    workingMemory.set(new Uint8Array(source.buffer, source.byteOffset + sourceOffset, length), offset)
  }
}
