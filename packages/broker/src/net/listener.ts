/**
 * TCP sockets that listen, several on one port where an address stands for more than one.
 */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { ListenAddress } from './listen-address.ts'

/** How often a port that the system chose on one loopback address is tried on the other. */
const SAME_PORT_ATTEMPTS = 10

/** Options of the sockets. */
export interface TcpOptions {
  /** Connections the operating system queues before they are accepted. */
  readonly backlog: number
  readonly noDelay: boolean
  readonly keepAlive: boolean
}

/** Listeners that were opened together. */
export interface Listeners {
  /** The port they listen on; the one the system chose when 0 was asked for. */
  readonly port: number
  /** Stops accepting; connections that are open go on. */
  close(): Promise<void>
}

/**
 * Listens on an address or name. `::` takes IPv4 and IPv6, or IPv4 alone on a machine without IPv6; `localhost` takes both loopback
 * addresses, or the one there is, since clients try either first.
 *
 * @param onSocket Gets accepted sockets, paused.
 * @throws Error of the operating system: EADDRINUSE, EADDRNOTAVAIL, EACCES.
 */
export async function listen(
  { host, port }: ListenAddress,
  options: TcpOptions,
  onSocket: (socket: Socket) => void,
): Promise<Listeners> {
  const open = (address: string, onPort: number) => openServer(address, onPort, options, onSocket)
  const servers = host === 'localhost' ? await openLoopbacks(port, open) : [await openOne(host, port, open)]
  return {
    port: portOf(servers[0]),
    close: async () => {
      await Promise.all(servers.map(closeServer))
    },
  }
}

type Open = (host: string, port: number) => Promise<Server>

async function openOne(host: string, port: number, open: Open): Promise<Server> {
  try {
    return await open(host, port)
  } catch (error) {
    if (host !== '::' || !isCode(error, 'EAFNOSUPPORT')) throw error
    return open('0.0.0.0', port)
  }
}

async function openLoopbacks(port: number, open: Open): Promise<Server[]> {
  for (let attempt = 1; ; attempt++) {
    const first = await orMissing(open('127.0.0.1', port))
    if (first === undefined) return [await open('::1', port)]
    try {
      const second = await orMissing(open('::1', portOf(first)))
      return second === undefined ? [first] : [first, second]
    } catch (error) {
      await closeServer(first)
      if (port !== 0 || !isCode(error, 'EADDRINUSE') || attempt === SAME_PORT_ATTEMPTS) throw error
    }
  }
}

/** `undefined` where the machine does not have the address. */
async function orMissing(opening: Promise<Server>): Promise<Server | undefined> {
  try {
    return await opening
  } catch (error) {
    if (isCode(error, 'EADDRNOTAVAIL') || isCode(error, 'EAFNOSUPPORT')) return undefined
    throw error
  }
}

function openServer(
  host: string,
  port: number,
  { backlog, noDelay, keepAlive }: TcpOptions,
  onSocket: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer({ pauseOnConnect: true, noDelay, keepAlive }, onSocket)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code
}
