/**
 * The engine `memory`: a log that keeps nothing, for tests of what is built on a log. It can lose, delay, tear and resurrect.
 */

import {
  AppendRejected,
  AppendUnknown,
  type DamagedRange,
  type Durability,
  type LogBounds,
  type LogEntry,
  type LogSegment,
  type OrderedLog,
  type Position,
} from '../ordered-log.ts'

const MAX_ENTRY_BYTES_DEFAULT = 64 * 1024 * 1024
const SEGMENT_ENTRIES_DEFAULT = 16

/** What becomes of a write. */
export type MemoryWriteOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused' }
  /** The log fails. The first `stored` entries of the write are there when the log is opened again. */
  | { readonly kind: 'unknown'; readonly stored: number }

export interface MemoryLogOptions {
  /** In bytes. @default 67108864 (64 MiB) */
  readonly maxEntryBytes?: number
  /** Entries of a segment. @default 16 */
  readonly segmentEntries?: number
  /** What a write waits for. @default nothing */
  readonly delay?: () => Promise<void>
  /** What becomes of a write of `count` entries. @default it is written */
  readonly outcome?: (count: number) => MemoryWriteOutcome
}

interface StoredSegment extends LogSegment {
  last: Position
  bytes: number
  readonly entries: LogEntry[]
}

/** What outlives a {@link MemoryLog}: its disk, so to speak. */
export class MemoryLogStorage {
  segments: StoredSegment[] = [createSegment(1)]

  get last(): StoredSegment {
    return this.segments[this.segments.length - 1]
  }

  push(bytes: Uint8Array, segmentEntries: number): Position {
    if (this.last.entries.length >= segmentEntries) this.segments.push(createSegment(this.last.last + 1))
    const segment = this.last
    segment.entries.push({ position: segment.last + 1, bytes, damaged: [] })
    segment.bytes += bytes.length
    return ++segment.last
  }

  find(position: Position): LogEntry | undefined {
    const segment = this.segments.find(({ first, last }) => first <= position && position <= last)
    return segment?.entries[position - segment.first]
  }

  /** Damages an entry that is there. */
  damage(position: Position, damaged: readonly DamagedRange[]): void {
    const segment = this.segments.find(({ first, last }) => first <= position && position <= last)
    if (segment === undefined) return
    const slot = position - segment.first
    segment.entries[slot] = { ...segment.entries[slot], damaged }
  }
}

interface Pending {
  readonly bytes: Uint8Array
  readonly resolve: (position: Position) => void
  readonly reject: (error: Error) => void
}

export class MemoryLog implements OrderedLog {
  readonly durability: Durability = 'memory'
  readonly maxEntryBytes: number
  readonly #storage: MemoryLogStorage
  readonly #options: MemoryLogOptions
  #queue: Pending[] = []
  #running: Promise<void> | undefined
  #hasFailed = false
  #isClosed = false

  /** @param storage Of a log that was closed or has failed. @default an empty one */
  constructor(options: MemoryLogOptions = {}, storage: MemoryLogStorage = new MemoryLogStorage()) {
    this.maxEntryBytes = options.maxEntryBytes ?? MAX_ENTRY_BYTES_DEFAULT
    this.#options = options
    this.#storage = storage
  }

  get bounds(): LogBounds {
    return { first: this.#storage.segments[0].first, last: this.#visible }
  }

  get segments(): readonly LogSegment[] {
    return this.#storage.segments
  }

  get diskBytes(): number {
    return this.#storage.segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  append(parts: readonly Uint8Array[]): Promise<Position> {
    if (this.#isClosed) return Promise.reject(new AppendRejected('the log is closed'))
    if (this.#hasFailed) return Promise.reject(new AppendUnknown('the log has failed'))
    const bytes = Buffer.concat(parts)
    if (bytes.length > this.maxEntryBytes) {
      const text = `an entry of ${bytes.length} bytes is above the limit of ${this.maxEntryBytes}`
      return Promise.reject(new AppendRejected(text))
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, resolve, reject })
      this.#running ??= Promise.resolve().then(() => this.#run())
    })
  }

  async *read(from: Position, to: Position): AsyncGenerator<LogEntry> {
    const end = Math.min(to, this.#visible)
    for (let position = Math.max(from, this.bounds.first); position <= end; position++) {
      await Promise.resolve()
      const entry = this.#storage.find(position)
      if (entry !== undefined) yield entry
    }
  }

  readSync(position: Position): LogEntry | undefined {
    return position > this.#visible ? undefined : this.#storage.find(position)
  }

  async trim(before: Position): Promise<void> {
    this.#remove((segment) => segment.last < before)
  }

  async discard(from: Position, to: Position): Promise<void> {
    this.#remove((segment) => segment.first >= from && segment.last <= to)
  }

  endSegment(): void {
    const { segments, last } = this.#storage
    if (last.entries.length > 0) segments.push(createSegment(last.last + 1))
  }

  async releaseSpares(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  /** Entries behind it were stored by a write that failed, and are not to be seen before the log is opened again. */
  #visibleLimit: Position = Number.POSITIVE_INFINITY

  get #visible(): Position {
    return Math.min(this.#storage.last.last, this.#visibleLimit)
  }

  #remove(isDead: (segment: LogSegment) => boolean): void {
    const { last } = this.#storage
    this.#storage.segments = this.#storage.segments.filter((segment) => segment === last || !isDead(segment))
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const taken = this.#queue.splice(0)
      await this.#options.delay?.()
      this.#finish(taken, this.#options.outcome?.(taken.length) ?? { kind: 'written' })
    }
    this.#running = undefined
  }

  #finish(taken: readonly Pending[], outcome: MemoryWriteOutcome): void {
    if (outcome.kind === 'written') {
      const positions = taken.map(({ bytes }) => this.#push(bytes))
      taken.forEach(({ resolve }, i) => {
        resolve(positions[i])
      })
      return
    }
    const isRefused = outcome.kind === 'refused'
    if (!isRefused) {
      this.#hasFailed = true
      this.#visibleLimit = this.#storage.last.last
      for (const { bytes } of taken.slice(0, outcome.stored)) this.#push(bytes)
    }
    for (const { reject } of [...taken, ...this.#queue.splice(0)]) {
      reject(isRefused ? new AppendRejected('the entry was not written') : new AppendUnknown('the log has failed'))
    }
  }

  #push(bytes: Uint8Array): Position {
    return this.#storage.push(bytes, this.#options.segmentEntries ?? SEGMENT_ENTRIES_DEFAULT)
  }
}

function createSegment(first: Position): StoredSegment {
  return { first, last: first - 1, bytes: 0, entries: [] }
}
