/**
 * Whether a socket is read, when there may be several reasons at a time not to.
 */

import type { Socket } from 'node:net'

export class ReadGate {
  readonly #socket: Socket
  #reasons = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Whether there is a reason not to read. */
  get shut(): boolean {
    return this.#reasons > 0
  }

  /** One more reason not to read. */
  close(): void {
    this.#reasons++
    if (this.#reasons === 1) this.#socket.pause()
  }

  /** One reason less: each `close` is taken back once. */
  open(): void {
    this.#reasons--
    if (this.#reasons === 0 && !this.#socket.destroyed) this.#socket.resume()
  }
}
