/** Reads blocks of the journal back from the log: their entries, put where they belong. */

import type { DamagedRange, LogEntry, OrderedLog } from '../ordered-log.ts'
import type { Block } from '../store/block.ts'
import type { LoggedBlocks } from '../store/residency.ts'
import { decodeEntryHeader, ENTRY_HEADER_SIZE } from './entry.ts'
import { RECORD_HEADER_SIZE } from './record.ts'

export class BlockReader implements LoggedBlocks {
  readonly #log: OrderedLog

  constructor(log: OrderedLog) {
    this.#log = log
  }

  async load(block: Block, into: Uint8Array): Promise<readonly DamagedRange[]> {
    const sound: DamagedRange[] = []
    for (let i = 0; i < block.entries.length; i += 2) {
      for await (const entry of this.#log.read(block.entries[i], block.entries[i + 1])) {
        place(block, entry, into, sound)
      }
    }
    return gaps(sound, block.used)
  }

  loadNow(block: Block, into: Uint8Array): readonly DamagedRange[] {
    const sound: DamagedRange[] = []
    for (let i = 0; i < block.entries.length; i += 2) {
      for (let position = block.entries[i]; position <= block.entries[i + 1]; position++) {
        const entry = this.#log.readSync(position)
        if (entry !== undefined) place(block, entry, into, sound)
      }
    }
    return gaps(sound, block.used)
  }
}

/** Puts an entry where it belongs, and adds to `sound` which bytes of the block that gave. */
function place(block: Block, { bytes, damaged }: LogEntry, into: Uint8Array, sound: DamagedRange[]): void {
  const header = decodeEntryHeader(bytes)
  if (header === undefined || header.block !== block.id) return
  const isSole = block.soleRouteLength >= 0
  // A message that is a block has its record header in the log only.
  const skipped = ENTRY_HEADER_SIZE + (isSole && header.offset === 0 ? RECORD_HEADER_SIZE : 0)
  const offset = isSole ? Math.max(0, header.offset - RECORD_HEADER_SIZE) : header.offset
  into.set(bytes.subarray(skipped), offset)
  let from = skipped
  for (const { start, end } of damaged) {
    if (start > from) sound.push({ start: offset + from - skipped, end: offset + start - skipped })
    from = Math.max(from, end)
  }
  if (bytes.length > from) sound.push({ start: offset + from - skipped, end: offset + bytes.length - skipped })
}

/** What is left of the bytes up to `length` without `sound` ones, which come in order. */
function gaps(sound: readonly DamagedRange[], length: number): readonly DamagedRange[] {
  const found: DamagedRange[] = []
  let from = 0
  for (const { start, end } of sound) {
    if (start > from) found.push({ start: from, end: start })
    from = Math.max(from, end)
  }
  if (from < length) found.push({ start: from, end: length })
  return found
}
