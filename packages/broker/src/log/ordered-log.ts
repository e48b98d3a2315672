/**
 * An ordered log: the one interface through which anything becomes durable.
 *
 * An engine gives it: `local` (segment files), `memory` (tests). What every engine must guarantee is said here as C1 to C7, and shown by
 * one conformance suite that all of them run.
 *
 * - C1 One total order of entries, the same for every reader; positions are dense.
 * - C2 An append that resolved survives whatever the engine's durability says: with `fsync-local`, `kill -9` and power loss.
 * - C3 An entry whose append was rejected as unknown may appear later or never, but never half.
 * - C4 Entries appear in the order in which they were appended, unless one of them fails.
 * - C5 Reading a position whose append resolved never skips it and never blocks for ever.
 * - C6 Trimming removes a prefix only, discarding only what lies in the given range.
 * - C7 After `close`, and after a failure that cannot be mended, `append` rejects at once.
 */

/** Place of an entry: dense, from 1, never used again, below 2^53. */
export type Position = number

/** What an append means once it has resolved. */
export type Durability = 'fsync-local' | 'memory'

/** A part of an entry whose bytes on disk are not those that were written. */
export interface DamagedRange {
  readonly start: number
  readonly end: number
}

/** Whether any of the bytes from `start` to `end` is damaged. */
export function isDamaged(damaged: readonly DamagedRange[], start: number, end: number): boolean {
  return damaged.some((range) => range.start < end && range.end > start)
}

export interface LogEntry {
  readonly position: Position
  /** All parts in one piece. */
  readonly bytes: Uint8Array
  /** Parts of `bytes` that must not be used, in order; empty when all is well. */
  readonly damaged: readonly DamagedRange[]
}

/** Positions from `first` to `last`; empty when `last` is one below `first`. */
export interface LogBounds {
  readonly first: Position
  readonly last: Position
}

/** Entries that are kept and removed together. */
export interface LogSegment extends LogBounds {
  /** Size on disk. */
  readonly bytes: number
}

/** The entry is certainly not stored. The log takes further entries unless it has failed. */
export class AppendRejected extends Error {
  override readonly name = 'AppendRejected'
}

/** The entry may be stored, now or later. The log has failed and takes nothing more. */
export class AppendUnknown extends Error {
  override readonly name = 'AppendUnknown'
}

export interface OrderedLog {
  readonly durability: Durability
  /** Largest entry taken, in bytes. */
  readonly maxEntryBytes: number
  /** What is there; grows as appends resolve. */
  readonly bounds: LogBounds
  /** Segments as of now, oldest first; none before the first append. The last one is being written, or is kept for the next position. */
  readonly segments: readonly LogSegment[]
  /** What the log takes on disk, in bytes, with what it keeps for segments to come. */
  readonly diskBytes: number
  /**
   * Appends an entry that consists of `parts`, and resolves with its position once it is durable. The bytes must not change until then.
   *
   * Appends made while earlier ones are on their way to the disk share the next write and sync.
   *
   * @throws AppendRejected, AppendUnknown.
   */
  append(parts: readonly Uint8Array[]): Promise<Position>
  /** The entries from `from` to `to`, in order; those that were discarded are left out. */
  read(from: Position, to: Position): AsyncIterable<LogEntry>
  /** One entry, at once: for the rare reader that cannot wait. `undefined` when it was discarded. */
  readSync(position: Position): LogEntry | undefined
  /** Entries below `before` may disappear. */
  trim(before: Position): Promise<void>
  /** Entries from `from` to `to` may disappear, of which an engine removes what fills whole segments. Positions stay as they are. */
  discard(from: Position, to: Position): Promise<void>
  /** What is appended next begins another segment, so that the one being written until now can be removed. */
  endSegment(): void
  /** Gives back the space that an engine keeps for segments to come. */
  releaseSpares(): Promise<void>
  /** Waits for appends on their way and ends. */
  close(): Promise<void>
}
