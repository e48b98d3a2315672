/**
 * Finds the records of an entry. Behind a damaged one the next is found by the check in every record's header.
 */

import { isDamaged, type LogEntry } from '../ordered-log.ts'
import { ENTRY_HEADER_SIZE } from './entry.ts'
import { alignedSize, isRecord, RECORD_ALIGNMENT, RECORD_HEADER_SIZE } from './record.ts'

/** Calls `visit` with every record of an entry that is whole, and returns how many are not; several in a row may count as one. */
export function visitRecords({ bytes, damaged }: LogEntry, visit: (view: DataView, offset: number) => void): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let damagedRecords = 0
  let offset = ENTRY_HEADER_SIZE
  let isLost = false
  while (offset + RECORD_HEADER_SIZE <= bytes.length) {
    if (isDamaged(damaged, offset, offset + RECORD_HEADER_SIZE) || !isRecord(view, offset, bytes.length)) {
      if (!isLost) damagedRecords++
      isLost = true
      offset += RECORD_ALIGNMENT
      continue
    }
    isLost = false
    const size = view.getUint32(offset)
    if (isDamaged(damaged, offset, offset + size)) damagedRecords++
    else visit(view, offset)
    offset += alignedSize(size)
  }
  return damagedRecords
}
