/**
 * An AMQP connection: its handshakes, its session, its end. What it reads is {@link ConnectionInput}'s.
 */

import type { Socket } from 'node:net'
import {
  encodeMethodFrame,
  FrameType,
  type Method,
  type MethodInput,
  type MethodName,
  PROTOCOL_HEADER,
  ReplyCode,
  type TypedTable,
} from '@warrenmq/codec'
import { AmqpException, ConnectionException } from '../../errors.ts'
import type { Logger } from '../../logging/logger.ts'
import { addressSource } from '../../net/address-source.ts'
import { Output, type OutputOwner } from '../../net/output.ts'
import type { Peer } from '../../net/peer.ts'
import type { SocketInput } from '../../net/socket-input.ts'
import type { Queue, QueueOwner } from '../../queue/queue.ts'
import { ConnectionStatistics } from '../../statistics/connection-statistics.ts'
import { AlarmBlock } from './alarm-block.ts'
import { CloseHandshake } from './close-handshake.ts'
import { ConnectionInput, type ConnectionPhase, INITIAL_FRAME_SIZE_MAX, type InputHost } from './connection-input.ts'
import { type ClientCapabilities, isOurProtocol, NO_CAPABILITIES } from './handshake.ts'
import { HeldBytes } from './held-bytes.ts'
import { internalError } from './method-errors.ts'
import { Opening } from './opening.ts'
import { assertHeartbeat, readOwnMethod } from './own-frame.ts'
import type { AmqpServices } from './services.ts'
import type { Session } from './session.ts'

/** Room beside the largest message, for its route and header, in bytes. */
const HELD_BESIDE_MESSAGE = 1024 * 1024

/** How a connection is, in RabbitMQ's words. */
export type ConnectionState = 'starting' | 'running' | 'flow' | 'blocking' | 'blocked' | 'closing' | 'closed'

export class AmqpConnection implements InputHost, OutputOwner, QueueOwner {
  readonly input: ConnectionInput
  readonly output: Output
  readonly closing: CloseHandshake
  readonly statistics: ConnectionStatistics
  phase: ConnectionPhase = 'header'
  /** Its channels and vhost, once it is open. */
  session: Session | undefined
  /** Takes a few lines only until the connection is open. */
  logger: Logger
  /** The client's addresses, and what TLS says of it. */
  readonly peer: Peer
  /** `<peer ip>:<port> -> <server ip>:<port>`. */
  readonly name: string
  user = ''
  /** Tags of the user, as at the login. */
  tags: readonly string[] = []
  /** How it logged in. */
  mechanism = ''
  /** Most channels that were agreed on. */
  channelMax = 0
  frameSizeMax: number = INITIAL_FRAME_SIZE_MAX
  clientProperties: TypedTable | undefined
  clientCapabilities: ClientCapabilities = NO_CAPABILITIES
  readonly exclusiveQueues: Set<Queue> = new Set()
  readonly services: AmqpServices
  /** What its unfinished messages and transactions take. */
  readonly heldBytes: HeldBytes

  readonly #socket: Socket
  readonly #opening: Opening
  readonly #alarm: AlarmBlock

