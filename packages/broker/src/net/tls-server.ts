/**
 * TLS on accepted sockets: the handshake, the check of client certificates, and certificates that change while the broker runs.
 */

import type { Socket } from 'node:net'
import { createServer, type DetailedPeerCertificate, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../clock.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { Logger } from '../logging/logger.ts'
import { loadTlsContexts, type TlsContexts, tlsFilesSignature } from './tls-files.ts'

/** Who hears of a handshake's end: the encrypted socket, or why there is none. */
export type HandshakeDone = (result: TLSSocket | Error) => void

export class TlsServer {
  readonly #options: ResolvedBrokerOptions
  readonly #logger: Logger
  readonly #server: Server
  readonly #timer: Timer
  /** Handshakes under way, by the addresses of their sockets. */
  readonly #handshakes = new Map<string, HandshakeDone>()
  #contexts: TlsContexts
  #signature: string

  /** @throws ConfigurationError for files that are missing, damaged or do not belong together. */
  constructor(options: ResolvedBrokerOptions, clock: Clock, logger: Logger) {
    this.#options = options
    this.#logger = logger
    this.#contexts = loadTlsContexts(options)
    this.#signature = tlsFilesSignature(options)
    this.#server = createServer({
      ...this.#contexts.main,
      requestCert: options.tlsVerify === 'verify_peer',
      // Who gives no certificate may be welcome: that is decided here, once the handshake is over.
      rejectUnauthorized: false,
      handshakeTimeout: options.handshakeTimeoutMs,
      SNICallback: (name, done) => done(null, this.#contextFor(name)),
    })
    this.#server.on('secureConnection', (socket) => this.#done(socket, this.#problemWith(socket) ?? socket))
    this.#server.on('tlsClientError', (error, socket) => this.#done(socket, error))
    this.#timer = clock.setInterval(() => this.reload(), options.tlsReloadIntervalMs)
  }

  /** Shakes hands on an accepted socket that is paused. `done` is not called when the socket ends first. */
  handshake(socket: Socket, done: HandshakeDone): void {
    const key = socketKey(socket)
    this.#handshakes.set(key, done)
    socket.once('close', () => this.#handshakes.delete(key))
    this.#server.emit('connection', socket)
  }

  /** Reads the files anew if they have changed. Handshakes from then on use them; files that are no good are logged and change nothing. */
  reload(): void {
    const signature = tlsFilesSignature(this.#options)
    if (signature === this.#signature) return
    this.#signature = signature
    try {
      this.#contexts = loadTlsContexts(this.#options)
      this.#server.setSecureContext(this.#contexts.main)
      this.#logger.info({ file: this.#options.tlsCertificateFile }, 'TLS certificates read anew')
    } catch (error) {
      this.#logger.error({ err: error }, 'the new TLS certificates cannot be used; the old ones stay')
    }
  }

  close(): void {
    this.#timer.clear()
    this.#handshakes.clear()
  }

  #done(socket: TLSSocket, result: TLSSocket | Error): void {
    const key = socketKey(socket)
    const done = this.#handshakes.get(key)
    this.#handshakes.delete(key)
    if (result instanceof Error) socket.destroy()
    done?.(result)
  }

  /** The context for a name that a client asks for, the main one for all others. */
  #contextFor(name: string): SecureContext | undefined {
    const wanted = name.toLowerCase()
    const { byName } = this.#contexts
    return byName.get(wanted) ?? byName.get(wanted.replace(/^[^.]+/, '*'))
  }

  /** Why a client may not stay, or `undefined`. */
  #problemWith(socket: TLSSocket): Error | undefined {
    if (this.#options.tlsVerify !== 'verify_peer') return undefined
    // Before getPeerX509Certificate, which makes Node forget the certificates that came with it.
    const certificate = socket.getPeerCertificate(true)
    if (certificate.raw === undefined) {
      return this.#options.tlsFailIfNoPeerCertificate ? new Error('the client gave no certificate') : undefined
    }
    if (!socket.authorized) return new Error(`the client's certificate is refused: ${socket.authorizationError}`)
    const depth = countIntermediates(certificate)
    if (depth <= this.#options.tlsDepth) return undefined
    return new Error(`the client's certificate has ${depth} intermediate ones above it, more than tlsDepth`)
  }
}

function socketKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`
}

/** Certificates between a client's own and the root. */
function countIntermediates(certificate: DetailedPeerCertificate): number {
  let count = 0
  let above = certificate.issuerCertificate
  while (above !== undefined && above.issuerCertificate !== undefined && above.issuerCertificate !== above) {
    count++
    above = above.issuerCertificate
  }
  return count
}
