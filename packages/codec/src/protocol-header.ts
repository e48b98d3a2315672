/** The eight octets with which a client opens (specification §4.2.2). */

/** `AMQP`, 0, and version 0-9-1. */
export const PROTOCOL_HEADER: Uint8Array = Uint8Array.of(0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1)

/** What a protocol header says. */
export interface ProtocolHeader {
  /** The octet behind `AMQP`: 0 for AMQP 0-9-1, 3 for AMQP 1.0 with SASL. */
  readonly protocolId: number
  readonly major: number
  readonly minor: number
  readonly revision: number
}

/** Reads a protocol header; `undefined` when the bytes are fewer than eight or do not begin with `AMQP`. */
export function parseProtocolHeader(bytes: Uint8Array): ProtocolHeader | undefined {
  if (bytes.length < PROTOCOL_HEADER.length) return undefined
  for (let i = 0; i < 4; i++) if (bytes[i] !== PROTOCOL_HEADER[i]) return undefined
  return { protocolId: bytes[4], major: bytes[5], minor: bytes[6], revision: bytes[7] }
}
