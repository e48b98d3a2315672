/**
 * Gives disk space back: removes segments in which no message is needed, and moves the messages of sparse ones together.
 *
 * A segment may go once a checkpoint holds all that was recorded in it, and no message in it is referenced, and the next checkpoint is
 * complete, too: until then a start can use the older one, should the newest be damaged. A segment of which less than a quarter
 * is needed is *sparse*: its messages are recorded anew at the end of the log, and the segment goes with the next checkpoint, which knows them
 * by their new place. So moving writes less than a third of what it frees, and at most `MOVED_MAX` for each checkpoint.
 *
 * Which messages of a block are needed is not kept anywhere; the checkpoint that is written anyway marks them.
 */

import { BLOCK_SIZE } from '../../memory/working-memory.ts'
import { Message } from '../../queue/message.ts'
import type { LogSegment, OrderedLog, Position } from '../ordered-log.ts'
import type { Block } from '../store/block.ts'
import type { BlockStore } from '../store/block-store.ts'
import type { LogJournal } from './log-journal.ts'

/** A segment is sparse below this share of needed bytes. */
const SPARSE_SHARE = 0.25
/** A segment that takes less is not worth being ended before it is full. */
const WASTE_MIN = 1024 * 1024
/** Most bytes moved after one checkpoint. */
const MOVED_MAX = 32 * 1024 * 1024

/** A block that is to be moved, and how many references there were when its messages were about to be marked. */
interface ChosenBlock {
  readonly block: Block
  readonly live: number
}

interface SegmentUse {
  readonly segment: LogSegment
  readonly blocks: Block[]
  /** Bytes that are needed, about. */
  needed: number
}

export class Reclaimer {
  readonly #log: OrderedLog
  readonly #store: BlockStore
  readonly #journal: LogJournal
  readonly #message = new Message()
  #chosen: ChosenBlock[] = []
  /** First positions of the segments that the newest checkpoint has no need for. */
  #unneeded: ReadonlySet<Position> = new Set()

  constructor(log: OrderedLog, store: BlockStore, journal: LogJournal) {
    this.#log = log
    this.#store = store
    this.#journal = journal
  }

  /** Ends the segment that is being written if it takes room for little that is needed, so that it can be removed as others are. */
  endWastefulSegment(): void {
    const last = this.#uses().at(-1)
    if (last === undefined || last.segment.bytes < WASTE_MIN) return
    if (last.needed >= last.segment.bytes * SPARSE_SHARE) return
    // Messages of an open block cannot be moved.
    this.#journal.endBlock()
    this.#log.endSegment()
  }

  /** Whether the next checkpoints will give something back. */
  get hasSparse(): boolean {
    return this.#uses().slice(0, -1).some(isSparse)
  }

  /** Chooses what to move; the checkpoint that is about to be written marks its messages. */
  choose(): void {
    this.forgetChosen()
    let budget = MOVED_MAX
    // The last segment is being written.
    const uses = this.#uses().slice(0, -1).filter(isSparse)
    for (const { blocks, needed } of uses.sort((a, b) => a.needed - b.needed)) {
      if (needed > budget) return
      budget -= needed
      for (const block of blocks) {
        // One that is being filled may have as many messages later as were marked, and other ones.
        if (block.open) continue
        block.marks = []
        this.#chosen.push({ block, live: block.live })
      }
    }
  }

  /** Whether segments are there that go with the next checkpoint, even if nothing happens until then. */
  get hasUnneeded(): boolean {
    return this.#unneeded.size > 0
  }

  /** Begins with a checkpoint that holds everything up to `at`. To be called when the messages are there. */
  begin(at: Position): void {
    this.#unneeded = new Set(this.#unneededAt(at).map(({ first }) => first))
  }

