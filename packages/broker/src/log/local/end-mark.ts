/**
 * What stands behind the last entry of a segment that is being written, big-endian:
 *
 *      0  magic and version   4     "WLE" 1
 *      4  next position       8     of the entry that would stand here
 *     12  log id              8
 *     20  0                   8
 *     28  checksum            4     CRC-32 of the 28 bytes above
 *
 * Every write ends with one, and begins where the one before it stood. So a sound mark says that nothing was written behind it, whatever a
 * file that had an earlier life still has there.
 */

import { crc32 } from 'node:zlib'
import type { Position } from '../ordered-log.ts'
import { LOG_ID_BYTES } from './frame.ts'

export const END_MARK_BYTES = 32
const MAGIC = 0x574c4501

/** Writes the mark of the entry `next` to the start of `into`. */
export function writeEndMark(into: Buffer, next: Position, logId: Uint8Array): void {
  into.writeUInt32BE(MAGIC, 0)
  into.writeUInt32BE(Math.floor(next / 2 ** 32), 4)
  into.writeUInt32BE(next >>> 0, 8)
  into.set(logId, 12)
  into.fill(0, 20, 28)
  into.writeUInt32BE(crc32(into.subarray(0, 28)), 28)
}

/** Whether `bytes` begin with the mark of the entry `next`, of any log when the id is not known. */
export function isEndMark(bytes: Buffer, next: Position, logId: Uint8Array | undefined): boolean {
  if (bytes.length < END_MARK_BYTES || bytes.readUInt32BE(0) !== MAGIC) return false
  if (bytes.readUInt32BE(28) !== crc32(bytes.subarray(0, 28))) return false
  if (logId !== undefined && bytes.compare(logId, 0, LOG_ID_BYTES, 12, 20) !== 0) return false
  return bytes.readUInt32BE(4) * 2 ** 32 + bytes.readUInt32BE(8) === next
}
