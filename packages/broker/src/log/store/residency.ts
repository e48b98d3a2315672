/**
 * Which blocks are in memory: beyond a budget the ones longest there go, and they are read back ahead of who needs them.
 *
 * A block of the log is simply forgotten once it is durable. Any other is written to the spill file first, without a sync, since it need not
 * survive a restart. Without a disk everything stays.
 *
 * Who delivers a backlog *enters* block after block. It waits for one that is not there, while the next ones are read already. Anybody
 * else gets what is not there by a read at once, which holds the event loop for the time of one read of the disk.
 */

import type { Clock } from '../../clock.ts'
import { BLOCK_SIZE } from '../../memory/working-memory.ts'
import type { DamagedRange } from '../ordered-log.ts'
import type { Block } from './block.ts'
import type { BlockStore } from './block-store.ts'

/** Blocks read ahead of the one that is entered. */
const READ_AHEAD = 4
/** Writes to the spill file under way at a time. */
const SPILLS_MAX = 4
/** How long none is tried after one has failed, as on a full disk, in milliseconds. */
const SPILL_PAUSE_MS = 1000

const SOUND: readonly DamagedRange[] = []

/** Where blocks of the log are read from. */
export interface LoggedBlocks {
  /** Fills `into` with the bytes of a block, and returns which of them could not be read. */
  load(block: Block, into: Uint8Array): Promise<readonly DamagedRange[]>
  loadNow(block: Block, into: Uint8Array): readonly DamagedRange[]
}

/** A file of slots of `BLOCK_SIZE` bytes. */
export interface SpillSlots {
  write(bytes: Uint8Array): Promise<number>
  read(slot: number, into: Uint8Array): Promise<void>
  readSync(slot: number, into: Uint8Array): void
  free(slot: number): void
}

export interface ResidencyParts {
  /** Bytes of memory for messages beyond which blocks leave it. */
  readonly budget: number
  readonly logged: LoggedBlocks
  readonly spill: SpillSlots
  readonly clock: Clock
  /** Hears why a block could not be spilled. */
  onSpillError(error: unknown): void
  /** Hears why a block could not be read. */
  onReadError(error: unknown): void
  /** Hears what of a block cannot be read: the messages there are lost. */
  onDamage(damaged: readonly DamagedRange[]): void
}

export class Residency {
  readonly #store: BlockStore
  readonly #parts: ResidencyParts | undefined
  /** Blocks in memory of their own, longest there first. Some may have left since. */
  #held: Block[] = []
  #first = 0
  #spilling = 0
  /** Before this time nothing is spilled. */
  #spillFrom = Number.NEGATIVE_INFINITY
  readonly #waiting = new Map<Block, (() => void)[]>()
  #closed = false

  constructor(store: BlockStore, parts: ResidencyParts | undefined) {
    this.#store = store
    this.#parts = parts
  }

