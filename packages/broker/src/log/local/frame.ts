/**
 * An entry as it stands in a segment file, big-endian:
 *
 *      0  magic and version   4     "WLG" 1
 *      4  position            8
 *     12  log id              8     random; bytes of another log, or of a message that imitates an entry, do not have it
 *     20  payload length      4
 *     24  place in its write  4     0 for the first entry of a write: what comes before the first one was on disk already
 *     28  checksum            4     CRC-32 of the 28 bytes above
 *     32  payload
 *         chunk checksums     4 each   CRC-32 of each 4 KiB of the payload, started with the header's checksum
 *         checksum            4     CRC-32 of the chunk checksums, started with the header's checksum
 *
 * Damage costs the chunks it hits. A chunk or a trailer of another entry is never taken for this one's.
 */

import { crc32 } from 'node:zlib'
import type { DamagedRange, Position } from '../ordered-log.ts'

export const HEADER_BYTES = 32
/** Payload under one checksum. */
export const CHUNK_BYTES = 4096
const MAGIC = 0x574c4701
/** What to look for when the place of the next entry is not known. */
export const MAGIC_BYTES: Buffer = Buffer.from([0x57, 0x4c, 0x47, 0x01])
export const LOG_ID_BYTES = 8

export interface FrameHeader {
  readonly position: Position
  /** Length of the payload. */
  readonly length: number
  /** Number of entries before this one in the same write. */
  readonly roundIndex: number
  readonly checksum: number
  /** Of the whole frame. */
  readonly frameBytes: number
}

/** Size on disk of an entry of `length` bytes. */
export function frameBytes(length: number): number {
  return HEADER_BYTES + length + trailerBytes(length)
}

function trailerBytes(length: number): number {
  return 4 * Math.ceil(length / CHUNK_BYTES) + 4
}

/** A payload whose frame fits in `room` bytes, at most 4 bytes below the largest; negative when none does. */
export function payloadBytesWithin(room: number): number {
  const payload = room - HEADER_BYTES - 4
  const chunks = Math.ceil(payload / (CHUNK_BYTES + 4))
  return payload - 4 * chunks
}

/** Adds the pieces of a frame to `out`. The parts are not copied. */
export function pushFrame(
  out: Uint8Array[],
  position: Position,
  logId: Uint8Array,
  roundIndex: number,
  parts: readonly Uint8Array[],
  length: number,
): void {
  const own = Buffer.allocUnsafe(HEADER_BYTES + trailerBytes(length))
  own.writeUInt32BE(MAGIC, 0)
  own.writeUInt32BE(Math.floor(position / 2 ** 32), 4)
  own.writeUInt32BE(position >>> 0, 8)
  own.set(logId, 12)
  own.writeUInt32BE(length, 20)
  own.writeUInt32BE(roundIndex, 24)
  const checksum = crc32(own.subarray(0, 28))
  own.writeUInt32BE(checksum, 28)
  const chunksEnd = writeChunkChecksums(own, HEADER_BYTES, checksum, parts)
  own.writeUInt32BE(crc32(own.subarray(HEADER_BYTES, chunksEnd), checksum), chunksEnd)
  out.push(own.subarray(0, HEADER_BYTES))
  for (const part of parts) if (part.length > 0) out.push(part)
  out.push(own.subarray(HEADER_BYTES))
}

function writeChunkChecksums(into: Buffer, start: number, seed: number, parts: readonly Uint8Array[]): number {
  let at = start
  let running = seed
  let room = CHUNK_BYTES
  for (const part of parts) {
    for (let offset = 0; offset < part.length; ) {
      const count = Math.min(room, part.length - offset)
      running = crc32(count === part.length ? part : part.subarray(offset, offset + count), running)
      offset += count
      room -= count
      if (room > 0) continue
      at = into.writeUInt32BE(running, at)
      running = seed
      room = CHUNK_BYTES
    }
  }
  return room < CHUNK_BYTES ? into.writeUInt32BE(running, at) : at
}

/** The header at `offset`, if a sound one of the log `logId` stands there; of any log when that is not known. */
export function parseHeader(bytes: Buffer, offset: number, logId: Uint8Array | undefined): FrameHeader | undefined {
  if (bytes.length - offset < HEADER_BYTES || bytes.readUInt32BE(offset) !== MAGIC) return undefined
  const checksum = bytes.readUInt32BE(offset + 28)
  if (crc32(bytes.subarray(offset, offset + 28)) !== checksum) return undefined
  if (logId !== undefined && bytes.compare(logId, 0, LOG_ID_BYTES, offset + 12, offset + 20) !== 0) return undefined
  const position = bytes.readUInt32BE(offset + 4) * 2 ** 32 + bytes.readUInt32BE(offset + 8)
  if (!Number.isSafeInteger(position)) return undefined
  const length = bytes.readUInt32BE(offset + 20)
  const roundIndex = bytes.readUInt32BE(offset + 24)
  return { position, length, roundIndex, checksum, frameBytes: frameBytes(length) }
}

/** The log id in the header at `offset`. */
export function logIdAt(bytes: Buffer, offset: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, offset + 12, offset + 20)
}

/** Parts of a frame's payload that are not what was written. `frame` begins at the header. */
export function findDamage(frame: Buffer, header: FrameHeader): DamagedRange[] {
  const damaged: DamagedRange[] = []
  const trailer = HEADER_BYTES + header.length
  for (let start = 0; start < header.length; start += CHUNK_BYTES) {
    const end = Math.min(start + CHUNK_BYTES, header.length)
    const slot = trailer + 4 * (start / CHUNK_BYTES)
    const isSound =
      slot + 4 <= frame.length &&
      crc32(frame.subarray(HEADER_BYTES + start, HEADER_BYTES + end), header.checksum) === frame.readUInt32BE(slot)
    if (isSound) continue
    const before = damaged.at(-1)
    if (before?.end === start) damaged[damaged.length - 1] = { start: before.start, end }
    else damaged.push({ start, end })
  }
  return damaged
}

/** Whether the trailer is as it was written. */
export function hasSoundTrailer(frame: Buffer, header: FrameHeader): boolean {
  const end = header.frameBytes - 4
  if (frame.length < header.frameBytes) return false
  return crc32(frame.subarray(HEADER_BYTES + header.length, end), header.checksum) === frame.readUInt32BE(end)
}
