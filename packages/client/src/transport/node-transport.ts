/** TCP and TLS with Node's sockets. */

import { readFileSync } from 'node:fs'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { abortedError } from '../errors.ts'
import type { Endpoint, Transport, TransportListener, TransportOptions } from './transport.ts'

/** A silent peer is found by TCP, too, after this many milliseconds without heartbeats. */
const KEEP_ALIVE_DELAY_MS = 30_000

/** Opens a TCP or TLS connection. @throws the operating system's or OpenSSL's error. */
export function openNodeTransport(
  endpoint: Endpoint,
  listener: TransportListener,
  options: TransportOptions,
): Promise<Transport> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortedError(signal, 'connecting'))
    const socket = endpoint.tls ? connectTls(tlsOptions(endpoint, options)) : connectTcp(endpoint.port, endpoint.host)
    const abort = () => socket.destroy(abortedError(signal, 'connecting'))
    const fail = (error: Error) => {
      signal.removeEventListener('abort', abort)
      reject(error)
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once(endpoint.tls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      resolve(new NodeTransport(socket, listener))
    })
  })
}

function tlsOptions({ host, port }: Endpoint, { tls }: TransportOptions): ConnectionOptions {
  const { caFile, certFile, keyFile, ...given } = tls
  const named = isIP(host) === 0 ? { servername: host } : {}
  const read = {
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certFile !== undefined && { cert: readFileSync(certFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
  }
  return { ...named, ...read, ...given, host, port } as ConnectionOptions
}

class NodeTransport implements Transport {
  readonly #socket: Socket

  constructor(socket: Socket, listener: TransportListener) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
    let failure: Error | undefined
    socket.on('error', (error) => {
      failure ??= error
    })
    socket.on('data', (chunk: Uint8Array) => listener.received(chunk))
    socket.on('drain', () => listener.drained())
    socket.once('close', () => listener.ended(failure))
  }

  get waitingSize(): number {
    return this.#socket.writableLength
  }

  write(pieces: readonly Uint8Array[]): void {
    if (!this.#socket.writable) return
    if (pieces.length === 1) {
      this.#socket.write(pieces[0])
      return
    }
    this.#socket.cork()
    for (const piece of pieces) this.#socket.write(piece)
    this.#socket.uncork()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(cut: boolean): void {
    if (cut) this.#socket.destroy()
    else this.#socket.destroySoon()
  }
}
