/**
 * Finds checkpoints in the log and reads them.
 *
 * Every entry names the newest checkpoint that was complete when it was written; the parts of a checkpoint name the one before.
 */

import { isDamaged, type LogEntry, type OrderedLog, type Position } from '../ordered-log.ts'
import { decodeEntryHeader, ENTRY_HEADER_SIZE, type EntryHeader, EntryKind } from './entry.ts'
import { RecordType } from './record.ts'
import { ReplayedState } from './replayed-state.ts'
import { visitRecords } from './visit-records.ts'

/** Entries among which one is looked for that can be read and names a checkpoint. */
const NAMING_ENTRIES = 64
/** Of a part whose header cannot be read. */
const NO_HEADER: EntryHeader = { kind: EntryKind.checkpoint, epoch: 0, block: 0, offset: 0, checkpoint: 0 }

/** What was read of a checkpoint. */
export interface ReadCheckpoint {
  /** Position of its first part. */
  readonly position: Position
  /** It holds everything up to here; `undefined` when that cannot be read. */
  readonly at: Position | undefined
  readonly state: ReplayedState
  /** Whether all of it could be read. */
  readonly isSound: boolean
  /** Records that could not be read. */
  readonly damagedRecords: number
}

/** The header of an entry; `undefined` when it cannot be read. */
export function headerOf({ bytes, damaged }: LogEntry): EntryHeader | undefined {
  return isDamaged(damaged, 0, ENTRY_HEADER_SIZE) ? undefined : decodeEntryHeader(bytes)
}

/** Position of the newest complete checkpoint; 0 for none. */
export function newestCheckpoint(log: OrderedLog): Position {
  return namedCheckpoint(log, log.bounds.last, () => true)
}

/** Position of the checkpoint before one; 0 for none. */
export function checkpointBefore(log: OrderedLog, position: Position): Position {
  return namedCheckpoint(log, position, (named) => named < position)
}

/** The checkpoint that an entry names, at `from` or a little before. */
function namedCheckpoint(log: OrderedLog, from: Position, isMeant: (named: Position) => boolean): Position {
  for (let position = from; position >= Math.max(log.bounds.first, from - NAMING_ENTRIES); position--) {
    const entry = log.readSync(position)
    const header = entry === undefined ? undefined : headerOf(entry)
    if (header !== undefined && isMeant(header.checkpoint)) return header.checkpoint
  }
  return 0
}

export async function readCheckpoint(log: OrderedLog, from: Position): Promise<ReadCheckpoint> {
  const state = new ReplayedState()
  let at: Position | undefined
  let parts = 0
  let partCount: number | undefined
  let damagedRecords = 0
  let isDamagedPart = false
  for await (const entry of log.read(from, log.bounds.last)) {
    // The first part is known by its place.
    const header = headerOf(entry) ?? (entry.position === from ? NO_HEADER : undefined)
    if (header?.kind !== EntryKind.checkpoint) continue
    if (header !== NO_HEADER) {
      at ??= header.block
      // Of another one, which was begun later.
      if (header.block !== at) break
      state.epoch = header.epoch
    }
    if (entry.damaged.length > 0) isDamagedPart = true
    parts++
    damagedRecords += visitRecords(entry, (view, offset) => {
      if (view.getUint8(offset + 6) !== RecordType.checkpointEnd) {
        state.apply(entry, view, offset, header)
        return
      }
      at ??= view.getFloat64(offset + 16)
      partCount = view.getFloat64(offset + 24)
    })
    if (partCount !== undefined) break
  }
  const isDone = partCount === parts
  // What a part had that is missing altogether nobody can tell.
  if (!isDone) damagedRecords++
  return { position: from, at, state, isSound: isDone && !isDamagedPart && damagedRecords === 0, damagedRecords }
}
