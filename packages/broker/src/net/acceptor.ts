/**
 * From a socket that was accepted to one that a connection can be made of: limits, PROXY protocol, TLS, and a deadline over all of it.
 */

import type { Socket } from 'node:net'
import { isLoopback } from '../access/authenticator.ts'
import type { Clock } from '../clock.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { LogLimit } from '../logging/log-limit.ts'
import { addressSource } from './address-source.ts'
import type { Peer } from './peer.ts'
import { type ProxiedAddresses, type ProxyHeader, parseProxyHeader } from './proxy-protocol.ts'
import { FULL_TLS_CHUNK, openPlainInput, openSocketInput, type SocketInput } from './socket-input.ts'
import { describeTlsPeer } from './tls-peer.ts'
import type { TlsServer } from './tls-server.ts'

/** What an acceptor is given. */
export interface AcceptorParts {
  readonly options: ResolvedBrokerOptions
  readonly clock: Clock
  readonly logLimit: LogLimit
  /** Connections that are open. */
  connectionCount(): number
  /** A socket is ready for its protocol. */
  onInput(input: SocketInput, peer: Peer): void
}

export class Acceptor {
  readonly #parts: AcceptorParts
  /** Sockets that are not ready yet. */
  readonly #pending = new Set<Socket>()
  readonly #countByAddress = new Map<string, number>()

  constructor(parts: AcceptorParts) {
    this.#parts = parts
  }

  /** Takes an accepted socket, paused; `tls` when it is to be encrypted. */
  accept(socket: Socket, tls: TlsServer | undefined): void {
    const { options, clock } = this.#parts
    const { connectionMax } = options
    if (connectionMax !== 0 && this.#parts.connectionCount() + this.#pending.size >= connectionMax) {
      socket.destroy()
      return
    }
    if (tls === undefined && !options.proxyProtocol) {
      // Its addresses are known only as long as it has its handle.
      const peer = this.#describe(socket, undefined, clock.now())
      this.#hand(openSocketInput(socket), peer)
      return
    }
    this.#prepare(socket, tls)
  }

  /** Ends the sockets that are not ready. */
  close(): void {
    for (const socket of this.#pending) socket.destroy()
  }

  #prepare(socket: Socket, tls: TlsServer | undefined): void {
    const { options, clock } = this.#parts
    const acceptedAt = clock.now()
    this.#pending.add(socket)
    const deadline = clock.setTimeout(
      () => this.#refuse(socket, new Error('handshake timed out')),
      options.handshakeTimeoutMs,
    )
    const settled = () => {
      deadline.clear()
      this.#pending.delete(socket)
    }
    socket.on('error', () => socket.destroy())
    socket.once('close', settled)
    const encrypt = (rest: Buffer, addresses: ProxiedAddresses | undefined) => {
      const peer = this.#describe(socket, addresses, acceptedAt)
      if (tls === undefined) {
        settled()
        this.#hand(openSocketInput(socket, rest), peer)
        return
      }
      if (rest.length > 0) socket.unshift(rest)
      tls.handshake(socket, (result) => {
        if (result instanceof Error) {
          this.#refuse(socket, result)
          return
        }
        settled()
        this.#hand(openPlainInput(result, FULL_TLS_CHUNK), { ...peer, tls: describeTlsPeer(result) })
      })
    }
    if (options.proxyProtocol) this.#readProxyHeader(socket, encrypt)
    else encrypt(NOTHING, undefined)
  }

  #readProxyHeader(socket: Socket, done: (rest: Buffer, addresses: ProxiedAddresses | undefined) => void): void {
    let bytes: Buffer = NOTHING
    const receive = (chunk: Buffer) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
      let header: ProxyHeader | undefined
      try {
        header = parseProxyHeader(bytes)
      } catch (error) {
        socket.off('data', receive)
        this.#refuse(socket, error as Error)
        return
      }
      if (header === undefined) return
      socket.off('data', receive)
      socket.pause()
      done(bytes.subarray(header.size), header.addresses)
    }
    socket.on('data', receive)
    socket.once('end', () => socket.destroy())
    socket.resume()
  }

  #refuse(socket: Socket, error: Error): void {
    const { remoteAddress, remotePort } = socket
    const logger = this.#parts.logLimit.of(addressSource(remoteAddress))
    logger.warn({ peer: `${remoteAddress}:${remotePort}`, reason: error.message }, 'connection refused')
    socket.destroy()
  }

  #hand(input: SocketInput, peer: Peer): void {
    const { connectionsPerAddressMax } = this.#parts.options
    if (connectionsPerAddressMax !== 0 && !this.#countIn(input.socket, peer, connectionsPerAddressMax)) {
      input.socket.destroy()
      return
    }
    this.#parts.onInput(input, peer)
  }

  /** Counts a connection of an address until it ends. Returns `false` for one too many. */
  #countIn(socket: Socket, { remoteAddress = '' }: Peer, max: number): boolean {
    const count = this.#countByAddress.get(remoteAddress) ?? 0
    if (count >= max) return false
    this.#countByAddress.set(remoteAddress, count + 1)
    socket.once('close', () => {
      const left = (this.#countByAddress.get(remoteAddress) ?? 0) - 1
      if (left <= 0) this.#countByAddress.delete(remoteAddress)
      else this.#countByAddress.set(remoteAddress, left)
    })
    return true
  }

  #describe(socket: Socket, addresses: ProxiedAddresses | undefined, acceptedAt: number): Peer {
    const { remoteAddress, remotePort, localAddress, localPort } = addresses ?? socket
    // A proxy elsewhere may say what it likes of whom it speaks for.
    const fromLoopback = isLoopback(socket.remoteAddress) && isLoopback(remoteAddress)
    return { remoteAddress, remotePort, localAddress, localPort, fromLoopback, acceptedAt, tls: undefined }
  }
}

const NOTHING = Buffer.alloc(0)
