/**
 * Reading and comparing raw bytes without creating views.
 *
 * Hot path (`bench/frames.bench.ts`): plain functions over `Uint8Array`, no bounds checks of their own. The caller has made sure that
 * the range lies inside the bytes.
 */

/** Big-endian unsigned 16-bit integer at `offset`. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] << 8) | bytes[offset + 1]
}

/** Big-endian unsigned 32-bit integer at `offset`. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3]) >>> 0
}

/** Whether `length` bytes of `a` from `aOffset` equal those of `b` from `bOffset`. */
export function equalBytes(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    if (a[aOffset + i] !== b[bOffset + i]) return false
  }
  return true
}

/** Order of two ranges of bytes as a sort wants it; a beginning comes before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i]
  return a.length - b.length
}
