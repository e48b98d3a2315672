/**
 * Indexes of sealed segments in memory, loaded when they are needed. Those used last stay, up to a bound.
 */

import { join } from 'node:path'
import type { FileSystem } from '../files/file-system.ts'
import type { FileCache } from './file-cache.ts'
import { readIndex, readIndexSync } from './index-file.ts'
import { readAsync, readAtOnce } from './read-request.ts'
import { scanSegment } from './scan-segment.ts'
import type { Segment } from './segment.ts'
import type { SegmentIndex } from './segment-index.ts'
import { segmentName } from './segment-names.ts'

/** Entries of all indexes that are kept, 4 bytes each. */
const ENTRIES_MAX = 2_000_000

export class IndexCache {
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #files: FileCache
  readonly #logId: Uint8Array
  /** In order of use. */
  readonly #indexes = new Map<Segment, SegmentIndex>()
  #entries = 0

  constructor(fileSystem: FileSystem, directory: string, files: FileCache, logId: Uint8Array) {
    this.#fileSystem = fileSystem
    this.#directory = directory
    this.#files = files
    this.#logId = logId
  }

  async get(segment: Segment): Promise<SegmentIndex> {
    const known = segment.index ?? this.#touch(segment)
    if (known !== undefined) return known
    const decoded = await readIndex(this.#fileSystem, this.#directory, segment.first, segment.bytes)
    if (decoded !== undefined) return this.#add(segment, decoded.index)
    const { index } = await this.#files.with(this.#path(segment), (file) =>
      readAsync(scanSegment(this.#scanOptions(segment)), file),
    )
    return this.#add(segment, index)
  }

  /** As `get`, at once. */
  getSync(segment: Segment): SegmentIndex {
    return segment.index ?? this.#touch(segment) ?? this.#add(segment, this.#load(segment))
  }

  drop(segment: Segment): void {
    const index = this.#indexes.get(segment)
    if (index === undefined) return
    this.#indexes.delete(segment)
    this.#entries -= index.count
  }

  #load(segment: Segment): SegmentIndex {
    const decoded = readIndexSync(this.#fileSystem, this.#directory, segment.first, segment.bytes)
    if (decoded !== undefined) return decoded.index
    return this.#files.withSync(
      this.#path(segment),
      (file) => readAtOnce(scanSegment(this.#scanOptions(segment)), file).index,
    )
  }

  #scanOptions(segment: Segment) {
    return { first: segment.first, size: segment.bytes, limit: segment.last + 1, logId: this.#logId, isLast: false }
  }

  #path(segment: Segment): string {
    return join(this.#directory, segmentName(segment.first))
  }

  #touch(segment: Segment): SegmentIndex | undefined {
    const index = this.#indexes.get(segment)
    if (index === undefined) return undefined
    this.#indexes.delete(segment)
    this.#indexes.set(segment, index)
    return index
  }

  #add(segment: Segment, index: SegmentIndex): SegmentIndex {
    this.drop(segment)
    this.#indexes.set(segment, index)
    this.#entries += index.count
    for (const oldest of this.#indexes.keys()) {
      if (this.#entries <= ENTRIES_MAX || oldest === segment) break
      this.drop(oldest)
    }
    return index
  }
}
