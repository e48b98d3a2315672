/**
 * TCP listeners of the broker: one socket per address, all on one port.
 */

import { type AddressInfo, createServer, type Server } from 'node:net'
import { openSocketInput, type SocketInput } from './socket-input.ts'

/** Connections the operating system queues before they are accepted. */
const BACKLOG = 1024

/** Listeners that were opened together. */
export interface Listeners {
  /** The port they listen on; the one the system chose when 0 was asked for. */
  readonly port: number
  /** Stops accepting; connections that are open go on. */
  close(): Promise<void>
}

/**
 * Listens on `host`, an address or name; `::` takes IPv4 and IPv6, or IPv4 alone on a machine without IPv6.
 *
 * @throws Error of the operating system: EADDRINUSE, EADDRNOTAVAIL, EACCES.
 */
export async function listen(host: string, port: number, onSocket: (input: SocketInput) => void): Promise<Listeners> {
  let server: Server
  try {
    server = await openServer(host, port, onSocket)
  } catch (error) {
    if (host !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error
    server = await openServer('0.0.0.0', port, onSocket)
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function openServer(host: string, port: number, onSocket: (input: SocketInput) => void): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }, (socket) => onSocket(openSocketInput(socket)))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
