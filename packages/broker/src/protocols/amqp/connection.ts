/**
 * An AMQP connection: its socket, its handshakes, its end. Frames of channels go to {@link Session}.
 *
 * Hot path (`npm run bench`) as far as `#receive` and `frame`; the rest of the file is the connection's life.
 *
 *     header → handshake → running → closing (our close sent, its answer awaited) → closed
 *                                  → closed (the client's close answered)
 */

import type { Socket } from 'node:net'
import {
  CodecError,
  decodeMethod,
  encodeMethodFrame,
  type FrameSink,
  FrameType,
  type Method,
  MethodId,
  type MethodInput,
  type MethodName,
  PROTOCOL_HEADER,
  ReplyCode,
  type TypedTable,
} from '@warrenmq/codec'
import { readUint32 } from '@warrenmq/codec/internal'
import type { Login } from '../../access/authentication-backend.ts'
import type { Rights } from '../../access/rights.ts'
import { RightsExpiry } from '../../access/rights-expiry.ts'
import type { Blocked } from '../../alarms/blocked-connections.ts'
import { AmqpException, ConnectionException, closeArguments } from '../../errors.ts'
import type { Logger } from '../../logging/logger.ts'
import { concatBytes } from '../../memory/allocate.ts'
import { Output, type OutputOwner } from '../../net/output.ts'
import type { Peer } from '../../net/peer.ts'
import { ReadGate } from '../../net/read-gate.ts'
import type { SocketInput } from '../../net/socket-input.ts'
import type { Queue, QueueOwner } from '../../queue/queue.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { FrameInput } from './frame-input.ts'
import {
  type ClientCapabilities,
  Handshake,
  type HandshakeHost,
  isOurProtocol,
  NO_CAPABILITIES,
  type Tuning,
} from './handshake.ts'
import { startHeartbeats } from './heartbeats.ts'
import { HeldBytes } from './held-bytes.ts'
import { framingError, internalError, methodError, unexpectedFrame, unknownFrame } from './method-errors.ts'
import { type PacedReader, ReadPace } from './read-pace.ts'
import type { AmqpServices } from './services.ts'
import { Session } from './session.ts'

/** Longest wait for the other side to finish a close, in seconds. */
const CLOSE_WAIT_MAX = 30
/** Room beside the largest message, for its route and header, in bytes. */
const HELD_BESIDE_MESSAGE = 1024 * 1024
/** Most bytes that wait for the login, or for what comes before it. */
const WAITING_BEFORE_LOGIN_MAX = 64 * 1024
/** Largest frame before the handshake has agreed on one, in bytes. */
const INITIAL_FRAME_SIZE_MAX = 4096

type State = 'header' | 'handshake' | 'running' | 'closing' | 'closed'

/** How a connection is, in RabbitMQ's words. */
export type ConnectionState = 'starting' | 'running' | 'flow' | 'blocking' | 'blocked' | 'closing' | 'closed'

export class AmqpConnection implements FrameSink, OutputOwner, HandshakeHost, PacedReader, QueueOwner, Blocked {
  readonly output: Output
  /** The client's addresses, and what TLS says of it. */
  readonly peer: Peer
  /** `<peer ip>:<port> -> <server ip>:<port>`. */
  readonly name: string
  user = ''
  /** Tags of the user, as at the login. */
  tags: readonly string[] = []
  frameSizeMax: number = INITIAL_FRAME_SIZE_MAX
  clientProperties: TypedTable | undefined
  clientCapabilities: ClientCapabilities = NO_CAPABILITIES
  readonly exclusiveQueues: Set<Queue> = new Set()
  readonly services: AmqpServices
  /** What its unfinished messages and transactions take. */
  readonly heldBytes: HeldBytes

