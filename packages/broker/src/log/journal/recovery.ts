/**
 * Reads the log at the start: the newest complete checkpoint, then everything behind it.
 *
 * Damage costs the records that it hits. `replayed-state.ts` has what the others amount to.
 */

import { isDamaged, type OrderedLog, type Position } from '../ordered-log.ts'
import { decodeEntryHeader, ENTRY_HEADER_SIZE, type EntryHeader, EntryKind } from './entry.ts'
import { RecordType } from './record.ts'
import type { Recovered } from './recovered.ts'
import { ReplayedState } from './replayed-state.ts'
import { visitRecords } from './visit-records.ts'

/** Entries at the end of the log among which one is looked for that tells of the newest checkpoint. */
const LAST_ENTRIES = 64

/** @throws errors of the file system. */
export async function recover(log: OrderedLog): Promise<Recovered> {
  const { first, last } = log.bounds
  const recovery = new Recovery()
  const checkpoint = last < first ? 0 : await newestCheckpoint(log)
  const at = checkpoint === 0 ? undefined : await recovery.readCheckpoint(log, checkpoint)
  if (checkpoint !== 0 && at === undefined) recovery.forgetAll()
  await recovery.replay(log, at === undefined ? first : at + 1, last)
  return recovery.finish(at === undefined ? 0 : checkpoint)
}

/** Whether nothing was ever removed from the log. */
function isWhole({ segments }: OrderedLog): boolean {
  return segments.every(({ first }, i) => first === (i === 0 ? 1 : segments[i - 1].last + 1))
}

/** The position that the last entry names which can be read. */
async function newestCheckpoint(log: OrderedLog): Promise<Position> {
  const { first, last } = log.bounds
  for (let position = last; position >= Math.max(first, last - LAST_ENTRIES); position--) {
    const entry = log.readSync(position)
    const header =
      entry === undefined || isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE) ? undefined : decodeEntryHeader(entry.bytes)
    if (header !== undefined) return header.checkpoint
  }
  return 0
}

/** Of a part of a checkpoint whose header cannot be read. */
const NO_HEADER: EntryHeader = { kind: EntryKind.checkpoint, epoch: 0, block: 0, offset: 0, checkpoint: 0 }

class Recovery {
  #state = new ReplayedState()
  #replayed = 0
  #damagedRecords = 0

  forgetAll(): void {
    this.#state = new ReplayedState()
  }

  /**
   * Returns the position up to which the checkpoint holds all; `undefined` when it cannot be used.
   *
   * Where it is damaged everything is replayed instead, if everything is still there. If not, what can be read of it counts.
   */
  async readCheckpoint(log: OrderedLog, from: Position): Promise<Position | undefined> {
    let at: Position | undefined
    let parts = 0
    let isDone = false
    let isDamagedPart = false
    for await (const entry of log.read(from, log.bounds.last)) {
      const isReadable = !isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE)
      // The first part is known by its place.
      const header = isReadable ? decodeEntryHeader(entry.bytes) : entry.position === from ? NO_HEADER : undefined
      if (header?.kind !== EntryKind.checkpoint) continue
      if (header !== NO_HEADER) {
        at ??= header.block
        // Of another one, which was begun later.
        if (header.block !== at) break
        this.#state.epoch = header.epoch
      }
      if (entry.damaged.length > 0) isDamagedPart = true
      if (isDamagedPart && isWhole(log)) return undefined
      parts++
      let partCount: number | undefined
      this.#damagedRecords += visitRecords(entry, (view, offset) => {
        if (view.getUint8(offset + 6) !== RecordType.checkpointEnd) {
          this.#state.apply(entry, view, offset, header)
          return
        }
        at ??= view.getFloat64(offset + 16)
        partCount = view.getFloat64(offset + 24)
      })
      if (partCount === undefined) continue
      isDone = partCount === parts
      break
    }
    if (isDone && !isDamagedPart) return at
    if (isWhole(log) || at === undefined) return undefined
    if (!isDone) this.#damagedRecords++
    await this.#findBlocks(log, at)
    return at
  }

  /** Finds the blocks that a damaged checkpoint does not tell of, by what is left of them in the log. */
  async #findBlocks(log: OrderedLog, to: Position): Promise<void> {
    const { blocks } = this.#state
    const known = new Set(blocks.ids())
    for await (const entry of log.read(log.bounds.first, to)) {
      const header = isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE) ? undefined : decodeEntryHeader(entry.bytes)
      if (header?.kind !== EntryKind.data || header.block === 0 || known.has(header.block)) continue
      blocks.noteEntry(entry.position, entry.bytes.length, header)
      if (blocks.isContinued(header)) continue
      this.#damagedRecords += visitRecords(entry, (view, offset) => {
        const type = view.getUint8(offset + 6)
        if (type === RecordType.enqueue || type === RecordType.moved)
          this.#state.noteMessage(entry, view, offset, header)
      })
    }
  }

  async replay(log: OrderedLog, from: Position, to: Position): Promise<void> {
    if (from > to) return
    const state = this.#state
    for await (const entry of log.read(from, to)) {
      this.#replayed++
      const header = isDamaged(entry.damaged, 0, ENTRY_HEADER_SIZE) ? undefined : decodeEntryHeader(entry.bytes)
      if (header === undefined) {
        this.#damagedRecords++
        continue
      }
      if (header.epoch > state.epoch) state.startedAnew(header.epoch)
      if (header.kind !== EntryKind.data) continue
      if (header.block !== 0) state.blocks.noteEntry(entry.position, entry.bytes.length, header)
      if (state.blocks.isContinued(header)) continue
      this.#damagedRecords += visitRecords(entry, (view, offset) => state.apply(entry, view, offset, header))
    }
  }

  finish(checkpoint: Position): Recovered {
    const { metadata, holders, blocks, epoch } = this.#state
    return {
      metadata,
      holders,
      ...blocks.finish(),
      epoch: epoch + 1,
      firstBlock: blocks.highest + 1,
      checkpoint,
      replayed: this.#replayed,
      damagedRecords: this.#damagedRecords,
    }
  }
}
