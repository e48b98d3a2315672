/**
 * What is in the directory of a log when it is opened: segments with sound indexes, and a clean end.
 */

import { join } from 'node:path'
import { type FileSystem, type OpenFile, unlinkIfThere } from '../files/file-system.ts'
import type { Position } from '../ordered-log.ts'
import { readIndex, writeIndex } from './index-file.ts'
import type { LogReport } from './log-event.ts'
import { readLogId } from './log-id.ts'
import { readAsync, readRange } from './read-request.ts'
import { type ScanResult, scanSegment } from './scan-segment.ts'
import { Segment } from './segment.ts'
import type { DecodedIndex, SegmentIndex } from './segment-index.ts'
import { parseName, segmentName } from './segment-names.ts'

export interface OpenedSegments {
  /** Those that hold entries, oldest first. */
  readonly segments: Segment[]
  /** Position of the next entry. */
  readonly next: Position
  /** `undefined` for a log without entries. */
  readonly logId: Uint8Array | undefined
  /** Whether its file tells it. */
  readonly isIdStored: boolean
}

/** Brings a directory in order. @throws Errors of the file system, other than of bytes that cannot be read. */
export async function openSegments(
  fileSystem: FileSystem,
  directory: string,
  report: LogReport,
): Promise<OpenedSegments> {
  const firsts = await listSegments(fileSystem, directory)
  const segments: Segment[] = []
  let next = 1
  let logId = await readLogId(fileSystem, directory)
  const isIdStored = logId !== undefined
  // The indexes first: they know the id of the log, too.
  const indexes = new Map<Position, SegmentIndex>()
  for (const first of firsts) {
    const decoded = await loadIndex(fileSystem, directory, first)
    if (decoded === undefined) continue
    logId ??= decoded.logId
    indexes.set(first, decoded.index)
  }
  for (const [i, first] of firsts.entries()) {
    let index = indexes.get(first)
    if (index === undefined) {
      const isLast = i === firsts.length - 1
      const limit = isLast ? Number.MAX_SAFE_INTEGER : firsts[i + 1]
      const scanned = await scanFile(fileSystem, join(directory, segmentName(first)), first, limit, logId, isLast)
      reportScan(report, join(directory, segmentName(first)), scanned, isLast)
      logId ??= scanned.logId
      index = scanned.index
    }
    next = index.last + 1
    if (index.count === 0) continue
    const segment = new Segment(first, index)
    segments.push(segment)
    if (indexes.has(first)) segment.index = undefined
    else if (logId !== undefined) await storeIndex(fileSystem, directory, segment, index, logId)
  }
  return { segments, next, logId, isIdStored }
}

/** First positions of the segments, in order. Indexes without a segment are removed, and spares: see `spare-segments.ts`. */
async function listSegments(fileSystem: FileSystem, directory: string): Promise<Position[]> {
  const names = await fileSystem.list(directory)
  const firsts = new Set<Position>()
  for (const name of names) {
    const parsed = parseName(name)
    if (parsed?.kind === 'seg') firsts.add(parsed.first)
  }
  for (const name of names) {
    const parsed = parseName(name)
    const isNeeded = parsed === undefined || (parsed.kind !== 'spare' && firsts.has(parsed.first))
    if (!isNeeded) await unlinkIfThere(fileSystem, join(directory, name))
  }
  return [...firsts].sort((a, b) => a - b)
}

async function loadIndex(
  fileSystem: FileSystem,
  directory: string,
  first: Position,
): Promise<DecodedIndex | undefined> {
  const file = await fileSystem.open(join(directory, segmentName(first)))
  try {
    return await readIndex(fileSystem, directory, first, await file.size())
  } finally {
    await file.close()
  }
}

/** Reads a segment. Of the last one the incomplete end is cut off, on disk too. */
async function scanFile(
  fileSystem: FileSystem,
  path: string,
  first: Position,
  limit: Position,
  logId: Uint8Array | undefined,
  isLast: boolean,
): Promise<ScanResult> {
  const file = await fileSystem.open(path, { write: true })
  try {
    const size = await file.size()
    const scanned = await readAsync(scanSegment({ first, size, limit, logId, isLast }), file)
    const { index, tail } = scanned
    if (isLast) await makeSure(file, scanned)
    else if (size > index.end && tail.bytes === 0) await file.truncate(index.end)
    return scanned
  } finally {
    await file.close()
  }
}

/**
 * Cuts off what is to be cut, and writes the last write again. If its sync had failed, its pages may be in the cache only and count as
 * written: synced as they are, they would still be lost with the power.
 */
async function makeSure(file: OpenFile, { index, lastWriteOffset }: ScanResult): Promise<void> {
  await file.truncate(index.end)
  const length = index.end - lastWriteOffset
  if (length > 0) await file.write([await readRange(file, lastWriteOffset, length)], lastWriteOffset)
  await file.sync()
}

function reportScan(report: LogReport, file: string, { index, gaps, tail }: ScanResult, isLast: boolean): void {
  for (const gap of gaps) report({ kind: 'entries-lost', file, ...gap })
  const offset = index.end
  if (isLast) {
    if (tail.bytes > 0) report({ kind: 'tail-cut', file, offset, ...tail })
    return
  }
  const positions = { first: index.last + 1, last: index.last }
  if (tail.bytes > 0) report({ kind: 'entries-lost', file, offset, bytes: tail.bytes, positions })
  report({ kind: 'index-rebuilt', file, entries: index.count })
}

/** An index that cannot be written is kept in memory. */
async function storeIndex(
  fileSystem: FileSystem,
  directory: string,
  segment: Segment,
  index: SegmentIndex,
  logId: Uint8Array,
): Promise<void> {
  await writeIndex(fileSystem, directory, segment, index, logId).catch(() => {})
}
