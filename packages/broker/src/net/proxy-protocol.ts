/**
 * The PROXY protocol, versions 1 and 2: what a proxy writes in front of a connection to say whose it is.
 *
 * Pure: bytes in, addresses out. Everything but addresses (TLVs, TLS information) is skipped.
 */

import { SocketAddress } from 'node:net'

/** Longest header of version 1, in bytes, line end included. */
const V1_SIZE_MAX = 107
const V1_START = Buffer.from('PROXY ')
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n')
const V2_FIXED_SIZE = 16
/** Most bytes of addresses and TLVs that are taken; a client certificate in a TLV is larger. */
const V2_REST_MAX = 16_384

/** The connection that a proxy stands for. */
export interface ProxiedAddresses {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
}

/** A header that was read. */
export interface ProxyHeader {
  /** Length of the header in bytes. */
  readonly size: number
  /** `undefined` when the proxy speaks for itself (LOCAL, UNKNOWN), or its addresses are no IP addresses. */
  readonly addresses: ProxiedAddresses | undefined
}

/**
 * Reads the header at the start of `bytes`. Returns `undefined` while it is incomplete.
 *
 * @throws Error for what is no header.
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  if (startsLike(bytes, V2_SIGNATURE)) return bytes.length < V2_FIXED_SIZE ? undefined : parseV2(bytes)
  if (startsLike(bytes, V1_START)) return bytes.length < V1_START.length ? undefined : parseV1(bytes)
  throw new Error('no PROXY protocol header')
}

/** Whether `bytes` begins with `start`, as far as it goes. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.subarray(0, length).equals(start.subarray(0, length))
}

function parseV1(bytes: Buffer): ProxyHeader | undefined {
  const end = bytes.subarray(0, V1_SIZE_MAX).indexOf('\r\n')
  if (end < 0) {
    if (bytes.length >= V1_SIZE_MAX) throw new Error('PROXY protocol header without an end')
    return undefined
  }
  const size = end + 2
  const [, family, source, destination, sourcePort, destinationPort, ...more] = bytes
    .toString('latin1', 0, end)
    .split(' ')
  if (family === 'UNKNOWN') return { size, addresses: undefined }
  if ((family !== 'TCP4' && family !== 'TCP6') || more.length > 0) throw malformed()
  const ipFamily = family === 'TCP4' ? 'ipv4' : 'ipv6'
  return {
    size,
    addresses: {
      remoteAddress: readAddress(source, ipFamily),
      remotePort: readPort(sourcePort),
      localAddress: readAddress(destination, ipFamily),
      localPort: readPort(destinationPort),
    },
  }
}

function readAddress(text: string | undefined, family: 'ipv4' | 'ipv6'): string {
  try {
    if (!text || !/^[\da-fA-F:.]+$/.test(text)) throw malformed()
    return new SocketAddress({ address: text, family }).address
  } catch {
    throw malformed()
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined || !/^(0|[1-9]\d{0,4})$/.test(text) || Number(text) > 65_535) throw malformed()
  return Number(text)
}

function parseV2(bytes: Buffer): ProxyHeader | undefined {
  const version = bytes[12] >> 4
  const command = bytes[12] & 15
  const rest = bytes.readUInt16BE(14)
  if (version !== 2 || command > 1 || rest > V2_REST_MAX) throw malformed()
  const size = V2_FIXED_SIZE + rest
  if (bytes.length < size) return undefined
  return {
    size,
    addresses: command === 0 ? undefined : readV2Addresses(bytes[13], bytes.subarray(V2_FIXED_SIZE, size)),
  }
}

/** `kind`: family in the upper, transport in the lower half. */
function readV2Addresses(kind: number, rest: Buffer): ProxiedAddresses | undefined {
  const size = kind === 0x11 ? 4 : kind === 0x21 ? 16 : 0
  if (size === 0) return undefined
  if (rest.length < 2 * size + 4) throw malformed()
  return {
    remoteAddress: formatAddress(rest.subarray(0, size)),
    localAddress: formatAddress(rest.subarray(size, 2 * size)),
    remotePort: rest.readUInt16BE(2 * size),
    localPort: rest.readUInt16BE(2 * size + 2),
  }
}

function formatAddress(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}

function malformed(): Error {
  return new Error('malformed PROXY protocol header')
}