  /**
   * Removes segments that neither the checkpoint just written, which holds everything up to `at`, nor the one before has a need for.
   */
  async discard(at: Position): Promise<void> {
    const unneeded = this.#unneededAt(at)
    // Not before it is durable that the messages are gone.
    if (unneeded.length > 0 && (await new Promise<boolean>((resolve) => this.#journal.afterCommit(resolve)))) return
    const before = this.#unneeded
    this.#unneeded = new Set(unneeded.map(({ first }) => first).filter((first) => !before.has(first)))
    for (const { first, last } of unneeded) if (before.has(first)) await this.#log.discard(first, last)
  }

  /** Removes what is there only in case the newest checkpoint is damaged: the disk has no room for it. */
  async discardUnneeded(): Promise<void> {
    const unneeded = this.#unneeded
    this.#unneeded = new Set()
    for (const { first, last } of this.#log.segments) if (unneeded.has(first)) await this.#log.discard(first, last)
  }

  /** Nothing is moved: not everything was marked. */
  forgetChosen(): void {
    for (const { block } of this.#chosen) block.marks = undefined
    this.#chosen = []
  }

  /** Moves what was chosen and marked, one block at a time: together they may take half a second. */
  async compact(): Promise<void> {
    const chosen = this.#chosen
    this.#chosen = []
    for (const each of chosen) {
      const { block } = each
      await this.#load(block)
      if (this.#store.isClosed) return
      const hasMoved = this.#move(each)
      block.marks = undefined
      if (hasMoved) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Segments in which no message is needed, and of which a checkpoint holds everything that it holds up to `at`. */
  #unneededAt(at: Position): LogSegment[] {
    return this.#uses()
      .filter(({ segment, blocks }) => segment.first <= segment.last && segment.last <= at && blocks.length === 0)
      .map(({ segment }) => segment)
  }

  /** Segments with the blocks in them that are needed. */
  #uses(): SegmentUse[] {
    const uses: SegmentUse[] = this.#log.segments.map((segment) => ({ segment, blocks: [], needed: 0 }))
    for (const block of this.#store.blocks()) {
      const { entries, forward, live, messages, used } = block
      if (block.id === 0 || forward !== undefined || entries.length === 0) continue
      const first = indexOfSegment(uses, entries[0])
      const last = indexOfSegment(uses, entries[entries.length - 1])
      for (let i = first; i <= last; i++) {
        uses[i].blocks.push(block)
        uses[i].needed += used * Math.min(1, live / Math.max(1, messages))
      }
    }
    return uses
  }

  #load(block: Block): Promise<void> {
    return new Promise((resolve) => {
      const position = block.slot * BLOCK_SIZE
      const isThere = block.live === 0 || block.forward !== undefined || this.#store.enter(position, resolve)
      if (isThere) resolve()
    })
  }

  /** Returns whether it could. */
  #move({ block, live }: ChosenBlock): boolean {
    const { marks } = block
    // It is written, or being read; and of what cannot be read nothing must be made.
    if (block.open || block.pins > 0 || block.loading || block.damaged.length > 0) return false
    // Something came or went since the marks were made; the next checkpoint makes others. Their number alone does not tell: of some references
    // no checkpoint knows, such as those of queues that are not durable. Whatever comes to a block that is full takes its marks away.
    if (marks === undefined || block.live !== live || marks.length !== live || live === 0 || !block.resident)
      return false
    const references = new Map<number, number>()
    for (const offset of marks) references.set(offset, (references.get(offset) ?? 0) + 1)
    const forward = new Map<number, number>()
    for (const [offset, count] of references) {
      const message = this.#message
      this.#store.read(block.slot * BLOCK_SIZE + offset, message)
      const position = this.#journal.move(message)
      for (let i = 1; i < count; i++) this.#store.keep(message)
      forward.set(offset, position)
    }
    this.#store.forwardTo(block, forward)
    return true
  }
}

function isSparse({ segment, blocks, needed }: SegmentUse): boolean {
  return blocks.length > 0 && needed < segment.bytes * SPARSE_SHARE
}

/** Index of the segment with the position, or of the one behind where it was. */
function indexOfSegment(uses: readonly SegmentUse[], position: Position): number {
  let low = 0
  let high = uses.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (uses[middle].segment.last < position) low = middle + 1
    else high = middle
  }
  return low
}
