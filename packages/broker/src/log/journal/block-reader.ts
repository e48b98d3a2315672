/** Reads blocks of the journal back from the log: their entries, put where they belong. */

import type { LogEntry, OrderedLog } from '../ordered-log.ts'
import type { Block } from '../store/block.ts'
import type { LoggedBlocks } from '../store/residency.ts'
import { decodeEntryHeader, ENTRY_HEADER_SIZE } from './entry.ts'
import { RECORD_HEADER_SIZE } from './record.ts'

export class BlockReader implements LoggedBlocks {
  readonly #log: OrderedLog

  constructor(log: OrderedLog) {
    this.#log = log
  }

  async load(block: Block, into: Uint8Array): Promise<void> {
    for (let i = 0; i < block.entries.length; i += 2) {
      for await (const entry of this.#log.read(block.entries[i], block.entries[i + 1])) place(block, entry, into)
    }
  }

  loadNow(block: Block, into: Uint8Array): void {
    for (let i = 0; i < block.entries.length; i += 2) {
      for (let position = block.entries[i]; position <= block.entries[i + 1]; position++) {
        const entry = this.#log.readSync(position)
        if (entry !== undefined) place(block, entry, into)
      }
    }
  }
}

/** What is damaged is left out: zeros, which no record begins with. */
function place(block: Block, { bytes, damaged }: LogEntry, into: Uint8Array): void {
  const header = decodeEntryHeader(bytes)
  if (header === undefined || header.block !== block.id) return
  const isSole = block.soleRouteLength >= 0
  // A message that is a block has its record header in the log only.
  const skipped = isSole && header.offset === 0 ? RECORD_HEADER_SIZE : 0
  const offset = isSole ? Math.max(0, header.offset - RECORD_HEADER_SIZE) : header.offset
  const payload = bytes.subarray(ENTRY_HEADER_SIZE + skipped)
  into.set(payload, offset)
  for (const { start, end } of damaged) {
    const from = Math.max(0, start - ENTRY_HEADER_SIZE - skipped)
    into.fill(0, offset + from, offset + Math.max(from, end - ENTRY_HEADER_SIZE - skipped))
  }
}
