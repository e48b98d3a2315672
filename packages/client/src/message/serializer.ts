/** Values to bodies and back. */

import { ClientError } from '../errors.ts'

/** Turns values of one type into bodies and back. */
export interface Serializer<T = unknown> {
  /** Sent with the body, unless the message says otherwise. */
  readonly contentType: string
  encode(value: T): Uint8Array
  decode(body: Uint8Array): T
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** JSON in UTF-8: `application/json`. */
export const json: Serializer<unknown> = {
  contentType: 'application/json',
  encode(value) {
    const text = JSON.stringify(value)
    if (text === undefined) throw new ClientError('INVALID_MESSAGE', `a ${typeof value} has no JSON`)
    return encoder.encode(text)
  },
  decode: (body) => JSON.parse(decoder.decode(body)),
}

/** Text in UTF-8: `text/plain; charset=utf-8`. */
export const text: Serializer<string> = {
  contentType: 'text/plain; charset=utf-8',
  encode: (value) => encoder.encode(value),
  decode: (body) => decoder.decode(body),
}

/** Bytes as they are: `application/octet-stream`. */
export const bytes: Serializer<Uint8Array> = {
  contentType: 'application/octet-stream',
  encode: (value) => value,
  decode: (body) => body,
}

/** The serialiser of a value of which only its JavaScript type is known: bytes, text, and JSON for all else. */
export function serializerOf(value: unknown): Serializer {
  if (value instanceof Uint8Array) return bytes as Serializer
  return typeof value === 'string' ? (text as Serializer) : json
}

/** The value in a body, by its content type. @throws ClientError INVALID_MESSAGE. */
export function decodeBody(body: Uint8Array, contentType: string | undefined): unknown {
  const serializer = serializerFor(contentType)
  try {
    return serializer.decode(body)
  } catch (error) {
    throw new ClientError('INVALID_MESSAGE', `the body is not ${serializer.contentType}`, { cause: error })
  }
}

function serializerFor(contentType = ''): Serializer {
  const type = contentType.split(';', 1)[0].trim().toLowerCase()
  if (type === 'application/json' || type.endsWith('+json')) return json
  return (type.startsWith('text/') ? text : bytes) as Serializer
}
