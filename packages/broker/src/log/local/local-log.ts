/**
 * The engine `local`: a log in segment files of one directory.
 *
 * Names of files are first positions. Only the last segment is written; those before it are sealed, have an index file, and are removed as
 * a whole, or written over as another segment. `frame.ts` draws an entry, `segment-index.ts` an index.
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
  type LogSegment,
  type OrderedLog,
  type Position,
} from '../ordered-log.ts'
import { ActiveSegment } from './active-segment.ts'
import { Appender } from './appender.ts'
import { FileCache } from './file-cache.ts'
import { LOG_ID_BYTES, payloadBytesWithin } from './frame.ts'
import { IndexCache } from './index-cache.ts'
import type { LogReport } from './log-event.ts'
import { writeLogId } from './log-id.ts'
import { type OpenedSegments, openSegments } from './open-segments.ts'
import type { Segment } from './segment.ts'
import { indexName, segmentName } from './segment-names.ts'
import { SegmentReader } from './segment-reader.ts'
import { SpareSegments } from './spare-segments.ts'

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

type ResolvedOptions = Required<Omit<LocalLogOptions, 'random'>>

interface OpenedLog extends OpenedSegments {
  readonly logId: Uint8Array
}

export class LocalLog implements OrderedLog {
  readonly durability: Durability = 'fsync-local'
  readonly maxEntryBytes: number
  readonly #options: ResolvedOptions
  /** Oldest first, from the first append on with the one being written. */
  readonly #segments: Segment[]
  /** Position of the next entry. */
  #next: Position
  readonly #files: FileCache
  readonly #indexes: IndexCache
  readonly #reader: SegmentReader
  readonly #appender: Appender
  readonly #logId: Uint8Array
  #isIdStored: boolean
  readonly #spares: SpareSegments
  /** Creating and removing segments, one at a time: see {@link LocalLog.#inDirectory}. */
  #directoryWork: Promise<unknown> = Promise.resolve()

  private constructor(options: ResolvedOptions, { segments, next, logId, isIdStored }: OpenedLog) {
    const { fileSystem, directory, segmentBytes, report } = options
    this.maxEntryBytes = payloadBytesWithin(segmentBytes)
    this.#options = options
    this.#segments = segments
    this.#next = next
    this.#logId = logId
    this.#isIdStored = isIdStored
    this.#files = new FileCache(fileSystem)
    this.#indexes = new IndexCache(fileSystem, directory, this.#files, logId)
    this.#reader = new SegmentReader(directory, this.#files, this.#indexes, logId, report)
    this.#spares = new SpareSegments(fileSystem, directory, segmentBytes)
    this.#appender = new Appender({
      logId,
      nextSegment: (full) => this.#inDirectory(() => this.#nextSegment(full)),
      written: ({ segment, index, diskBytes }) => {
        segment.last = index.last
        segment.bytes = diskBytes
        this.#next = index.last + 1
      },
      refused: (cause) => {
        report({ kind: 'write-refused', directory, cause })
        // The disk is full, as a rule.
        void this.releaseSpares()
      },
      failed: (cause) => report({ kind: 'failed', directory, cause }),
    })
  }

  /**
   * Opens the log in a directory. What a crash left incomplete is cut off and reported; damage costs the entries it hits. A full disk does not
   * matter before something is appended.
   *
   * @throws RangeError for a `segmentBytes` out of range; errors of the file system.
   */
  static async open(options: LocalLogOptions): Promise<LocalLog> {
    const { directory, fileSystem = nodeFileSystem, random = systemRandom, report = () => {} } = options
    const segmentBytes = resolveSegmentBytes(options.segmentBytes)
    await fileSystem.makeDirectory(directory)
    const opened = await openSegments(fileSystem, directory, report)
    const resolved = { directory, fileSystem, segmentBytes, report }
    return new LocalLog(resolved, { ...opened, logId: opened.logId ?? random(LOG_ID_BYTES) })
  }

  get bounds(): LogBounds {
    return { first: this.#segments[0]?.first ?? this.#next, last: this.#next - 1 }
  }

  get segments(): readonly LogSegment[] {
    return [...this.#segments]
  }

  get diskBytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, this.#spares.bytes)
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

  endSegment(): void {
    this.#appender.endSegment()
  }

  releaseSpares(): Promise<void> {
    return this.#spares.release()
  }

  async close(): Promise<void> {
    await this.#appender.close()
    await this.#appender.active?.seal(this.#logId)
    await Promise.all(this.#segments.map(({ sealing }) => sealing))
    await this.#directoryWork
    await this.#spares.release()
    this.#files.close()
  }

  async #nextSegment(full: ActiveSegment | undefined): Promise<ActiveSegment> {
    const { fileSystem, directory, segmentBytes } = this.#options
    if (!this.#isIdStored) await writeLogId(fileSystem, directory, this.#logId)
    this.#isIdStored = true
    const spare = this.#spares.take()
    const options = { fileSystem, directory, logId: this.#logId, first: this.#next, size: segmentBytes, spare }
    let next: ActiveSegment
    try {
      next = await ActiveSegment.create(options)
    } catch (error) {
      // Of a file whose sync has failed nobody knows what is on disk. The next attempt is made with another one.
      if (spare !== undefined) await unlinkIfThere(fileSystem, spare.path).catch(() => {})
      throw error
    }
    if (full !== undefined) {
      // Nobody waits for the index of the full one.
      full.segment.sealing = full.seal(this.#logId).then(() => {
        full.segment.sealing = undefined
      })
    }
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
    return this.#inDirectory(() => this.#removeNow(isDead))
  }

  /**
   * Does what changes names in the directory and syncs it, alone: where that sync fails, all that changed until then may count as synced
   * and be lost all the same. If somebody else's names were among it, their sync would succeed, and they would never know.
   */
  #inDirectory<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#directoryWork.then(work)
    this.#directoryWork = done.catch(() => {})
    return done
  }

  /** Removes segments, but not the last one, which is being written or tells the next position. */
  async #removeNow(isDead: (segment: Segment) => boolean): Promise<void> {
    const { fileSystem, directory } = this.#options
    const last = this.#segments.at(-1)
    const dead = this.#segments.filter((segment) => segment !== last && isDead(segment))
    if (dead.length === 0) return
    try {
      for (const segment of dead) {
        await segment.sealing
        // From here on no reader finds it. One that has begun looks again before it believes what it has read.
        this.#segments.splice(this.#segments.indexOf(segment), 1)
        this.#indexes.drop(segment)
        this.#files.drop(join(directory, segmentName(segment.first)))
        await this.#spares.remove(segment)
        await unlinkIfThere(fileSystem, join(directory, indexName(segment.first)))
      }
      await fileSystem.syncDirectory(directory)
    } catch (error) {
      // Also where it did not come to syncing: should that fail for the next who changes names, nobody would hear of these.
      await this.#spares.notSynced()
      throw error
    }
    this.#spares.synced()
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
