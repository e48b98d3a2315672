/**
 * Finds the entries of a segment by reading its file.
 *
 * What is no entry is skipped up to the next one. In the segment that was written last, the last write may be incomplete: a crash brings any
 * of its pages to the disk, in any order. An entry says how many others of its write come before it, and whatever comes before those was on
 * disk when the write began. So the last write is told from the rest: its first unsound entry and all behind it are cut, as if the write had
 * ended there, while damage before is damage.
 */

import type { LogBounds, Position } from '../ordered-log.ts'
import {
  type FrameHeader,
  findDamage,
  frameBytes,
  HEADER_BYTES,
  hasSoundTrailer,
  logIdAt,
  MAGIC_BYTES,
  parseHeader,
} from './frame.ts'
import type { Reading } from './read-request.ts'
import { SegmentIndex } from './segment-index.ts'

/** Read at a time. */
const WINDOW_BYTES = 1024 * 1024

export interface ScanOptions {
  readonly first: Position
  /** Size of the file. */
  readonly size: number
  /** All positions are below. */
  readonly limit: Position
  /** Whose entries to take; those of the first one found when not known. */
  readonly logId: Uint8Array | undefined
  /** Whether it was written last, so that its last write may be incomplete. */
  readonly isLast: boolean
}

/** Bytes that are no entry, and the entries that are missing there. */
export interface Gap {
  readonly offset: number
  readonly bytes: number
  readonly positions: LogBounds
}

export interface ScanResult {
  readonly index: SegmentIndex
  readonly logId: Uint8Array | undefined
  readonly gaps: readonly Gap[]
  /** Where the last write begins, as far as it is left; else the end. */
  readonly lastWriteOffset: number
  /** What is to be cut off behind the last entry. */
  readonly tail: { readonly bytes: number; readonly entries: number }
}

export function* scanSegment(options: ScanOptions): Reading<ScanResult> {
  const scan = new Scan(options)
  yield* scan.findEntries()
  const entries = options.isLast ? yield* scan.cutIncomplete() : 0
  const bytes = Math.max((yield* scan.findDataEnd()) - scan.index.end, 0)
  const { index, logId, gaps, lastWriteOffset } = scan
  return { index, logId, gaps, lastWriteOffset, tail: { bytes, entries } }
}

class Scan {
  readonly index: SegmentIndex
  logId: Uint8Array | undefined
  gaps: Gap[] = []
  readonly #options: ScanOptions
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0
  /** First position of the last write. */
  #lastRound: Position
  /** The end of what is not zero, once it was looked for. */
  #dataEnd: number | undefined

  constructor(options: ScanOptions) {
    this.#options = options
    this.index = new SegmentIndex(options.first)
    this.logId = options.logId
    this.#lastRound = options.first
  }

