/**
 * `length` bytes of undefined content.
 *
 * A plain `Uint8Array`, never a `Buffer`: `Buffer.slice` is a view where `Uint8Array.slice` is a copy, and hot code must not depend on
 * which of them it was given.
 */
export function allocateBytes(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
}

/** `parts` one behind the other, in bytes of their own. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = allocateBytes(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
