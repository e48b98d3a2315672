/**
 * A place in the working memory that shows a block which lies elsewhere, while it is read message after message: copied there as a whole,
 * once, its messages cost no more than those of new blocks.
 *
 * Hot path (`npm run bench`, scenario D).
 */

import { storeBlocks, workingMemory } from '../../memory/working-memory.ts'
import type { Block } from './block.ts'

/** Reads in a row from a block outside the working memory that make it worth a copy in there. */
const WINDOW_AFTER = 16

export class ReadWindow {
  /** Place of the window in the working memory; -1 until it is needed, or when there is none to be had. */
  base = -1
  /** The block that was last read outside the working memory, how often in a row, and whether the window shows it. */
  #block: Block | undefined
  #reads = 0
  #isShown = false

  /** Whether `block`, which is about to be read and lies outside the working memory, is to be read at {@link base}. */
  shows(block: Block): boolean {
    if (block !== this.#block) {
      this.#block = block
      this.#reads = 0
      this.#isShown = false
    }
    if (this.#isShown) return true
    this.#reads++
    if (this.#reads < WINDOW_AFTER || block.open) return false
    if (this.base < 0) this.base = storeBlocks.take()
    if (this.base < 0) return false
    workingMemory.set(block.bytes, this.base)
    this.#isShown = true
    return true
  }

  /** The block has left its place in memory. */
  forget(block: Block): void {
    if (block === this.#block) this.#block = undefined
  }

  close(): void {
    if (this.base >= 0) storeBlocks.release(this.base)
    this.base = -1
  }
}
