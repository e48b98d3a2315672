/** How a connection closes: from either side, with a limit for the other side's answer. */

import type { Socket } from 'node:net'
import { FrameType, MethodId } from '@warrenmq/codec'
import { readUint32 } from '@warrenmq/codec/internal'
import { type AmqpException, closeArguments } from '../../errors.ts'
import type { AmqpConnection } from './connection.ts'
import { Deadline } from './deadline.ts'

/** Longest wait for the other side to finish a close, in seconds. */
const CLOSE_WAIT_MAX = 30

export class CloseHandshake {
  /** What the connection has to be done with: its opening first, its close later. */
  readonly deadline: Deadline
  /** Interval of the heartbeats, in seconds; 0 for none. */
  heartbeatSeconds = 0
  readonly #connection: AmqpConnection
  readonly #socket: Socket

  /** `late` is called when the time is up, with what was waited for. */
  constructor(connection: AmqpConnection, socket: Socket, late: (reason: string) => void) {
    this.deadline = new Deadline(connection.services.clock, late)
    this.#connection = connection
    this.#socket = socket
  }

  /** Sends `connection.close`. `currentMethodId` is named unless the exception names another. */
  begin(exception: AmqpException, currentMethodId: number): void {
    const connection = this.#connection
    connection.phase = 'closing'
    connection.send('connection.close', closeArguments(exception, currentMethodId))
    connection.output.flush()
    this.deadline.set(this.#waitMs(), 'client did not answer connection.close')
  }

  /** A frame that comes while our close is to be answered. */
  frame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
    if (type !== FrameType.method || channelNumber !== 0 || end - start < 4) return
    const id = readUint32(bytes, start)
    if (id === MethodId.connectionCloseOk) this.end()
    else if (id === MethodId.connectionClose) this.#answer()
  }

  /** Answers the client's `connection.close`; the client ends the socket. */
  finish(): void {
    this.#connection.phase = 'closed'
    this.#answer()
    this.deadline.set(this.#waitMs(), 'client did not end the connection')
  }

  /** Sends what is left and ends the socket. */
  end(): void {
    const { output, services } = this.#connection
    this.#connection.phase = 'closed'
    output.flush()
    this.#socket.end()
    this.deadline.set(services.options.closeTimeoutMs, 'client did not end the connection')
  }

  #answer(): void {
    this.#connection.send('connection.close-ok', {})
    this.#connection.output.flush()
  }

  #waitMs(): number {
    const seconds = this.heartbeatSeconds === 0 ? CLOSE_WAIT_MAX : Math.min(this.heartbeatSeconds, CLOSE_WAIT_MAX)
    return Math.min(seconds * 1000, this.#connection.services.options.closeTimeoutMs)
  }
}