  get lastWriteOffset(): number {
    return this.index.offsetOf(this.#lastRound) ?? this.index.end
  }

  *findEntries(): Reading<void> {
    for (;;) {
      const offset = this.index.end
      const header = yield* this.#headerAt(offset, this.index.last + 1)
      if (header === undefined) {
        if (!(yield* this.#skipToNext(offset))) return
      } else {
        this.#lastRound = Math.max(this.#lastRound, header.position - header.roundIndex)
        this.index.push(offset, header.frameBytes)
      }
    }
  }

  /** Cuts what is incomplete of the last write; returns the number of entries that it costs. */
  *cutIncomplete(): Reading<number> {
    const { index } = this
    const start = this.#lastRound
    // Where the last write began; when its first entry is missing, where the gap that swallowed it began.
    const swallowed = this.gaps.find(({ positions }) => positions.first <= start && start <= positions.last)
    let end = swallowed?.offset ?? index.offsetOf(start) ?? 0
    for (let position = start; position <= index.last; position++) {
      const length = index.offsetOf(position) === end ? yield* this.#soundBytesAt(end) : 0
      if (length === 0) return this.#cut(position, end)
      end += length
    }
    return 0
  }

  /** The end of what is not zero, behind the entries found until now; somewhere before their end when there is nothing. */
  *findDataEnd(): Reading<number> {
    if (this.#dataEnd !== undefined) return this.#dataEnd
    let end = this.index.end
    for (let offset = end; offset < this.#options.size; ) {
      const bytes = yield* this.#bytesAt(offset, WINDOW_BYTES)
      if (bytes.length === 0) break
      const length = lengthWithoutZeros(bytes)
      if (length > 0) end = offset + length
      offset += bytes.length
    }
    this.#dataEnd = end
    return end
  }

  /** Moves on to the next entry behind bytes that are none. */
  *#skipToNext(start: number): Reading<boolean> {
    const expected = this.index.last + 1
    const end = yield* this.findDataEnd()
    for (let offset = start + 1; offset < end; ) {
      const bytes = yield* this.#bytesAt(offset, WINDOW_BYTES)
      const hit = bytes.indexOf(MAGIC_BYTES)
      if (hit < 0) {
        if (bytes.length < MAGIC_BYTES.length) return false
        // The magic may lie across the end of the window.
        offset += bytes.length - MAGIC_BYTES.length + 1
        continue
      }
      offset += hit
      const header = yield* this.#headerAt(offset)
      const lost = (header?.position ?? 0) - expected
      if (header !== undefined && lost >= 0 && lost <= (offset - start) / frameBytes(0)) {
        this.gaps.push({
          offset: start,
          bytes: offset - start,
          positions: { first: expected, last: header.position - 1 },
        })
        this.index.skipTo(header.position)
        this.index.end = offset
        return true
      }
      offset++
    }
    return false
  }

  *#headerAt(offset: number, position?: Position): Reading<FrameHeader | undefined> {
    const bytes = yield* this.#bytesAt(offset, HEADER_BYTES)
    const header = parseHeader(bytes, 0, this.logId)
    if (header === undefined || offset + header.frameBytes > this.#options.size) return undefined
    if (header.position >= this.#options.limit || (position !== undefined && header.position !== position))
      return undefined
    if (header.position - header.roundIndex < this.#options.first) return undefined
    if (position !== undefined) this.logId ??= logIdAt(bytes, 0)
    return header
  }

  /** Size of the entry at `offset`; 0 when it is damaged. */
  *#soundBytesAt(offset: number): Reading<number> {
    const header = yield* this.#headerAt(offset)
    if (header === undefined) return 0
    const frame = yield* this.#bytesAt(offset, header.frameBytes)
    return hasSoundTrailer(frame, header) && findDamage(frame, header).length === 0 ? header.frameBytes : 0
  }

  #cut(position: Position, end: number): number {
    const { index } = this
    let count = 0
    for (let cut = position; cut <= index.last; cut++) if (index.offsetOf(cut) !== undefined) count++
    index.cut(position, end)
    // A gap across the start of the last write has lost what came before it.
    this.gaps = this.gaps
      .filter((gap) => gap.offset < end || gap.positions.first < position)
      .map((gap) =>
        gap.positions.last < position ? gap : { ...gap, positions: { first: gap.positions.first, last: position - 1 } },
      )
    return count
  }

  /** At least `length` bytes from `offset` on, fewer at the end of the file. */
  *#bytesAt(offset: number, length: number): Reading<Buffer> {
    const wanted = Math.max(Math.min(length, this.#options.size - offset), 0)
    const start = offset - this.#windowStart
    if (start < 0 || start + wanted > this.#window.length) {
      const most = Math.min(Math.max(wanted, WINDOW_BYTES), this.#options.size - offset)
      if (most <= 0) return Buffer.alloc(0)
      this.#window = yield { offset, length: most }
      this.#windowStart = offset
      return this.#window
    }
    return this.#window.subarray(start)
  }
}

function lengthWithoutZeros(bytes: Buffer): number {
  const zeros = Buffer.alloc(Math.min(bytes.length, 65_536))
  let length = bytes.length
  while (length > 0) {
    const start = Math.max(length - zeros.length, 0)
    if (bytes.compare(zeros, 0, length - start, start, length) !== 0) break
    length = start
  }
  while (length > 0 && bytes[length - 1] === 0) length--
  return length
}
