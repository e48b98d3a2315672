/** Who is at the other end of a connection. */

import type { TlsPeer } from './tls-peer.ts'

export interface Peer {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  /** Whether it connects from this machine; behind a proxy, only when the proxy does so too. */
  readonly fromLoopback: boolean
  /** When it connected, in milliseconds of the clock. */
  readonly acceptedAt: number
  /** Set when the connection is encrypted. */
  readonly tls: TlsPeer | undefined
}
