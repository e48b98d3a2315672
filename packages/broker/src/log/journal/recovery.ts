/**
 * Reads the log at the start: the newest complete checkpoint, then everything behind it.
 *
 * Damage costs the records that it hits, and nothing where it hits a checkpoint: the one before is kept, with all that came since. What records
 * amount to is in `replayed-state.ts`.
 */

import type { OrderedLog, Position } from '../ordered-log.ts'
import { EntryKind } from './entry.ts'
import { checkpointBefore, headerOf, newestCheckpoint, type ReadCheckpoint, readCheckpoint } from './read-checkpoint.ts'
import { RecordType } from './record.ts'
import type { Recovered } from './recovered.ts'
import { ReplayedState } from './replayed-state.ts'
import { visitRecords } from './visit-records.ts'

/** @throws errors of the file system. */
export async function recover(log: OrderedLog): Promise<Recovered> {
  const { first, last } = log.bounds
  const newest = last < first ? 0 : newestCheckpoint(log)
  if (newest === 0) return new Recovery(log).replayAll()
  const checkpoint = await readCheckpoint(log, newest)
  if (checkpoint.isSound) return new Recovery(log).replayFrom(checkpoint)
  const before = await readBefore(log, newest)
  const recovery = new Recovery(log)
  recovery.damagedCheckpoints = 1
  if (before !== undefined) return recovery.replayFrom(before)
  if (isWholeFrom(log, 1)) return recovery.replayAll()
  // What can be read of it counts.
  recovery.damagedRecords = checkpoint.damagedRecords
  if (checkpoint.at === undefined) return recovery.replayAll()
  await recovery.findBlocks(checkpoint.state, checkpoint.at)
  return recovery.replayFrom(checkpoint)
}

/** The checkpoint before one that is damaged, if it can be used in its place. */
async function readBefore(log: OrderedLog, newest: Position): Promise<ReadCheckpoint | undefined> {
  const position = checkpointBefore(log, newest)
  if (position === 0) return undefined
  const checkpoint = await readCheckpoint(log, position)
  const isUsable = checkpoint.isSound && isWholeFrom(log, (checkpoint.at as Position) + 1)
  return isUsable ? checkpoint : undefined
}

/** Whether nothing from a position on was ever removed from the log. */
function isWholeFrom({ segments }: OrderedLog, from: Position): boolean {
  let next = from
  for (const { first, last } of segments) {
    if (last < next) continue
    if (first > next) return false
    next = last + 1
  }
  return true
}

class Recovery {
  damagedRecords = 0
  damagedCheckpoints = 0
  readonly #log: OrderedLog
  #replayed = 0

  constructor(log: OrderedLog) {
    this.#log = log
  }

  /** What there is without a checkpoint. */
  async replayAll(): Promise<Recovered> {
    const state = new ReplayedState()
    await this.#replay(state, this.#log.bounds.first)
    return this.#finish(state, 0, 0)
  }

  async replayFrom({ state, position, at = 0, isSound }: ReadCheckpoint): Promise<Recovered> {
    await this.#replay(state, at + 1)
    return this.#finish(state, position, isSound ? at : 0)
  }

  /** Finds the blocks that a damaged checkpoint does not tell of, by what is left of them in the log up to `to`. */
  async findBlocks(state: ReplayedState, to: Position): Promise<void> {
    const { blocks } = state
    const known = new Set(blocks.ids())
    for await (const entry of this.#log.read(this.#log.bounds.first, to)) {
      const header = headerOf(entry)
      if (header?.kind !== EntryKind.data || header.block === 0 || known.has(header.block)) continue
      blocks.noteEntry(entry.position, entry.bytes.length, header)
      if (blocks.isContinued(header)) continue
      this.damagedRecords += visitRecords(entry, (view, offset) => {
        const type = view.getUint8(offset + 6)
        if (type === RecordType.enqueue || type === RecordType.moved) state.noteMessage(entry, view, offset, header)
      })
    }
  }

  async #replay(state: ReplayedState, from: Position): Promise<void> {
    const to = this.#log.bounds.last
    let next = from
    for await (const entry of from > to ? [] : this.#log.read(from, to)) {
      this.#replayed++
      // Nothing that a checkpoint does not hold was ever removed: what is missing cannot be read.
      this.damagedRecords += entry.position - next
      next = entry.position + 1
      const header = headerOf(entry)
      if (header === undefined) {
        this.damagedRecords++
        continue
      }
      if (header.epoch > state.epoch) state.startedAnew(header.epoch)
      if (header.kind !== EntryKind.data) continue
      if (header.block !== 0) state.blocks.noteEntry(entry.position, entry.bytes.length, header)
      if (state.blocks.isContinued(header)) continue
      this.damagedRecords += visitRecords(entry, (view, offset) => state.apply(entry, view, offset, header))
    }
    if (from <= to) this.damagedRecords += to + 1 - next
  }

  #finish(
    { metadata, holders, blocks, epoch }: ReplayedState,
    checkpoint: Position,
    checkpointAt: Position,
  ): Recovered {
    return {
      metadata,
      holders,
      ...blocks.finish(),
      epoch: epoch + 1,
      firstBlock: blocks.highest + 1,
      checkpoint,
      checkpointAt,
      replayed: this.#replayed,
      damagedRecords: this.damagedRecords,
      damagedCheckpoints: this.damagedCheckpoints,
    }
  }
}
