/**
 * Hashes of text that are the same in every process, for exchange types that choose by hash.
 */

/** 32 bits that depend on every character: FNV-1a, then {@link mixBits}, because the low bits of FNV alone are poor. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mixBits(hash)
}

/** Spreads 32 bits so that each depends on all: the finalizer of MurmurHash3. */
export function mixBits(bits: number): number {
  let hash = bits
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
