/**
 * UTF-8 both ways.
 *
 * Hot path (`bench/methods.bench.ts`). The platform's encoders are globals of every JavaScript runtime; they are declared here so that
 * this package needs the types of none. A call of theirs costs about 100 ns, so short ASCII goes without.
 */

interface Encoder {
  encode(text: string): Uint8Array
}

interface Decoder {
  decode(bytes: Uint8Array): string
}

declare const TextEncoder: new () => Encoder
declare const TextDecoder: new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }) => Decoder

const encoder: Encoder = new TextEncoder()
const strictDecoder: Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenientDecoder: Decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Longest ASCII that is put together here rather than by the platform's decoder, in bytes: where both took the same time. */
const SHORT_TEXT_SIZE = 12

/** The text in `bytes[start]` … `bytes[end - 1]`, or `undefined` when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  const short = decodeShortAscii(bytes, start, end)
  if (short !== undefined) return short
  try {
    return strictDecoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

/** The text in `bytes[start]` … `bytes[end - 1]`, with U+FFFD for what is not UTF-8. */
export function decodeUtf8Lenient(bytes: Uint8Array, start: number, end: number): string {
  return decodeShortAscii(bytes, start, end) ?? lenientDecoder.decode(bytes.subarray(start, end))
}

/** The UTF-8 bytes of a text, with those of U+FFFD for a lone surrogate. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Writes an ASCII text at `offset`, where it must fit. Returns `false`, having written in part, when there is more than ASCII in it. */
export function writeAscii(target: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) return false
    target[offset + i] = unit
  }
  return true
}

/** `undefined` when the bytes are many or not ASCII. */
function decodeShortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > SHORT_TEXT_SIZE) return undefined
  let text = ''
  let i = start
  for (; i + 4 <= end; i += 4) {
    const a = bytes[i]
    const b = bytes[i + 1]
    const c = bytes[i + 2]
    const d = bytes[i + 3]
    if ((a | b | c | d) >= 0x80) return undefined
    text += String.fromCharCode(a, b, c, d)
  }
  for (; i < end; i++) {
    if (bytes[i] >= 0x80) return undefined
    text += String.fromCharCode(bytes[i])
  }
  return text
}
