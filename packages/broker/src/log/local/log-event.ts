/**
 * What a log on files tells whoever opened it. None of it stops the log; each is worth a line for the operator.
 */

import type { DamagedRange, LogBounds, Position } from '../ordered-log.ts'

/**
 * The end of the last write was incomplete and was cut off. After a crash nothing in it had been promised; damage to the last write of all
 * looks the same.
 */
export interface TailCut {
  readonly kind: 'tail-cut'
  readonly file: string
  /** Size of the file now. */
  readonly offset: number
  /** Bytes cut off. */
  readonly bytes: number
  /** Entries cut off that could be recognised. */
  readonly entries: number
}

/** Entries cannot be found any more, because the file is damaged where they stood. */
export interface EntriesLost {
  readonly kind: 'entries-lost'
  readonly file: string
  readonly offset: number
  readonly bytes: number
  /** Empty when it is not known whether there were any. */
  readonly positions: LogBounds
}

/** An entry was read that is damaged in part. */
export interface EntryDamaged {
  readonly kind: 'entry-damaged'
  readonly file: string
  readonly offset: number
  readonly position: Position
  readonly damaged: readonly DamagedRange[]
}

/** A segment had no sound index, and was read to make one. */
export interface IndexRebuilt {
  readonly kind: 'index-rebuilt'
  readonly file: string
  readonly entries: number
}

/** A write failed, or creating a segment for it, and was taken back. The log goes on. It may come for every write while the disk is full. */
export interface WriteRefused {
  readonly kind: 'write-refused'
  readonly directory: string
  readonly cause: unknown
}

/** The log takes nothing more until it is opened anew, because the disk failed. Reading goes on. */
export interface LogFailed {
  readonly kind: 'failed'
  readonly directory: string
  readonly cause: unknown
}

export type LogEvent = TailCut | EntriesLost | EntryDamaged | IndexRebuilt | WriteRefused | LogFailed

export type LogReport = (event: LogEvent) => void
