/**
 * The header of an entry of the journal. Behind it stand records: a piece of a block, so that a block read back is its entries in a row.
 *
 *     0 version u8 · 1 kind u8 · 2 0 u16 · 4 epoch u32 · 8 block f64 · 16 offset u32 · 20 0 u32 · 24 checkpoint f64
 *
 * `block` is the number of the block, `offset` where in it the entry belongs; in a part of a checkpoint `block` is the position up to which
 * that holds all. `epoch` grows with every start of the broker. `checkpoint`
 * is the position of the first entry of the newest checkpoint that is complete; 0 for none.
 */

export const ENTRY_HEADER_SIZE = 32
const VERSION = 1

export const EntryKind = {
  /** Records. */
  data: 1,
  /** A part of a checkpoint. */
  checkpoint: 2,
} as const
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind]

export interface EntryHeader {
  readonly kind: EntryKind
  readonly epoch: number
  readonly block: number
  readonly offset: number
  readonly checkpoint: number
}

export function encodeEntryHeader({ kind, epoch, block, offset, checkpoint }: EntryHeader): Uint8Array {
  const bytes = new Uint8Array(ENTRY_HEADER_SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, VERSION)
  view.setUint8(1, kind)
  view.setUint32(4, epoch)
  view.setFloat64(8, block)
  view.setUint32(16, offset)
  view.setFloat64(24, checkpoint)
  return bytes
}

/** `undefined` for bytes that are no entry of a version known here. */
export function decodeEntryHeader(bytes: Uint8Array): EntryHeader | undefined {
  if (bytes.length < ENTRY_HEADER_SIZE || bytes[0] !== VERSION) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = view.getUint8(1)
  if (kind !== EntryKind.data && kind !== EntryKind.checkpoint) return undefined
  return {
    kind,
    epoch: view.getUint32(4),
    block: view.getFloat64(8),
    offset: view.getUint32(16),
    checkpoint: view.getFloat64(24),
  }
}
