/** Responses of the SASL mechanisms that AMQP clients use. */

import { decodeUtf8 } from './byte-reader.ts'
import { CodecError } from './errors.ts'
import { decodeTypedTable, encodeFieldTable } from './field-table.ts'
import { utf8Encoder } from './text-coding.ts'

/** What a PLAIN response says (RFC 4616). */
export interface PlainCredentials {
  /** Whom to act as; empty for oneself. */
  readonly authzid: string
  readonly user: string
  readonly password: string
}

/** `authzid NUL user NUL password`, with an empty authzid. */
export function encodePlainResponse(user: string, password: string): Uint8Array {
  return utf8Encoder.encode(`\0${user}\0${password}`)
}

/** Reads a PLAIN response; `undefined` when it is malformed. */
export function decodePlainResponse(response: Uint8Array): PlainCredentials | undefined {
  const parts = decodeUtf8(response)?.split('\0')
  if (parts?.length !== 3) return undefined
  return { authzid: parts[0], user: parts[1], password: parts[2] }
}

/** A field table without its length: `LOGIN` and `PASSWORD`. */
export function encodeAmqplainResponse(user: string, password: string): Uint8Array {
  return encodeFieldTable({ LOGIN: user, PASSWORD: password })
}

/** Reads an AMQPLAIN response; `undefined` when it is malformed. */
export function decodeAmqplainResponse(response: Uint8Array): { user: string; password: string } | undefined {
  try {
    const { LOGIN, PASSWORD } = decodeTypedTable(response)
    if (LOGIN?.tag !== 'S' || PASSWORD?.tag !== 'S') return undefined
    if (typeof LOGIN.value !== 'string' || typeof PASSWORD.value !== 'string') return undefined
    return { user: LOGIN.value, password: PASSWORD.value }
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

/** EXTERNAL: the identity comes from the transport, so the response is empty unless it names one. */
export function encodeExternalResponse(authzid = ''): Uint8Array {
  return utf8Encoder.encode(authzid)
}
