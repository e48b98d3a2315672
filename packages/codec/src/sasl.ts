/** Responses of the SASL mechanisms that AMQP clients use. */

import { CodecError } from './errors.ts'
import { decodeTypedTable, encodeFieldTable } from './field-table.ts'
import { decodeUtf8, encodeUtf8 } from './text-coding.ts'

/** What a PLAIN response says (RFC 4616). */
export interface PlainCredentials {
  /** Whom to act as; empty for oneself. */
  readonly authzid: string
  readonly user: string
  readonly password: string
}

/** `authzid NUL user NUL password`, with an empty authzid. @throws CodecError VALUE_OUT_OF_RANGE when one holds a NUL. */
export function encodePlainResponse(user: string, password: string): Uint8Array {
  if (user.includes('\0')) throw new CodecError('VALUE_OUT_OF_RANGE', 'user name must not contain NUL')
  if (password.includes('\0')) throw new CodecError('VALUE_OUT_OF_RANGE', 'password must not contain NUL')
  return encodeUtf8(`\0${user}\0${password}`)
}

/** Reads a PLAIN response; `undefined` when it is malformed. RabbitMQ refuses one whose `authzid` is not empty. */
export function decodePlainResponse(response: Uint8Array): PlainCredentials | undefined {
  const parts = decodeUtf8(response, 0, response.length)?.split('\0')
  if (parts?.length !== 3) return undefined
  return { authzid: parts[0], user: parts[1], password: parts[2] }
}

/** A field table, without a length in front, of `LOGIN` and `PASSWORD`. */
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
  } catch {
    return undefined
  }
}

/** EXTERNAL: the identity comes from the transport, so the response is empty unless it names one. */
export function encodeExternalResponse(authzid = ''): Uint8Array {
  return encodeUtf8(authzid)
}