  /** Takes a few lines only until the connection is open. */
  #logger: Logger
  readonly #socket: Socket
  readonly #handshake: Handshake
  readonly #input: FrameInput
  /** What has come of the protocol header. */
  #header: Uint8Array = new Uint8Array(0)
  #session: Session | undefined
  #login: Login | undefined
  /** The session, while its frames go straight to it: the connection is running and there is no alarm. */
  #direct: Session | undefined
  /** Whether an alarm keeps the connection from being read. */
  #blocked = false
  #blockedSent = false
  #state: State = 'header'
  /** Whether something is being decided; frames wait meanwhile. */
  #paused = false
  #channelMax = 0
  #heartbeatSeconds = 0
  #received = false
  readonly #gate: ReadGate
  readonly #pace: ReadPace
  readonly #expiry: RightsExpiry
  #stopHeartbeats: () => void = () => {}
  #deadline: { clear(): void } | undefined

  constructor(input: SocketInput, peer: Peer, services: AmqpServices) {
    const { socket } = input
    this.#socket = socket
    this.services = services
    this.peer = peer
    this.#logger = services.logLimit.of(peer.remoteAddress ?? '')
    const { heldBytesMax, messageSizeMax } = services.options
    this.heldBytes = new HeldBytes(Math.max(heldBytesMax, messageSizeMax + HELD_BESIDE_MESSAGE))
    this.name = `${peer.remoteAddress}:${peer.remotePort} -> ${peer.localAddress}:${peer.localPort}`
    this.output = new Output(socket, services.turn, this, services.options.outputBytesHigh)
    this.#input = new FrameInput(this, INITIAL_FRAME_SIZE_MAX)
    this.#handshake = new Handshake(this, services)
    this.#gate = new ReadGate(socket)
    this.#expiry = new RightsExpiry(services.clock, services.accessVersion)
    this.#pace = new ReadPace(this, this.#gate, services.turn, input.fullChunk)
    services.connections.add(this)
    socket.on('error', (error) => this.#logger.debug({ connection: this.name, err: error }, 'socket error'))
    socket.on('close', () => this.#gone())
    // A TLS handshake has used up some of it.
    const passedMs = services.clock.now() - peer.acceptedAt
    this.#setDeadline(Math.max(1, services.options.handshakeTimeoutMs - passedMs), 'handshake timed out')
    input.start((chunk) => this.#receive(chunk))
  }

  /** Its channels and vhost, once it is open. */
  get session(): Session | undefined {
    return this.#session
  }

  /** Sends a method on channel 0. */
  send<N extends MethodName>(name: N, args: MethodInput<N>): void {
    this.output.write(encodeMethodFrame(0, name, args))
  }

  /** Closes from our side with 320 CONNECTION_FORCED. Before the login it just ends. */
  forceClose(reason: string): void {
    if (this.#state === 'running') this.fail(new ConnectionException(ReplyCode.CONNECTION_FORCED, reason, 0), 0)
    else if (this.#state !== 'closing') this.destroy()
  }

  forgetQueue(queue: Queue): void {
    this.exclusiveQueues.delete(queue)
  }

  /** Ends the socket at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  // Input.

  /** Takes a chunk from the socket. Nothing that a peer sends gets past this. */
  #receive(chunk: Uint8Array): void {
    this.#received = true
    try {
      this.#take(chunk)
      this.#pace.chunkDone(chunk.length)
    } catch (error) {
      this.#bug(error)
    }
  }

  #take(chunk: Uint8Array): void {
    try {
      if (this.#state === 'header') this.#takeHeader(chunk)
      else if (this.#state !== 'closed') this.#input.push(chunk)
      if (this.#state === 'handshake' && this.#input.waitingLength > WAITING_BEFORE_LOGIN_MAX) {
        this.#input.close()
        this.refuse(`more than ${WAITING_BEFORE_LOGIN_MAX} bytes before the login`)
      }
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      this.#failed(framingError(error), 0)
    }
  }

  #bug(error: unknown): void {
    this.#logger.error({ connection: this.name, err: error }, 'bug while reading; the connection is dropped')
    this.destroy()
  }

  #takeHeader(chunk: Uint8Array): void {
    this.#header = concatBytes(this.#header, chunk)
    const length = PROTOCOL_HEADER.length
    if (this.#header.length < length) return
    if (!isOurProtocol(this.#header)) {
      this.#logger.warn({ connection: this.name }, 'unknown protocol header')
      this.output.write(PROTOCOL_HEADER)
      this.#end()
      return
    }
    this.#state = 'handshake'
    this.#handshake.begin()
    const rest = this.#header.subarray(length)
    this.#header = new Uint8Array(0)
    this.#input.push(rest)
  }

  /** One frame from the parser. Returns the offset to go on at, or -1 when nothing more is to be read. */
  frame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number, bytesEnd: number): number {
    const session = this.#direct
    if (session !== undefined && channelNumber !== 0) {
      return session.frame(type, channelNumber, bytes, start, end, bytesEnd)
    }
    if (this.#state === 'running' && channelNumber !== 0) {
      return this.#frameDuringAlarm(type, channelNumber, bytes, start, end)
    }
    try {
      this.#ownFrame(type, channelNumber, bytes, start, end)
    } catch (error) {
      this.#failed(error instanceof CodecError ? methodError(error, bytes, start, end) : error, 0)
    }
    if (this.#paused) {
      this.#input.hold(end + 1)
      return -1
    }
    return this.#state === 'closed' ? -1 : end + 1
  }

  /** A frame of a channel while an alarm is raised: one of content is the last that is taken. */
  #frameDuringAlarm(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): number {
    // Nothing behind the frame is looked at, so that a publish comes in frames.
    const next = (this.#session as Session).frame(type, channelNumber, bytes, start, end, end + 1)
    if (type === FrameType.method || this.#state !== 'running') return next
    this.#block()
    this.#input.hold(next)
    return -1
  }

  /** A frame of channel 0, or of a connection that is not open. */
  #ownFrame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#state === 'closing') {
      this.#closingFrame(type, channelNumber, bytes, start, end)
      return
    }
    if (type === FrameType.heartbeat) {
      this.#assertHeartbeat(channelNumber, bytes, start, end)
      return
    }
    if (channelNumber !== 0) {
      this.refuse('a frame of a channel before connection.open')
      return
    }
    if (type !== FrameType.method) throw unexpectedFrame(type, bytes.slice(start, end))
    if (end - start < 4) throw unknownFrame(type, bytes.slice(start, end))
    // Arguments are kept, and bytes among them are views: they must not lie in the working memory.
    const method = decodeMethod(bytes.slice(start, end))
    if (this.#state === 'handshake') this.#handshake.method(method)
    else this.#connectionMethod(method)
  }

  #assertHeartbeat(channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
    if (channelNumber !== 0) throw unexpectedFrame(FrameType.heartbeat, bytes.slice(start, end))
    if (end !== start) throw unknownFrame(FrameType.heartbeat, bytes.slice(start, end))
  }

  #connectionMethod(method: Method): void {
    if (method.name === 'connection.close') {
      this.#release()
      this.send('connection.close-ok', {})
      this.#state = 'closed'
      this.output.flush()
      this.#setDeadline(this.#closeWaitMs(), 'client did not end the connection')
      this.#logger.info({ connection: this.name }, 'connection closed by client')
    } else if (method.name === 'connection.update-secret') {
      this.#updateSecret(Buffer.from(method.args.newSecret).toString())
    } else {
      const text = 'unexpected method in connection state running'
      throw new ConnectionException(ReplyCode.CHANNEL_ERROR, text, method.id)
    }
  }

  #updateSecret(secret: string): void {
    const renewed = this.#login?.renew?.(secret)
    if (renewed === undefined) {
      this.send('connection.update-secret-ok', {})
      return
    }
    const answer = (taken: boolean) => {
      if (this.#state !== 'running') return
      if (taken) {
        if (this.#login !== undefined) this.#expiry.watch(this.#login)
        this.send('connection.update-secret-ok', {})
      } else {
        const text = 'New secret was refused by one of the backends'
        this.fail(new ConnectionException(ReplyCode.NOT_ALLOWED, text), MethodId.connectionUpdateSecret)
      }
    }
    this.pauseWhile(renewed.then(answer))
  }

  #closingFrame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
    if (type !== FrameType.method || channelNumber !== 0 || end - start < 4) return
    const id = readUint32(bytes, start)
    if (id === MethodId.connectionCloseOk) this.#end()
    else if (id === MethodId.connectionClose) {
      this.send('connection.close-ok', {})
      this.output.flush()
    }
  }

  // The connection's end.

  #failed(error: unknown, methodId: number): void {
    const exception = this.#asException(error)
    if (this.#state === 'running') this.fail(exception, methodId)
    else if (this.#state === 'handshake') {
      // Whoever has not logged in is told nothing.
      if (this.user === '') this.refuse(exception.message)
      else this.fail(exception, methodId)
    }
  }

  #asException(error: unknown): AmqpException {
    if (error instanceof AmqpException) return error
    this.#logger.error({ connection: this.name, err: error }, 'bug while handling a frame')
    return internalError()
  }

  /** Sends `connection.close` and waits for its answer. `currentMethodId` is named unless the exception names another. */
  fail(exception: AmqpException, currentMethodId: number): void {
    if (this.#state === 'closing' || this.#state === 'closed') return
    this.#logger.warn({ connection: this.name }, exception.message)
    this.#release()
    this.#sendClose(exception, currentMethodId)
    this.#endBlock()
  }

  #sendClose(exception: AmqpException, currentMethodId: number): void {
    this.#state = 'closing'
    this.send('connection.close', closeArguments(exception, currentMethodId))
    this.output.flush()
    this.#setDeadline(this.#closeWaitMs(), 'client did not answer connection.close')
  }

  #closeWaitMs(): number {
    const seconds = this.#heartbeatSeconds === 0 ? CLOSE_WAIT_MAX : Math.min(this.#heartbeatSeconds, CLOSE_WAIT_MAX)
    return Math.min(seconds * 1000, this.services.options.closeTimeoutMs)
  }

