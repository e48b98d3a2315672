/** Fields of `basic.deliver` read where they lie. Hot path (`benchmarks/src/clients`). */

import { readUint32 } from '@warrenmq/codec/internal'

/** A delivery tag. Exact up to 2^53, which no channel reaches. */
export function readTag(bytes: Uint8Array, offset: number): number {
  return readUint32(bytes, offset) * 2 ** 32 + readUint32(bytes, offset + 4)
}

/** Whether the short string at `offset` is this ASCII text. */
export function equalText(text: string, bytes: Uint8Array, offset: number): boolean {
  const { length } = text
  if (bytes[offset] !== length) return false
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[offset + 1 + i]) return false
  return true
}
