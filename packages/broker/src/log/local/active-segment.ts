/**
 * The segment that is being written, one write at a time.
 *
 * Its file has its full size from the start, filled with zeros that take no space, so that a write changes nothing but data and blocks.
 * Where the system can, a write is synced in the same step: measured on ext4, 140 µs instead of 180 µs of processor time, and 105 µs with
 * the size set beforehand (4 KiB writes; 64 KiB: 136, 187, 117).
 */

import { join } from 'node:path'
import { type FileSystem, type OpenFile, unlinkIfThere } from '../files/file-system.ts'
import type { Position } from '../ordered-log.ts'
import { writeIndex } from './index-file.ts'
import { Segment } from './segment.ts'
import { SegmentIndex } from './segment-index.ts'
import { segmentName } from './segment-names.ts'

/** What came of a write. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  /** Nothing of it is in the file. */
  | { readonly kind: 'refused'; readonly cause: unknown }
  /** Some of it may be on disk, now or later. */
  | { readonly kind: 'unknown'; readonly cause: unknown }

export class ActiveSegment {
  readonly segment: Segment
  readonly index: SegmentIndex
  readonly file: string
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #size: number
  readonly #writer: OpenFile
  /**
   * A second handle, which truncates and syncs after a write that failed. Each handle is told of a failed write-back once, and this one has
   * not been told yet: it tells whether syncing has failed, where the writing one cannot tell writing from syncing.
   */
  readonly #mender: OpenFile

  private constructor(
    fileSystem: FileSystem,
    directory: string,
    first: Position,
    size: number,
    writer: OpenFile,
    mender: OpenFile,
  ) {
    this.index = new SegmentIndex(first)
    this.segment = new Segment(first, this.index)
    this.file = join(directory, segmentName(first))
    this.#fileSystem = fileSystem
    this.#directory = directory
    this.#size = size
    this.#writer = writer
    this.#mender = mender
  }

  /**
   * Creates the file of a segment and brings it and its name to the disk. What an attempt before may have left is removed: after a sync that
   * failed, its name and its size may count as synced and be lost all the same.
   */
  static async create(
    fileSystem: FileSystem,
    directory: string,
    first: Position,
    size: number,
  ): Promise<ActiveSegment> {
    const path = join(directory, segmentName(first))
    await unlinkIfThere(fileSystem, path)
    const mender = await fileSystem.open(path, { write: true, create: 'new' })
    try {
      await mender.truncate(size)
      await mender.sync()
      const writer = await fileSystem.open(path, { write: true, syncedWrites: fileSystem.hasSyncedWrites })
      try {
        await fileSystem.syncDirectory(directory)
      } catch (error) {
        await writer.close()
        throw error
      }
      return new ActiveSegment(fileSystem, directory, first, size, writer, mender)
    } catch (error) {
      await mender.close()
      throw error
    }
  }

  /** Bytes that may still be written. */
  get room(): number {
    return this.#size - this.index.end
  }

  /** Writes `bufs` behind the last entry and syncs them. The caller adds the entries to the index. */
  async write(parts: readonly Uint8Array[]): Promise<WriteOutcome> {
    try {
      await this.#writer.write(parts, this.index.end)
    } catch (cause) {
      return { kind: (await this.#mend()) ? 'refused' : 'unknown', cause }
    }
    if (this.#fileSystem.hasSyncedWrites) return { kind: 'written' }
    try {
      await this.#writer.sync()
    } catch (cause) {
      return { kind: 'unknown', cause }
    }
    return { kind: 'written' }
  }

  /** Ends the segment: gives back what it does not use and writes its index file, which nothing depends on. */
  async seal(logId: Uint8Array): Promise<void> {
    try {
      if (this.index.count > 0) {
        await this.#mender.truncate(this.index.end)
        // Entries are synced. This saves reading the segment anew after a power loss.
        await this.#mender.sync()
        await writeIndex(this.#fileSystem, this.#directory, this.segment, this.index, logId)
      }
    } catch {
      // The segment is read anew to make an index, now from memory and later from its file.
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#mender.close()]).catch(() => {})
  }

  /** Takes back what a failed write has left in the file. */
  async #mend(): Promise<boolean> {
    try {
      await this.#mender.truncate(this.index.end)
      await this.#mender.truncate(this.#size)
      await this.#mender.sync()
      return true
    } catch {
      return false
    }
  }
}
