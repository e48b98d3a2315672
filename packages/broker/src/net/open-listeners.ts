/**
 * Opens all listeners that the options name, or none.
 */

import type { Clock } from '../clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { Logger } from '../logging/logger.ts'
import type { Acceptor } from './acceptor.ts'
import { type ListenAddress, parseListenAddress } from './listen-address.ts'
import { type Listeners, listen } from './listener.ts'
import { TlsServer } from './tls-server.ts'

/** A listener that is open. */
export interface ListenerInfo {
  /** What is spoken there, in RabbitMQ's words. */
  readonly protocol: 'amqp' | 'amqp/ssl' | 'http' | 'https' | 'http/prometheus'
  readonly tls: boolean
  /** As it was configured. */
  readonly host: string
  readonly port: number
}

export interface OpenListeners {
  readonly all: readonly ListenerInfo[]
  /** Port of the first one without TLS; 0 for none. */
  readonly port: number
  /** Port of the first one with TLS; 0 for none. */
  readonly tlsPort: number
  /** Stops accepting; connections that are open go on. */
  close(): Promise<void>
}

/**
 * Opens them.
 *
 * @throws ConfigurationError for an address or a file of TLS that is no good; Error of the operating system when it cannot listen.
 */
export async function openListeners(
  options: ResolvedBrokerOptions,
  clock: Clock,
  logger: Logger,
  acceptor: Acceptor,
): Promise<OpenListeners> {
  const plain = options.listeners.map((text) => readAddress('listeners', text, options))
  const encrypted = options.tlsListeners.map((text) => readAddress('tlsListeners', text, options))
  const tlsServer = encrypted.length > 0 ? new TlsServer(options, clock, logger) : undefined
  const tcp = { backlog: options.listenBacklog, noDelay: options.tcpNodelay, keepAlive: options.tcpKeepalive }
  const opened: Listeners[] = []
  const all: ListenerInfo[] = []
  const close = async () => {
    tlsServer?.close()
    await Promise.all(opened.map((listeners) => listeners.close()))
  }
  try {
    for (const { address, tls } of [
      ...plain.map((address) => ({ address, tls: undefined })),
      ...encrypted.map((address) => ({ address, tls: tlsServer })),
    ]) {
      const listeners = await listen(address, tcp, (socket) => acceptor.accept(socket, tls))
      opened.push(listeners)
      all.push({
        protocol: tls === undefined ? 'amqp' : 'amqp/ssl',
        tls: tls !== undefined,
        host: address.host,
        port: listeners.port,
      })
    }
  } catch (error) {
    await close()
    throw error
  }
  const firstPort = (tls: boolean) => all.find((listener) => listener.tls === tls)?.port ?? 0
  return { all, port: firstPort(false), tlsPort: firstPort(true), close }
}

function readAddress(option: string, text: string, { host, port }: ResolvedBrokerOptions): ListenAddress {
  if (text === 'default' && option === 'listeners') return { host, port }
  const address = parseListenAddress(text, host)
  if (address !== undefined) return address
  throw new ConfigurationError(
    'INVALID_VALUE',
    `${option} ${JSON.stringify(text)} must be a port or an address and a port`,
  )
}
