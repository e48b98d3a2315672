/**
 * The engine `local`: a log in segment files of one directory.
 *
 * Names of files are first positions. Only the last segment is written; those before it are sealed, have an index file, and are removed as
 * a whole. `frame.ts` draws an entry, `segment-index.ts` an index.
 */

import { join } from 'node:path'
import { type RandomSource, systemRandom } from '../../clock.ts'
import { type FileSystem, unlinkIfThere } from '../files/file-system.ts'
import { nodeFileSystem } from '../files/node-file-system.ts'
import {
  AppendRejected,
  type Durability,
  type LogBounds,
  type LogEntry,
  type OrderedLog,
  type Position,
} from '../ordered-log.ts'
import { ActiveSegment } from './active-segment.ts'
import { Appender } from './appender.ts'
import { FileCache } from './file-cache.ts'
import { LOG_ID_BYTES, payloadBytesWithin } from './frame.ts'
import { IndexCache } from './index-cache.ts'
import type { LogReport } from './log-event.ts'
import { openSegments } from './open-segments.ts'
import type { Segment } from './segment.ts'
import { indexName, segmentName } from './segment-names.ts'
import { SegmentReader } from './segment-reader.ts'

const SEGMENT_BYTES_DEFAULT = 64 * 1024 * 1024
const SEGMENT_BYTES_MIN = 4096
const SEGMENT_BYTES_MAX = 2 ** 31

export interface LocalLogOptions {
  /** Where the files are; created when it is missing. Nobody else may open it: see `openDataDirectory`. */
  readonly directory: string
  /**
   * Size of a segment in bytes, from 4096 to 2 GiB. An entry never spans two, which bounds `maxEntryBytes`.
   *
   * @default 67108864 (64 MiB)
   */
  readonly segmentBytes?: number
  /** Told what the operator should know. @default nobody */
  readonly report?: LogReport
  /** @default that of the machine */
  readonly fileSystem?: FileSystem
  /** Source of the log's id. @default that of the machine */
  readonly random?: RandomSource
}

export class LocalLog implements OrderedLog {
  readonly durability: Durability = 'fsync-local'
  readonly maxEntryBytes: number
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #segments: Segment[]
  readonly #files: FileCache
  readonly #indexes: IndexCache
  readonly #reader: SegmentReader
  readonly #appender: Appender
  readonly #logId: Uint8Array
  /** Removing segments, one call at a time. */
  #removing: Promise<void> = Promise.resolve()