  /** A block has come into memory of its own. */
  added(block: Block): void {
    if (this.#parts === undefined) return
    this.#held.push(block)
    this.#enforce(this.#parts)
  }

  /** Something that could not leave memory before can now. */
  relieve(): void {
    if (this.#parts !== undefined) this.#enforce(this.#parts)
  }

  /** Whether the bytes of a block need no room in memory because there is too little and they are on disk. */
  dispensable(block: Block): boolean {
    return this.#parts !== undefined && this.#store.memoryBytes > this.#parts.budget && isDurable(block)
  }

  /** Nobody needs the block any more. */
  gone(block: Block): void {
    for (const slot of block.spilled ?? []) this.#parts?.spill.free(slot)
    block.spilled = undefined
  }

  /**
   * Returns whether `block` is in memory, and has the next ones read. If it is not, `ready` is called once it is.
   */
  enter(block: Block, ready: () => void): boolean {
    let next = block.next
    for (let i = 0; i < READ_AHEAD && next !== undefined; i++, next = next.next) {
      if (!next.resident && next.forward === undefined && !next.loading && next.live > 0) this.#loadSoon(next)
    }
    if (block.resident) return true
    this.#await(block, ready)
    if (!block.loading) this.#loadSoon(block)
    return false
  }

  /** Reads a block into memory now. What cannot be read counts as damaged. */
  loadNow(block: Block): void {
    const parts = this.#parts
    if (parts === undefined) throw new Error('a block of a store without a disk is not in memory')
    const bytes = this.#store.takeBytes(block)
    let damaged: readonly DamagedRange[] = SOUND
    try {
      if (block.spilled === undefined) damaged = parts.logged.loadNow(block, bytes)
      else for (const [i, slot] of block.spilled.entries()) parts.spill.readSync(slot, part(bytes, i))
    } catch (error) {
      damaged = [{ start: 0, end: block.size }]
      parts.onReadError(error)
    }
    this.#loaded(block, bytes, damaged)
  }

  /** A message of the block cannot be read. That a part is missing which nobody needs, as it was removed, is no damage. */
  messageLost(block: Block): void {
    if (block.hasLost) return
    block.hasLost = true
    this.#parts?.onDamage(block.damaged)
  }

  close(): void {
    this.#closed = true
    this.#held = []
    this.#waiting.clear()
  }

  #await(block: Block, ready: () => void): void {
    const waiting = this.#waiting.get(block)
    if (waiting === undefined) this.#waiting.set(block, [ready])
    else waiting.push(ready)
  }

  #loadSoon(block: Block): void {
    const parts = this.#parts
    if (parts === undefined) return
    block.loading = true
    this.#load(parts, block)
      .catch((error) => parts.onReadError(error))
      .finally(() => {
        if (this.#closed) return
        block.loading = false
        // What could not be read ahead is read at once, or found to be damaged.
        if (!block.resident && block.live > 0 && block.forward === undefined && this.#waiting.has(block)) {
          this.loadNow(block)
        }
        const waiting = this.#waiting.get(block)
        this.#waiting.delete(block)
        for (const ready of waiting ?? []) ready()
        if (block.live === 0) this.#store.seal(block)
      })
  }

  async #load(parts: ResidencyParts, block: Block): Promise<void> {
    const bytes = this.#store.takeBytes(block)
    let damaged: readonly DamagedRange[] = SOUND
    let isLoaded = false
    try {
      if (block.spilled === undefined) damaged = await parts.logged.load(block, bytes)
      else await Promise.all(block.spilled.map((slot, i) => parts.spill.read(slot, part(bytes, i))))
      isLoaded = !this.#closed && !block.resident
    } finally {
      if (!isLoaded) this.#store.returnBytes(block, bytes)
    }
    if (isLoaded) this.#loaded(block, bytes, damaged)
  }

  /** @param damaged Of these bytes: another read of them may have come to something else. */
  #loaded(block: Block, bytes: Uint8Array, damaged: readonly DamagedRange[]): void {
    block.damaged = damaged
    this.#store.setBytes(block, bytes)
    this.added(block)
  }

  /** Takes blocks out of memory until what is left fits the budget, or can only follow when a write is over. */
  #enforce(parts: ResidencyParts): void {
    // Not the newest: somebody is about to read it.
    let toLookAt = this.#held.length - this.#first - 1
    while (this.#store.memoryBytes > parts.budget && toLookAt-- > 0) {
      const block = this.#held[this.#first++]
      if (this.#first > 1024 && this.#first * 2 > this.#held.length) {
        this.#held.splice(0, this.#first)
        this.#first = 0
      }
      // What is being filled may be empty for now.
      const isGone = block.live === 0 && !block.open && block.pins === 0
      if (!block.resident || isGone || this.#store.blockOf(block.slot * BLOCK_SIZE) !== block) continue
      if (isDurable(block) || block.spilled !== undefined) {
        this.#store.setBytes(block, undefined)
      } else if (block.id === 0 && !block.open && block.pins === 0 && this.#maySpill(parts)) {
        void this.#spill(parts, block)
      } else {
        this.#held.push(block)
        if (this.#spilling >= SPILLS_MAX) return
      }
    }
  }

  #maySpill({ clock }: ResidencyParts): boolean {
    return this.#spilling < SPILLS_MAX && clock.now() >= this.#spillFrom
  }

  async #spill(parts: ResidencyParts, block: Block): Promise<void> {
    this.#spilling++
    block.pins++
    const slots: number[] = []
    try {
      const { bytes } = block
      const count = Math.ceil(bytes.length / BLOCK_SIZE)
      for (let i = 0; i < count; i++) slots.push(await parts.spill.write(part(bytes, i)))
      block.spilled = slots
    } catch (error) {
      for (const slot of slots) parts.spill.free(slot)
      this.#spillFrom = parts.clock.now() + SPILL_PAUSE_MS
      parts.onSpillError(error)
    }
    this.#spilling--
    if (this.#closed) return
    const gone = block.live === 0
    this.#store.unpin(block)
    if (gone) return
    if (block.spilled === undefined) this.#held.push(block)
    else this.#store.setBytes(block, undefined)
    this.#enforce(parts)
  }
}

/** Whether a block of the log can be read back from there. */
function isDurable(block: Block): boolean {
  return block.id !== 0 && !block.open && block.pins === 0 && block.entries.length > 0
}

function part(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE)
}
