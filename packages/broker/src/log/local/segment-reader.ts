/**
 * Reads entries from segments: in large pieces, the next of which is under way while the last one is looked at; or a single one at once.
 */

import { join } from 'node:path'
import { hasCode } from '../files/file-system.ts'
import type { LogEntry, Position } from '../ordered-log.ts'
import type { FileCache } from './file-cache.ts'
import { findDamage, HEADER_BYTES, parseHeader } from './frame.ts'
import type { IndexCache } from './index-cache.ts'
import type { LogReport } from './log-event.ts'
import { readRange, readRangeSync } from './read-request.ts'
import type { Segment } from './segment.ts'
import type { SegmentIndex } from './segment-index.ts'
import { segmentName } from './segment-names.ts'

/** Read at a time, unless a single entry is larger. */
const PIECE_BYTES = 1024 * 1024

interface Piece {
  readonly entries: readonly LogEntry[]
  /** Where to go on. */
  readonly next: Position
}

export class SegmentReader {
  readonly #directory: string
  readonly #files: FileCache
  readonly #indexes: IndexCache
  readonly #logId: Uint8Array
  readonly #report: LogReport

  constructor(directory: string, files: FileCache, indexes: IndexCache, logId: Uint8Array, report: LogReport) {
    this.#directory = directory
    this.#files = files
    this.#indexes = indexes
    this.#logId = logId
    this.#report = report
  }

  /** @param find The segment that holds a position, or the first one behind it. */
  async *read(
    from: Position,
    to: Position,
    find: (position: Position) => Segment | undefined,
  ): AsyncGenerator<LogEntry> {
    let next = this.#readPiece(from, to, find)
    for (;;) {
      const piece = await next
      if (piece === undefined) return
      next = this.#readPiece(piece.next, to, find)
      // It is awaited above, unless the reader ends before.
      next.catch(() => {})
      yield* piece.entries
    }
  }

  readSync(position: Position, segment: Segment): LogEntry | undefined {
    const index = this.#indexes.getSync(segment)
    const offset = index.offsetOf(position)
    if (offset === undefined) return undefined
    const path = this.#path(segment)
    const length = index.endOf(position) - offset
    const bytes = this.#files.withSync(path, (file) => readRangeSync(file, offset, length))
    return this.#parse(bytes, position, path, offset)
  }

  async #readPiece(
    from: Position,
    to: Position,
    find: (position: Position) => Segment | undefined,
  ): Promise<Piece | undefined> {
    const segment = from > to ? undefined : find(from)
    if (segment === undefined || segment.first > to || segment.last < from) return undefined
    try {
      const index = await this.#indexes.get(segment)
      const isThere = () => find(from) === segment
      return await this.#readFrom(segment, index, Math.max(from, segment.first), Math.min(to, segment.last), isThere)
    } catch (error) {
      // Removed since it was found.
      if (hasCode(error, 'ENOENT') && find(from) !== segment) return { entries: [], next: segment.last + 1 }
      throw error
    }
  }

  async #readFrom(
    segment: Segment,
    index: SegmentIndex,
    from: Position,
    to: Position,
    isThere: () => boolean,
  ): Promise<Piece> {
    let first = from
    while (first <= to && index.offsetOf(first) === undefined) first++
    if (first > to) return { entries: [], next: to + 1 }
    const start = index.offsetOf(first) as number
    let last = first
    while (last < to && index.endOf(last + 1) - start <= PIECE_BYTES) last++
    const path = this.#path(segment)
    const bytes = await this.#files.with(path, (file) => readRange(file, start, index.endOf(last) - start))
    // Removed meanwhile, so that its file may have been written over already.
    if (!isThere()) return { entries: [], next: segment.last + 1 }
    const entries: LogEntry[] = []
    for (let position = first; position <= last; position++) {
      const offset = index.offsetOf(position)
      if (offset === undefined) continue
      const frame = bytes.subarray(offset - start, index.endOf(position) - start)
      const entry = this.#parse(frame, position, path, offset)
      if (entry !== undefined) entries.push(entry)
    }
    return { entries, next: last + 1 }
  }

  #parse(frame: Buffer, position: Position, file: string, offset: number): LogEntry | undefined {
    const header = parseHeader(frame, 0, this.#logId)
    if (header === undefined || header.position !== position) {
      const positions = { first: position, last: position }
      this.#report({ kind: 'entries-lost', file, offset, bytes: frame.length, positions })
      return undefined
    }
    const damaged = findDamage(frame, header)
    if (damaged.length > 0) this.#report({ kind: 'entry-damaged', file, offset, position, damaged })
    return { position, bytes: frame.subarray(HEADER_BYTES, HEADER_BYTES + header.length), damaged }
  }

  #path(segment: Segment): string {
    return join(this.#directory, segmentName(segment.first))
  }
}
