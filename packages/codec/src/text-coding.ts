/**
 * UTF-8 both ways, by the encoders that every JavaScript runtime has as globals. Declared here so that this package needs the types of
 * no runtime.
 */

interface Encoder {
  encode(text: string): Uint8Array
}

interface Decoder {
  decode(bytes: Uint8Array): string
}

declare const TextEncoder: new () => Encoder
declare const TextDecoder: new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }) => Decoder

export const utf8Encoder: Encoder = new TextEncoder()
/** Throws on bytes that are not UTF-8. */
export const strictUtf8Decoder: Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Replaces what is not UTF-8. */
export const lenientUtf8Decoder: Decoder = new TextDecoder('utf-8', { ignoreBOM: true })
