/** Arguments of queues, exchanges and bindings as text that keeps every type: the bytes of the AMQP table, in base64. */

import { decodeTypedTable, encodeTypedTable, type TypedTable } from '@warrenmq/codec'

const NO_ARGUMENTS: TypedTable = Object.freeze(Object.create(null))

/** `undefined` for an empty table. */
export function encodeArguments(table: TypedTable): string | undefined {
  if (Object.keys(table).length === 0) return undefined
  return Buffer.from(encodeTypedTable(table)).toString('base64')
}

/** @throws CodecError */
export function decodeArguments(text: string | undefined): TypedTable {
  // A copy of its own: byte arrays in the table are views, which would keep the pool alive that a Buffer lies in.
  return text === undefined ? NO_ARGUMENTS : decodeTypedTable(Uint8Array.from(Buffer.from(text, 'base64')))
}
