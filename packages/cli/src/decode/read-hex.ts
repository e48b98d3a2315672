/** Bytes written as hexadecimal digits. */

/** Undefined when the text has other characters than digits, spaces and line breaks, or an odd number of digits, or none. */
export function readHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '')
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(digits)) return undefined
  return Buffer.from(digits, 'hex')
}
