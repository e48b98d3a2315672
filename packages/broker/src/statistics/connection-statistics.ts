/** Bytes and packets of a connection, as its socket counts them. */

import type { Socket } from 'node:net'
import type { History } from './history.ts'
import type { VhostStatistics } from './vhost-statistics.ts'

export class ConnectionStatistics {
  /** Received and sent, as of the last time they were collected. */
  readonly octets: Float64Array = new Float64Array(2)
  history: History | undefined
  /** When it was opened, in milliseconds since the epoch. */
  connectedAt = 0
  readonly #socket: Socket
  #vhost: VhostStatistics | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** It has entered a vhost. */
  opened(vhost: VhostStatistics, now: number): void {
    this.#vhost = vhost
    this.connectedAt = now
  }

  /** Bytes that wait to be taken by the client. */
  get pendingBytes(): number {
    return this.#socket.writableLength
  }

  /** Reads the socket's counters and adds what is new to those of the vhost. */
  collect(): void {
    // They are kept by the operating system's side of the socket, so that counting costs nothing.
    const { bytesRead, bytesWritten } = this.#socket
    const { octets } = this
    const vhost = this.#vhost
    if (vhost !== undefined) {
      vhost.receivedBytes += bytesRead - octets[0]
      vhost.sentBytes += bytesWritten - octets[1]
    }
    octets[0] = bytesRead
    octets[1] = bytesWritten
  }
}
