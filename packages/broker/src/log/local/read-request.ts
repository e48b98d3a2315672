/**
 * Reading that is described without doing it: a generator yields what it wants to read, and a driver reads that, waiting or at once.
 */

import type { OpenFile } from '../files/file-system.ts'
import { hasCode } from '../files/file-system.ts'

export interface ReadRequest {
  readonly offset: number
  readonly length: number
}

/** Steps that read; each `yield` returns the bytes asked for, fewer at the end of the file. */
export type Reading<Result> = Generator<ReadRequest, Result, Buffer>

/** What a bad sector costs. */
const SECTOR_BYTES = 4096

export async function readAsync<Result>(reading: Reading<Result>, file: OpenFile): Promise<Result> {
  let step = reading.next()
  while (!step.done) step = reading.next(await readRange(file, step.value.offset, step.value.length))
  return step.value
}

export function readAtOnce<Result>(reading: Reading<Result>, file: OpenFile): Result {
  let step = reading.next()
  while (!step.done) step = reading.next(readRangeSync(file, step.value.offset, step.value.length))
  return step.value
}

/** Bytes of a file, fewer at its end. What the disk cannot read comes as zeros, which no checksum fits. */
export async function readRange(file: OpenFile, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  try {
    return bytes.subarray(0, await file.read(bytes, offset))
  } catch (error) {
    if (!hasCode(error, 'EIO')) throw error
  }
  let end = 0
  for (const sector of sectors(bytes)) {
    try {
      end += await file.read(sector, offset + end)
    } catch (error) {
      if (!hasCode(error, 'EIO')) throw error
      sector.fill(0)
      end += sector.length
    }
  }
  return bytes.subarray(0, end)
}

/** As {@link readRange}, at once. */
export function readRangeSync(file: OpenFile, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  try {
    return bytes.subarray(0, file.readSync(bytes, offset))
  } catch (error) {
    if (!hasCode(error, 'EIO')) throw error
  }
  let end = 0
  for (const sector of sectors(bytes)) {
    try {
      end += file.readSync(sector, offset + end)
    } catch (error) {
      if (!hasCode(error, 'EIO')) throw error
      sector.fill(0)
      end += sector.length
    }
  }
  return bytes.subarray(0, end)
}

function sectors(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0; start < bytes.length; start += SECTOR_BYTES) {
    pieces.push(bytes.subarray(start, start + SECTOR_BYTES))
  }
  return pieces
}
