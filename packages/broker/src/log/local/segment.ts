/**
 * A segment of a log: what is known of it without its file.
 */

import type { LogSegment, Position } from '../ordered-log.ts'
import type { SegmentIndex } from './segment-index.ts'

export class Segment implements LogSegment {
  readonly first: Position
  last: Position
  bytes: number
  /** Kept for as long as the index file is not written; else the cache of indexes may have it. */
  index: SegmentIndex | undefined
  /** Writing the index file, after the segment was sealed. */
  sealing: Promise<void> | undefined

  constructor(first: Position, index?: SegmentIndex) {
    this.first = first
    this.last = index?.last ?? first - 1
    this.bytes = index?.end ?? 0
    this.index = index
  }
}
