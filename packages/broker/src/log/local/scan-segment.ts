/**
 * Finds the entries of a segment by reading its file.
 *
 * What is no entry is skipped up to the next one. In the segment that was written last, the last write may be incomplete: a crash brings any
 * of its pages to the disk, in any order. An entry says how many others of its write come before it, and whatever comes before those was on
 * disk when the write began. So the last write is told from the rest: its first unsound entry and all behind it are cut, as if the write had
 * ended there, while damage before is damage.
 *
 * A file that was a segment before (`spare-segments.ts`) has entries of that time behind its end, and wherever a page of the last write is
 * missing. Their positions are below the first one of the segment, so none of them is taken for an entry. An end mark says that nothing
 * was written behind it; without one it is told by what is there.
 */

import type { LogBounds, Position } from '../ordered-log.ts'
import { END_MARK_BYTES, isEndMark } from './end-mark.ts'
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
  const written = yield* scan.findWrittenEnd()
  const entries = options.isLast ? yield* scan.cutIncomplete() : 0
  const bytes = written - scan.index.end
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
      const header = yield* this.#headerAt(offset)
      if (header === undefined || header.position !== this.index.last + 1 || !this.#isOwn(header)) {
        if (!(yield* this.#skipToNext(offset))) return
      } else {
        this.logId ??= logIdAt(yield* this.#bytesAt(offset, HEADER_BYTES), 0)
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

  /**
   * Where that ends which was written since the file is this segment, as far as can be told; behind the entries found, before any is cut.
   *
   * Without an end mark: where a sound entry of the file's earlier life begins, or where nothing but zeros follows.
   */
  *findWrittenEnd(): Reading<number> {
    const { end, last } = this.index
    const { size, limit, isLast } = this.#options
    // The next segment begins with the next position.
    if (!isLast && limit === last + 1) return end
    if (isEndMark(yield* this.#bytesAt(end, END_MARK_BYTES), last + 1, this.logId)) return end
    const earlier = yield* this.#findHeader(end, (header) => this.#isEarlier(header))
    return yield* this.#findZeros(end, earlier?.offset ?? size)
  }

  /** Where nothing but zeros follows up to `to`. */
  *#findZeros(from: number, to: number): Reading<number> {
    let end = from
    for (let offset = from; offset < to; ) {
      const window = yield* this.#bytesAt(offset, 1)
      if (window.length === 0) break
      const bytes = window.subarray(0, to - offset)
      const length = lengthWithoutZeros(bytes)
      if (length > 0) end = offset + length
      offset += bytes.length
    }
    return end
  }

  /** Moves on to the next entry behind bytes that are none. */
  *#skipToNext(start: number): Reading<boolean> {
    const expected = this.index.last + 1
    const found = yield* this.#findHeader(start + 1, (header, offset) => {
      const lost = header.position - expected
      return this.#isOwn(header) && lost >= 0 && lost <= (offset - start) / frameBytes(0)
    })
    if (found === undefined) return false
    const { header, offset } = found
    this.gaps.push({ offset: start, bytes: offset - start, positions: { first: expected, last: header.position - 1 } })
    this.index.skipTo(header.position)
    this.index.end = offset
    return true
  }

  /**
   * The next header from `from` on that is wanted. A whole entry of the file's earlier life is stepped over without a look inside: messages
   * full of what headers begin with would hold the search up.
   */
  *#findHeader(
    from: number,
    isWanted: (header: FrameHeader, offset: number) => boolean,
  ): Reading<{ readonly header: FrameHeader; readonly offset: number } | undefined> {
    for (let offset = from; ; ) {
      const bytes = yield* this.#bytesAt(offset, MAGIC_BYTES.length)
      if (bytes.length < MAGIC_BYTES.length) return undefined
      const hit = bytes.indexOf(MAGIC_BYTES)
      if (hit < 0) {
        // The magic may lie across the end of the window.
        offset += bytes.length - MAGIC_BYTES.length + 1
        continue
      }
      offset += hit
      const header = yield* this.#headerAt(offset)
      if (header !== undefined && isWanted(header, offset)) return { header, offset }
      const isWhole = header !== undefined && this.#isEarlier(header) && (yield* this.#isSoundAt(offset, header))
      offset += isWhole ? header.frameBytes : 1
    }
  }

  /** The header of an entry at `offset`, of this life of the file or of an earlier one. */
  *#headerAt(offset: number): Reading<FrameHeader | undefined> {
    const bytes = yield* this.#bytesAt(offset, HEADER_BYTES)
    const header = parseHeader(bytes, 0, this.logId)
    return header === undefined || offset + header.frameBytes > this.#options.size ? undefined : header
  }

  /** Whether an entry was written as one of this segment. */
  #isOwn({ position, roundIndex }: FrameHeader): boolean {
    return position < this.#options.limit && position - roundIndex >= this.#options.first
  }

  /** Whether an entry is from when the file was another segment. */
  #isEarlier({ position }: FrameHeader): boolean {
    return position < this.#options.first
  }

  *#isSoundAt(offset: number, header: FrameHeader): Reading<boolean> {
    const frame = yield* this.#bytesAt(offset, header.frameBytes)
    return hasSoundTrailer(frame, header) && findDamage(frame, header).length === 0
  }

  /** Size of the entry at `offset`; 0 when it is damaged. */
  *#soundBytesAt(offset: number): Reading<number> {
    const header = yield* this.#headerAt(offset)
    if (header === undefined || !this.#isOwn(header)) return 0
    return (yield* this.#isSoundAt(offset, header)) ? header.frameBytes : 0
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