  constructor(input: SocketInput, peer: Peer, services: AmqpServices) {
    const { socket } = input
    this.#socket = socket
    this.statistics = new ConnectionStatistics(socket)
    this.services = services
    this.peer = peer
    this.logger = services.logLimit.of(addressSource(peer.remoteAddress))
    const { heldBytesMax, messageSizeMax } = services.options
    this.heldBytes = new HeldBytes(Math.max(heldBytesMax, messageSizeMax + HELD_BESIDE_MESSAGE))
    this.name = `${peer.remoteAddress}:${peer.remotePort} -> ${peer.localAddress}:${peer.localPort}`
    this.output = new Output(socket, services.turn, this, services.options.outputBytesHigh)
    this.input = new ConnectionInput(this, input, services.turn)
    this.#opening = new Opening(this)
    this.#alarm = new AlarmBlock(this)
    this.closing = new CloseHandshake(this, socket, (reason) => {
      this.logger.warn({ connection: this.name }, reason)
      this.destroy()
    })
    services.connections.add(this)
    socket.on('error', (error) => this.logger.debug({ connection: this.name, err: error }, 'socket error'))
    socket.on('close', () => this.#gone())
    // A TLS handshake has used up some of it.
    const passedMs = services.clock.now() - peer.acceptedAt
    this.closing.deadline.set(Math.max(1, services.options.handshakeTimeoutMs - passedMs), 'handshake timed out')
    this.input.start(input)
  }

  /** Sends a method on channel 0. */
  send<N extends MethodName>(name: N, args: MethodInput<N>): void {
    this.output.write(encodeMethodFrame(0, name, args))
  }

  /** Closes from our side with 320 CONNECTION_FORCED. Before the login it just ends. */
  forceClose(reason: string): void {
    if (this.phase === 'running') this.fail(new ConnectionException(ReplyCode.CONNECTION_FORCED, reason, 0), 0)
    else if (this.phase !== 'closing') this.destroy()
  }

  forgetQueue(queue: Queue): void {
    this.exclusiveQueues.delete(queue)
  }

  /** Ends the socket at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  // Input.

  bug(error: unknown): void {
    this.logger.error({ connection: this.name, err: error }, 'bug while reading; the connection is dropped')
    this.destroy()
  }

  headerRead(header: Uint8Array): void {
    if (isOurProtocol(header)) {
      this.#opening.begin()
      return
    }
    this.logger.warn({ connection: this.name }, 'unknown protocol header')
    this.output.write(PROTOCOL_HEADER)
    this.closing.end()
  }

  ownFrame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.phase === 'closing') {
      this.closing.frame(type, channelNumber, bytes, start, end)
      return
    }
    if (type === FrameType.heartbeat) {
      assertHeartbeat(channelNumber, bytes, start, end)
      return
    }
    if (channelNumber !== 0) {
      this.refuse('a frame of a channel before connection.open')
      return
    }
    const method = readOwnMethod(type, bytes, start, end)
    if (this.phase === 'handshake') this.#opening.method(method)
    else this.#connectionMethod(method)
  }

  #connectionMethod(method: Method): void {
    if (method.name === 'connection.close') {
      this.#release()
      this.closing.finish()
      this.logger.info({ connection: this.name }, 'connection closed by client')
    } else if (method.name === 'connection.update-secret') {
      this.#opening.login.renew(Buffer.from(method.args.newSecret).toString())
    } else {
      const text = 'unexpected method in connection state running'
      throw new ConnectionException(ReplyCode.CHANNEL_ERROR, text, method.id)
    }
  }

  // The connection's end.

  failed(error: unknown, methodId: number): void {
    const exception = this.#asException(error)
    if (this.phase === 'running') this.fail(exception, methodId)
    else if (this.phase === 'handshake') {
      // Whoever has not logged in is told nothing.
      if (this.user === '') this.refuse(exception.message)
      else this.fail(exception, methodId)
    }
  }

  #asException(error: unknown): AmqpException {
    if (error instanceof AmqpException) return error
    this.logger.error({ connection: this.name, err: error }, 'bug while handling a frame')
    return internalError()
  }

  /** Sends `connection.close` and waits for its answer. `currentMethodId` is named unless the exception names another. */
  fail(exception: AmqpException, currentMethodId: number): void {
    if (this.phase === 'closing' || this.phase === 'closed') return
    this.logger.warn({ connection: this.name }, exception.message)
    this.#release()
    this.closing.begin(exception, currentMethodId)
    this.#alarm.end()
  }

  /** Ends all that belongs to the connection; its socket may live on for the close handshake. */
  #release(): void {
    const session = this.session
    if (session === undefined) return
    this.session = undefined
    this.input.direct = undefined
    session.release()
    for (const queue of this.exclusiveQueues) session.vhost.deleteQueue(queue)
    this.exclusiveQueues.clear()
  }

  #gone(): void {
    this.phase = 'closed'
    this.closing.deadline.clear()
    this.#opening.close()
    this.#alarm.close()
    this.output.close()
    this.input.close()
    this.statistics.collect()
    try {
      this.#release()
    } catch (error) {
      this.logger.error({ connection: this.name, err: error }, 'bug while a connection ended')
    }
    this.logger.info({ connection: this.name }, 'connection ended')
    this.services.connectionGone(this)
  }

  /** Closes silently, after a while. */
  refuse(reason: string): void {
    this.phase = 'closed'
    this.logger.warn({ connection: this.name }, `connection refused: ${reason}`)
    this.closing.deadline.set(this.services.options.loginFailureDelayMs, 'closing the refused connection')
  }

  // Alarms.

  get state(): ConnectionState {
    if (this.phase === 'closing' || this.phase === 'closed') return this.phase
    if (this.phase !== 'running') return 'starting'
    if (this.#alarm.active) return 'blocked'
    if (this.input.direct === undefined) return 'blocking'
    return this.input.pace.slowed ? 'flow' : 'running'
  }

  alarmsChanged(): void {
    this.#alarm.alarmsChanged()
  }

  blockedByAlarm(): void {
    this.#alarm.begin()
  }

  // Flow.

  /** The client does not take what is sent: nothing more is delivered to it. */
  outputCongested(): void {
    for (const channel of this.session?.channels.values() ?? []) channel.consumersBusy()
  }

  /** The client does not even take its replies: it is not read. */
  outputOverflowing(): void {
    this.input.gate.close()
  }

  outputDrained(overflowed: boolean): void {
    if (overflowed) this.input.gate.open()
    for (const channel of this.session?.channels.values() ?? []) channel.consumersReady()
  }

  heldByDisk(resume: () => void): boolean {
    return this.session?.heldByDisk(resume) ?? false
  }

  publishedBacklog(): number {
    return this.session?.publishedBacklog() ?? 0
  }
}
