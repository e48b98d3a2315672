/**
 * Records: what an entry of the log consists of, behind its header.
 *
 *     0 size u32      of the record, without what fills it up to a multiple of 8
 *     4 route u16     length of the route at the beginning of the payload (Enqueue)
 *     6 type u8
 *     7 check u8      of the 31 other bytes
 *     8 holder u32    the queue or exchange it is about; 0 for none
 *     12 detail u32   priority, count or flags, by type
 *     16 first f64    a sequence number, mostly
 *     24 second f64   another number, by type
 *     32 payload
 *
 * All numbers are big-endian. The bytes of a message stand in the log as they are delivered.
 */

import { readUint32 } from '@warrenmq/codec/internal'

export const RECORD_HEADER_SIZE = 32
/** What each holder takes in a `references` record. */
export const HOLDER_SIZE = 16
/** Records begin at multiples of this many bytes in their block. */
export const RECORD_ALIGNMENT = 8

export const RecordType = {
  /** A message came to a holder. first: sequence; second: when it expires or is due; payload: the message. */
  enqueue: 1,
  /**
   * A message that is in the log already came to more holders. first: its address; second: when it expires or is due; detail: size of its body;
   * payload, for each: holder u32, detail as above u32, sequence f64.
   */
  references: 2,
  /** Messages are gone. first, second: the first and last sequence numbers. */
  settled: 3,
  /** Messages up to `first` may be delivered from now on, so that they are redelivered when they come again. */
  handedOut: 4,
  /** A message came back. first: sequence; detail: times its delivery failed; second: times it came back. */
  returned: 5,
  /** payload: key length u32, key, value */
  metadataPut: 6,
  /** payload: key */
  metadataDelete: 7,
  /** An identity was seen. first: until when it is remembered; payload: the identity. */
  identity: 8,
  /** An identity is forgotten. payload: the identity. */
  identityForgotten: 9,
  /** Routing keys of a delayed message that has more than its own. first: sequence; payload: JSON. */
  routingKeys: 10,
  /** Of a checkpoint: where a block is. first: its number; second: bytes filled; detail: length of its route + 1 when it is one message, else 0; payload: messages that came into it f64, runs of positions f64. */
  blockEntries: 11,
  /** Of a checkpoint: messages. first: first sequence number; second: how many; detail: priority and {@link MessageColumn}; payload: columns. */
  messages: 12,
  /** Of a checkpoint. first: next sequence number; second: that up to which messages may have been delivered; detail: typical body size. */
  holderState: 13,
  /** Of a checkpoint: its end. first: position up to which it holds all; second: number of its parts. */
  checkpointEnd: 14,
  /** A message that was in an old segment and is still needed. payload: the message. */
  moved: 15,
  /** What follows up to the end of the group counts only if that end is in the log. */
  groupBegin: 16,
  groupEnd: 17,
} as const
export type RecordType = (typeof RecordType)[keyof typeof RecordType]

/** Columns of a `messages` record besides addresses, in this order, before them. All are little-endian, as they lie in memory. */
export const MessageColumn = {
  /** f64 each; without it they follow each other. */
  sequences: 0x100,
  /** f64 each; without it they never expire. */
  expiries: 0x200,
  /** Behind the addresses: u32 each; without it all are of the typical size. */
  sizes: 0x400,
} as const

/** `size` rounded up to where the next record begins. */
export function alignedSize(size: number): number {
  return (size + RECORD_ALIGNMENT - 1) & -RECORD_ALIGNMENT
}

/** Writes a record's header at `offset`. Hot path: once for each message in the log. */
export function writeRecordHeader(
  view: DataView,
  offset: number,
  type: RecordType,
  size: number,
  routeLength: number,
  holder: number,
  detail: number,
  first: number,
  second: number,
): void {
  view.setUint32(offset, size)
  view.setUint32(offset + 4, (routeLength << 16) | (type << 8))
  view.setUint32(offset + 8, holder)
  view.setUint32(offset + 12, detail)
  view.setFloat64(offset + 16, first)
  view.setFloat64(offset + 24, second)
  view.setUint8(offset + 7, checkOf(view, offset))
}

/** The check of a header whose check byte is 0: so that a header can be told from other bytes when records before it are damaged. */
function checkOf(view: DataView, offset: number): number {
  let check = 0x57415252
  for (let i = 0; i < RECORD_HEADER_SIZE; i += 4) check = Math.imul(check ^ view.getUint32(offset + i), 0x01000193)
  return (check ^ (check >>> 16) ^ (check >>> 8)) & 0xff
}

/** Whether `offset` looks like the beginning of a record that ends by `end`. */
export function isRecord(view: DataView, offset: number, end: number): boolean {
  if (offset + RECORD_HEADER_SIZE > end) return false
  const size = view.getUint32(offset)
  const type = view.getUint8(offset + 6)
  if (size < RECORD_HEADER_SIZE || type === 0 || type > RecordType.groupEnd) return false
  const check = view.getUint8(offset + 7)
  view.setUint8(offset + 7, 0)
  const expected = checkOf(view, offset)
  view.setUint8(offset + 7, check)
  return check === expected
}

/** Length of the route of the message in an `enqueue` record. */
export function recordRouteLength(bytes: Uint8Array, offset: number): number {
  return readUint32(bytes, offset + 4) >>> 16
}