  /** Ends all that belongs to the connection; its socket may live on for the close handshake. */
  #release(): void {
    const session = this.#session
    if (session === undefined) return
    this.#session = undefined
    this.#direct = undefined
    session.release()
    for (const queue of this.exclusiveQueues) session.vhost.deleteQueue(queue)
    this.exclusiveQueues.clear()
  }

  /** Sends what is left and ends the socket. */
  #end(): void {
    this.#state = 'closed'
    this.output.flush()
    this.#socket.end()
    this.#setDeadline(this.services.options.closeTimeoutMs, 'client did not end the connection')
  }

  #gone(): void {
    this.#state = 'closed'
    this.#deadline?.clear()
    this.#stopHeartbeats()
    this.#expiry.close()
    this.services.blockedConnections.delete(this)
    this.output.close()
    this.#input.close()
    try {
      this.#release()
    } catch (error) {
      this.#logger.error({ connection: this.name, err: error }, 'bug while a connection ended')
    }
    this.#logger.info({ connection: this.name }, 'connection ended')
    this.services.connectionGone(this)
  }

  #setDeadline(delayMs: number, reason: string): void {
    this.#deadline?.clear()
    this.#deadline = this.services.clock.setTimeout(() => {
      this.#logger.warn({ connection: this.name }, reason)
      this.destroy()
    }, delayMs)
  }

  // What the handshake asks for.

  pauseWhile(work: Promise<void>): void {
    this.#paused = true
    this.#gate.close()
    work
      .catch((error) => this.#failed(error, 0))
      .then(() => {
        this.#paused = false
        // Also after a failure: the close-ok has to be seen.
        if (this.#state !== 'closed') this.#input.release()
      })
      .catch((error) => this.#failed(error instanceof CodecError ? framingError(error) : error, 0))
      .finally(() => this.#gate.open())
  }

  /** Hands the frames that begin at `offset` of the bytes being parsed in again, once what they need to know is there. */
  retryWhen(answered: Promise<void>, offset: number): void {
    this.pauseWhile(answered)
    this.#input.hold(offset)
  }

  clientKnown(properties: TypedTable, capabilities: ClientCapabilities): void {
    this.clientProperties = properties
    this.clientCapabilities = capabilities
  }

  loggedIn(login: Login): void {
    this.user = login.user
    this.tags = login.tags
    this.#login = login
    this.#expiry.watch(login)
  }

  loginRefused(mechanism: string, reason: string): void {
    if (!this.clientCapabilities.authenticationFailureClose) {
      this.refuse(reason)
      return
    }
    this.#logger.warn({ connection: this.name }, reason)
    const text = `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`
    this.#sendClose(new ConnectionException(ReplyCode.ACCESS_REFUSED, text, 0), 0)
    this.#setDeadline(this.services.options.loginFailureDelayMs, 'client did not answer connection.close')
  }

  tuned(tuning: Tuning): void {
    this.#channelMax = tuning.channelMax
    this.frameSizeMax = tuning.frameSizeMax
    this.#input.frameSizeMax = tuning.frameSizeMax
    this.#heartbeatSeconds = tuning.heartbeatSeconds
    this.#stopHeartbeats = startHeartbeats(this.services.clock, tuning.heartbeatSeconds, {
      output: this.output,
      takeReceived: () => {
        const received = this.#received || this.#gate.shut
        this.#received = false
        return received
      },
      peerDead: () => {
        this.#logger.warn({ connection: this.name }, 'missed heartbeats from client')
        this.destroy()
      },
    })
  }

  opened(vhost: Vhost, rights: Rights): void {
    this.#deadline?.clear()
    this.#session = new Session(this, vhost, rights, this.#channelMax)
    this.#state = 'running'
    this.#logger = this.services.logger
    this.alarmsChanged()
    this.send('connection.open-ok', {})
    this.#logger.info({ connection: this.name, user: this.user, vhost: vhost.name }, 'connection opened')
  }

  refuse(reason: string): void {
    this.#state = 'closed'
    this.#logger.warn({ connection: this.name }, `connection refused: ${reason}`)
    this.#setDeadline(this.services.options.loginFailureDelayMs, 'closing the refused connection')
  }

  // Alarms.

  get state(): ConnectionState {
    if (this.#state === 'closing' || this.#state === 'closed') return this.#state
    if (this.#state !== 'running') return 'starting'
    if (this.#blocked) return 'blocked'
    if (this.#direct === undefined) return 'blocking'
    return this.#pace.slowed ? 'flow' : 'running'
  }

  /** An alarm was raised or cleared. One that is blocked is let go by {@link unblock}, in its turn. */
  alarmsChanged(): void {
    if (this.#state !== 'running' || this.#blocked) return
    this.#direct = this.services.alarms.active ? undefined : this.#session
  }

  /** The last alarm was cleared: what waited is handled, and the socket is read on. */
  unblock(): void {
    if (this.#state === 'running') {
      this.#direct = this.#session
      if (this.#blockedSent) this.send('connection.unblocked', {})
    }
    this.#endBlock()
  }

  #block(): void {
    this.#blocked = true
    this.#gate.close()
    this.services.blockedConnections.add(this)
    this.#logger.debug({ connection: this.name }, 'connection blocked by an alarm')
    this.#blockedSent = this.clientCapabilities.connectionBlocked
    if (this.#blockedSent) this.send('connection.blocked', { reason: this.services.alarms.reason })
  }

  /** Goes on with what waited, which may block it again. */
  #endBlock(): void {
    if (!this.#blocked) return
    this.#blocked = false
    this.services.blockedConnections.delete(this)
    try {
      if (this.#state !== 'closed') this.#input.release()
    } catch (error) {
      if (error instanceof CodecError) this.#failed(framingError(error), 0)
      else this.#bug(error)
    }
    this.#gate.open()
  }

  // Flow.

  /** The client does not take what is sent: nothing more is delivered to it. */
  outputCongested(): void {
    for (const channel of this.#session?.channels.values() ?? []) channel.consumersBusy()
  }

  /** The client does not even take its replies: it is not read. */
  outputOverflowing(): void {
    this.#gate.close()
  }

  outputDrained(overflowed: boolean): void {
    if (overflowed) this.#gate.open()
    for (const channel of this.#session?.channels.values() ?? []) channel.consumersReady()
  }

  publishedBacklog(): number {
    return this.#session?.publishedBacklog() ?? 0
  }
}
