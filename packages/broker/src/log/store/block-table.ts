/** The blocks of the store by their slots, which are used anew. */

import type { Block } from './block.ts'

export class BlockTable {
  /** By slot. To be read only. */
  readonly blocks: (Block | undefined)[] = []
  readonly #freeSlots: number[] = []
  /** Blocks that were given back while their slots must not be used anew. */
  #kept: Block[] | undefined

  /** The slot of the block that is added next. */
  takeSlot(): number {
    return this.#freeSlots.pop() ?? this.blocks.length
  }

  add(block: Block): void {
    this.blocks[block.slot] = block
  }

  /** The block is needed no longer. */
  remove(block: Block): void {
    if (this.#kept !== undefined) this.#kept.push(block)
    else this.#forget(block)
  }

  /** Until {@link forget} no slot is used anew, so that blocks are found that were removed. */
  keep(): void {
    this.#kept ??= []
  }

  forget(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    for (const block of kept) this.#forget(block)
  }

  /** Blocks that are referenced. */
  *inUse(): Generator<Block> {
    for (const block of this.blocks) if (block !== undefined && block.live > 0) yield block
  }

  clear(): void {
    this.blocks.length = 0
  }

  #forget(block: Block): void {
    this.blocks[block.slot] = undefined
    this.#freeSlots.push(block.slot)
  }
}
