/**
 * Index files: reading one that may be missing, bad or unreadable, and writing one.
 */

import { join } from 'node:path'
import { type FileSystem, hasCode, readWhole } from '../files/file-system.ts'
import type { Position } from '../ordered-log.ts'
import type { Segment } from './segment.ts'
import { type DecodedIndex, SegmentIndex } from './segment-index.ts'
import { indexName } from './segment-names.ts'

/** The index beside the segment `first` whose file has `size` bytes; `undefined` when there is no sound one. */
export async function readIndex(
  fileSystem: FileSystem,
  directory: string,
  first: Position,
  size: number,
): Promise<DecodedIndex | undefined> {
  try {
    const bytes = await readWhole(fileSystem, join(directory, indexName(first)))
    return bytes && SegmentIndex.decode(bytes, first, size)
  } catch (error) {
    if (hasCode(error, 'EIO')) return undefined
    throw error
  }
}

/** As {@link readIndex}, at once. */
export function readIndexSync(
  fileSystem: FileSystem,
  directory: string,
  first: Position,
  size: number,
): DecodedIndex | undefined {
  try {
    const file = fileSystem.openSync(join(directory, indexName(first)))
    try {
      const bytes = Buffer.allocUnsafe(file.sizeSync())
      return SegmentIndex.decode(bytes.subarray(0, file.readSync(bytes, 0)), first, size)
    } finally {
      file.close().catch(() => {})
    }
  } catch (error) {
    if (hasCode(error, 'EIO') || hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Writes the index file of a sealed segment, which then may forget its index. */
export async function writeIndex(
  fileSystem: FileSystem,
  directory: string,
  segment: Segment,
  index: SegmentIndex,
  logId: Uint8Array,
): Promise<void> {
  const path = join(directory, indexName(segment.first))
  const file = await fileSystem.open(path, { write: true, create: 'missing', truncate: true })
  try {
    await file.write([index.encode(logId)], 0)
    await file.sync()
    segment.index = undefined
  } finally {
    await file.close()
  }
}