  private constructor(
    fileSystem: FileSystem,
    directory: string,
    segmentBytes: number,
    segments: Segment[],
    active: ActiveSegment,
    logId: Uint8Array,
    report: LogReport,
  ) {
    this.maxEntryBytes = payloadBytesWithin(segmentBytes)
    this.#fileSystem = fileSystem
    this.#directory = directory
    this.#segments = [...segments, active.segment]
    this.#logId = logId
    this.#files = new FileCache(fileSystem)
    this.#indexes = new IndexCache(fileSystem, directory, this.#files, logId)
    this.#reader = new SegmentReader(directory, this.#files, this.#indexes, logId, report)
    this.#appender = new Appender(active, {
      logId,
      nextSegment: (full) => this.#nextSegment(full, segmentBytes),
      written: ({ segment, index }) => {
        segment.last = index.last
        segment.bytes = index.end
      },
      refused: ({ file }, cause) => report({ kind: 'write-refused', file, cause }),
      failed: ({ file }, cause) => report({ kind: 'failed', file, cause }),
    })
  }

  /**
   * Opens the log in a directory. What a crash left incomplete is cut off and reported; damage costs the entries it hits.
   *
   * @throws RangeError for a `segmentBytes` out of range; errors of the file system.
   */
  static async open(options: LocalLogOptions): Promise<LocalLog> {
    const { directory, fileSystem = nodeFileSystem, random = systemRandom, report = () => {} } = options
    const segmentBytes = resolveSegmentBytes(options.segmentBytes)
    await fileSystem.makeDirectory(directory)
    const opened = await openSegments(fileSystem, directory, report)
    const logId = opened.logId ?? random(LOG_ID_BYTES)
    const active = await ActiveSegment.create(fileSystem, directory, opened.next, segmentBytes)
    return new LocalLog(fileSystem, directory, segmentBytes, opened.segments, active, logId, report)
  }

  get bounds(): LogBounds {
    return { first: this.#segments[0].first, last: this.#lastSegment.last }
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  append(parts: readonly Uint8Array[]): Promise<Position> {
    let length = 0
    for (const part of parts) length += part.length
    if (length > this.maxEntryBytes) {
      return Promise.reject(
        new AppendRejected(`an entry of ${length} bytes is above the limit of ${this.maxEntryBytes}`),
      )
    }
    return this.#appender.append(parts, length)
  }

  read(from: Position, to: Position): AsyncIterable<LogEntry> {
    return this.#reader.read(from, Math.min(to, this.bounds.last), (position) => this.#find(position))
  }

  readSync(position: Position): LogEntry | undefined {
    const segment = this.#find(position)
    if (segment === undefined || position < segment.first || position > segment.last) return undefined
    return this.#reader.readSync(position, segment)
  }

  trim(before: Position): Promise<void> {
    return this.#remove((segment) => segment.last < before)
  }

  discard(from: Position, to: Position): Promise<void> {
    return this.#remove((segment) => segment.first >= from && segment.last <= to)
  }

  async close(): Promise<void> {
    await this.#appender.close()
    await this.#appender.active.seal(this.#logId)
    await Promise.all(this.#segments.map(({ sealing }) => sealing))
    await this.#removing.catch(() => {})
    this.#files.close()
  }

  get #lastSegment(): Segment {
    return this.#segments[this.#segments.length - 1]
  }

  async #nextSegment(full: ActiveSegment, segmentBytes: number): Promise<ActiveSegment> {
    const next = await ActiveSegment.create(this.#fileSystem, this.#directory, full.index.last + 1, segmentBytes)
    // Nobody waits for the index of the full one.
    const sealing = full.seal(this.#logId).then(() => {
      full.segment.sealing = undefined
    })
    full.segment.sealing = sealing
    this.#segments.push(next.segment)
    return next
  }

  /** The segment of a position, or the first one behind it. */
  #find(position: Position): Segment | undefined {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#segments[middle].last < position) low = middle + 1
      else high = middle
    }
    return this.#segments[low]
  }

  #remove(isDead: (segment: Segment) => boolean): Promise<void> {
    const removal = this.#removing.catch(() => {}).then(() => this.#removeNow(isDead))
    this.#removing = removal
    removal.catch(() => {})
    return removal
  }

  /** Removes segments, but not the last one, which is being written and knows the next position. */
  async #removeNow(isDead: (segment: Segment) => boolean): Promise<void> {
    const last = this.#lastSegment
    const dead = this.#segments.filter((segment) => segment !== last && isDead(segment))
    if (dead.length === 0) return
    for (const segment of dead) {
      await segment.sealing
      const path = join(this.#directory, segmentName(segment.first))
      this.#segments.splice(this.#segments.indexOf(segment), 1)
      this.#indexes.drop(segment)
      this.#files.drop(path)
      await unlinkIfThere(this.#fileSystem, path)
      await unlinkIfThere(this.#fileSystem, join(this.#directory, indexName(segment.first)))
    }
    await this.#fileSystem.syncDirectory(this.#directory)
  }
}

function resolveSegmentBytes(segmentBytes = SEGMENT_BYTES_DEFAULT): number {
  if (Number.isInteger(segmentBytes) && segmentBytes >= SEGMENT_BYTES_MIN && segmentBytes <= SEGMENT_BYTES_MAX) {
    return segmentBytes
  }
  throw new RangeError(
    `segmentBytes ${segmentBytes} must be an integer from ${SEGMENT_BYTES_MIN} to ${SEGMENT_BYTES_MAX}`,
  )
}
