/**
 * An AMQP connection: bytes to frames, frames to channels, errors to closes.
 *
 * Hot path (`npm run bench`) from `#receive` to `frame`; the rest of the file is the connection's life.
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
  HEARTBEAT_FRAME,
  type Method,
  type MethodInput,
  MethodId,
  type MethodName,
  methodName,
  PROTOCOL_HEADER,
  ReplyCode,
  type TypedTable,
} from '@warrenmq/codec'
import { neededFrameSize, readUint32, scanFrames } from '@warrenmq/codec/internal'
import { AmqpException, ConnectionException, fitReplyText } from '../../errors.ts'
import { allocateBytes, concatBytes } from '../../memory/allocate.ts'
import { INPUT_SIZE, workingMemory } from '../../memory/working-memory.ts'
import { Output, type OutputOwner } from '../../net/output.ts'
import type { Queue, QueueOwner } from '../../queue/queue.ts'
import { TurnPhase, type TurnTask } from '../../scheduler/turn.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import { Channel } from './channel.ts'
import { handleChannelMethod } from './handlers/index.ts'
import { type ClientCapabilities, Handshake, type HandshakeHost, type Tuning } from './handshake.ts'
import { startHeartbeats } from './heartbeats.ts'
import { contentError, framingError, methodError, unexpectedFrame, unknownFrame } from './method-errors.ts'
import type { createServerProperties } from './server-properties.ts'
import type { AmqpServices } from './services.ts'

const ACK_SIZE = 13
/** Bytes that Node reads from a socket at a time. */
const FULL_CHUNK = 64 * 1024
const TWO_TO_32 = 2 ** 32
/** Longest wait for the other side to finish a close, in seconds. */
const CLOSE_WAIT_MAX = 30
const EMPTY = new Uint8Array(0)

type State = 'header' | 'handshake' | 'running' | 'closing' | 'closed'

export class AmqpConnection implements FrameSink, OutputOwner, HandshakeHost, QueueOwner {
  readonly output: Output
  readonly remoteAddress: string | undefined
  /** `<peer ip>:<port> -> <server ip>:<port>`. */
  readonly name: string
  user = ''
  frameSizeMax = 4096
  clientProperties: TypedTable | undefined
  clientCapabilities: ClientCapabilities = { authenticationFailureClose: false, consumerCancelNotify: false }
  readonly exclusiveQueues: Set<Queue> = new Set()
  readonly services: AmqpServices

  readonly #socket: Socket
  readonly #handshake: Handshake
  readonly #channels = new Map<number, Channel>()
  #lastChannel: Channel | undefined
  #state: State = 'header'
  #vhost: Vhost | undefined
  #channelMax = 0
  #heartbeatSeconds = 0
  /** Start of a frame whose rest has not come; its first `#carryLength` bytes count. */
  #carry: Uint8Array = EMPTY
  #carryLength = 0
  #received = false
  /** Reasons not to read, each counted. */
  #pauses = 0
  #overflowPause = false
  readonly #readsOn: TurnTask = { scheduled: false, runTurn: () => this.#resume() }
  #stopHeartbeats: () => void = () => {}
  #deadline: { clear(): void } | undefined

  constructor(socket: Socket, services: AmqpServices) {
    this.#socket = socket
    this.services = services
    this.remoteAddress = socket.remoteAddress
    this.name = `${socket.remoteAddress}:${socket.remotePort} -> ${socket.localAddress}:${socket.localPort}`
    this.output = new Output(socket, services.turn, this, services.options.outputBytesHigh)
    this.#handshake = new Handshake(this, services)
    services.connections.add(this)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', (error) => services.logger.debug({ connection: this.name, err: error }, 'socket error'))
    socket.on('close', () => this.#gone())
    this.#setDeadline(services.options.handshakeTimeoutMs, 'handshake timed out')
  }

  get messageSizeMax(): number {
    return this.services.options.messageSizeMax
  }

  get vhost(): Vhost {
    return this.#vhost as Vhost
  }

  get channels(): ReadonlyMap<number, Channel> {
    return this.#channels
  }

  /** Sends a method on channel 0. */
  send<N extends MethodName>(name: N, args: MethodInput<N>): void {
    this.output.write(encodeMethodFrame(0, name, args))
  }

  /** Closes from our side with 320 CONNECTION_FORCED. Before the login it just ends. */
  forceClose(reason: string): void {
    if (this.#state === 'running') this.#closeWith(new ConnectionException(ReplyCode.CONNECTION_FORCED, reason, 0))
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
    // A sender that fills whole chunks waits for the others and for what it caused: one chunk a turn.
    if (chunk.length >= FULL_CHUNK && !this.#readsOn.scheduled) {
      this.#pause()
      this.services.turn.add(TurnPhase.read, this.#readsOn)
    }
    try {
      this.#take(chunk)
    } catch (error) {
      this.services.logger.error({ connection: this.name, err: error }, 'bug while reading; the connection is dropped')
      this.destroy()
    }
  }

  #take(chunk: Uint8Array): void {
    if (this.#state === 'closed') return
    if (this.#state === 'header') {
      this.#receiveHeader(chunk)
      return
    }
    for (let start = 0; start < chunk.length; start += INPUT_SIZE) {
      this.#parse(chunk.length <= INPUT_SIZE ? chunk : chunk.subarray(start, start + INPUT_SIZE))
    }
  }

  #receiveHeader(chunk: Uint8Array): void {
    this.#keep(chunk, 0, chunk.length)
    const length = PROTOCOL_HEADER.length
    if (this.#carryLength < length) return
    const received = this.#carry.slice(0, this.#carryLength)
    this.#carryLength = 0
    if (!isOurProtocol(received)) {
      this.services.logger.warn({ connection: this.name }, 'unknown protocol header')
      this.output.write(PROTOCOL_HEADER)
      this.#end()
      return
    }
    this.#state = 'handshake'
    this.#handshake.begin()
    if (received.length > length) this.#parse(received.subarray(length))
  }

  /** Parses a chunk in the input area, behind what was carried over. */
  #parse(chunk: Uint8Array): void {
    const carried = this.#carryLength
    const total = carried + chunk.length
    if (carried > 0 && total < neededFrameSize(this.#carry, 0, carried) && this.#frameFits(carried)) {
      this.#keep(chunk, 0, chunk.length)
      return
    }
    let bytes = workingMemory
    if (total <= INPUT_SIZE) {
      if (carried > 0) workingMemory.set(this.#carry.subarray(0, carried), 0)
      workingMemory.set(chunk, carried)
    } else {
      bytes = concatBytes(this.#carry.subarray(0, carried), chunk)
    }
    this.#carryLength = 0
    try {
      const rest = scanFrames(bytes, 0, total, this.frameSizeMax, this)
      if (rest < total && this.#state !== 'closed') this.#keep(bytes, rest, total)
    } catch (error) {
      this.#failed(error instanceof CodecError ? framingError(error) : error)
    }
  }

  /** Whether the carried frame is one that may be waited for; one that is too large is refused at once. */
  #frameFits(carried: number): boolean {
    return neededFrameSize(this.#carry, 0, carried) - 8 <= this.frameSizeMax
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#carryLength + end - start
    if (length > this.#carry.length) {
      const grown = allocateBytes(Math.max(length, Math.min(this.#carry.length * 2, INPUT_SIZE), 512))
      grown.set(this.#carry.subarray(0, this.#carryLength))
      this.#carry = grown
    }
    this.#carry.set(bytes.subarray(start, end), this.#carryLength)
    this.#carryLength = length
  }

  /** One frame from the parser. Returns the offset to go on at, or -1 when nothing more is to be read. */
  frame(
    type: number,
    channelNumber: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    bytesEnd: number,
  ): number {
    if (this.#state === 'running') {
      let channel = this.#lastChannel
      if (channel === undefined || channel.number !== channelNumber) {
        channel = this.#channels.get(channelNumber)
        this.#lastChannel = channel
      }
      if (channel !== undefined && type !== FrameType.heartbeat) {
        if (channel.closing) return this.#closingChannelFrame(channel, type, bytes, start, end)
        try {
          return this.#channelFrame(channel, type, bytes, start, end, bytesEnd)
        } catch (error) {
          this.#channelFailed(channel, type, error, bytes, start, end)
          return this.#state === 'running' ? end + 1 : -1
        }
      }
    }
    try {
      this.#otherFrame(type, channelNumber, bytes, start, end)
    } catch (error) {
      this.#failed(error instanceof CodecError ? methodError(error, bytes, start, end) : error)
    }
    return this.#state === 'closed' ? -1 : end + 1
  }

  /** A frame of an open channel. */
  #channelFrame(
    channel: Channel,
    type: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    bytesEnd: number,
  ): number {
    if (type !== FrameType.method) {
      channel.contentFrame(type, bytes, start, end)
      return end + 1
    }
    if (end - start < 4) throw unknownFrame(type, bytes.slice(start, end))
    channel.assertNoContentDue(bytes, start, end)
    const id = readUint32(bytes, start)
    if (id === MethodId.basicPublish) return channel.publisher.method(bytes, start, end, bytesEnd)
    if (id === MethodId.basicAck && end - start === ACK_SIZE) {
      const deliveryTag = readUint32(bytes, start + 4) * TWO_TO_32 + readUint32(bytes, start + 8)
      channel.ack(deliveryTag, (bytes[start + 12] & 1) !== 0)
      return end + 1
    }
    const method = decodeMethod(bytes, start, end)
    if (method.name === 'channel.close') this.#channelClosed(channel)
    else handleChannelMethod(channel, method)
    return end + 1
  }

  /** A frame of a channel that awaits the answer to its close. */
  #closingChannelFrame(channel: Channel, type: number, bytes: Uint8Array, start: number, end: number): number {
    if (type !== FrameType.method || end - start < 4) return end + 1
    const id = readUint32(bytes, start)
    if (id === MethodId.channelCloseOk) this.#removeChannel(channel)
    else if (id === MethodId.channelClose) channel.send('channel.close-ok', {})
    else if (id === MethodId.channelOpen) {
      this.#failed(new ConnectionException(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen", id))
      return -1
    }
    return end + 1
  }

  /** A frame of channel 0, of a channel that is not open, or of a connection that is not running. */
  #otherFrame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#state === 'closing') {
      this.#closingFrame(type, channelNumber, bytes, start, end)
      return
    }
    if (type === FrameType.heartbeat) {
      this.#assertHeartbeat(channelNumber, bytes, start, end)
      return
    }
    if (channelNumber === 0 && type !== FrameType.method) throw unexpectedFrame(type, bytes.slice(start, end))
    if (type === FrameType.method && end - start < 4) throw unknownFrame(type, bytes.slice(start, end))
    if (this.#state === 'handshake') {
      if (channelNumber !== 0 || type !== FrameType.method) this.refuse('a frame of a channel before connection.open')
      else this.#handshake.method(decodeMethod(bytes, start, end))
      return
    }
    if (channelNumber === 0) this.#connectionMethod(decodeMethod(bytes, start, end))
    else this.#unopenedChannelFrame(channelNumber, type, bytes, start, end)
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
      this.services.logger.info({ connection: this.name }, 'connection closed by client')
    } else if (method.name === 'connection.update-secret') {
      this.send('connection.update-secret-ok', {})
    } else {
      const text = 'unexpected method in connection state running'
      throw new ConnectionException(ReplyCode.CHANNEL_ERROR, text, method.id)
    }
  }

  #unopenedChannelFrame(channelNumber: number, type: number, bytes: Uint8Array, start: number, end: number): void {
    const isMethod = type === FrameType.method
    const id = isMethod ? readUint32(bytes, start) : 0
    if (id !== MethodId.channelOpen) {
      if (isMethod && methodName(id) === undefined) decodeMethod(bytes, start, end)
      throw new ConnectionException(ReplyCode.CHANNEL_ERROR, "expected 'channel.open'", id)
    }
    decodeMethod(bytes, start, end)
    if (this.#channels.size >= this.#channelMax) {
      const text = `number of channels opened (${this.#channels.size}) has reached the negotiated channel_max (${this.#channelMax})`
      throw new ConnectionException(ReplyCode.NOT_ALLOWED, text, 0)
    }
    const channel = new Channel(channelNumber, this, this.vhost)
    this.#channels.set(channelNumber, channel)
    this.#lastChannel = channel
    channel.send('channel.open-ok', {})
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

  // Channels' ends.

  #channelFailed(
    channel: Channel,
    type: number,
    error: unknown,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const isMethod = type === FrameType.method
    const id = isMethod && end - start >= 4 ? readUint32(bytes, start) : MethodId.basicPublish
    const exception = this.#asException(error, id, bytes, start, end)
    if (exception instanceof ConnectionException) {
      this.#closeWith(exception, id)
      return
    }
    this.services.logger.warn({ connection: this.name, channel: channel.number }, exception.message)
    channel.release()
    const methodId = exception.methodId ?? id
    channel.send('channel.close', {
      replyCode: exception.replyCode,
      replyText: fitReplyText(exception.message),
      classId: methodId >>> 16,
      methodId: methodId & 0xffff,
    })
  }

  #channelClosed(channel: Channel): void {
    channel.release()
    channel.send('channel.close-ok', {})
    this.#removeChannel(channel)
  }

  #removeChannel(channel: Channel): void {
    this.#channels.delete(channel.number)
    if (this.#lastChannel === channel) this.#lastChannel = undefined
  }

  #asException(error: unknown, id: number, bytes: Uint8Array, start: number, end: number): AmqpException {
    if (error instanceof AmqpException) return error
    if (error instanceof CodecError) {
      return id === MethodId.basicPublish ? contentError(error) : methodError(error, bytes, start, end)
    }
    this.services.logger.error({ connection: this.name, err: error }, 'bug while handling a frame')
    return new InternalError()
  }

  // The connection's end.

  #failed(error: unknown): void {
    if (this.#state === 'running') {
      this.#closeWith(error instanceof AmqpException ? error : this.#asException(error, 0, EMPTY, 0, 0))
    } else if (this.#state === 'handshake') {
      if (error instanceof AmqpException && this.#vhost === undefined && this.user !== '') this.#closeWith(error)
      else this.refuse(error instanceof Error ? error.message : String(error))
    }
  }

  /** Sends `connection.close` and waits for its answer. */
  #closeWith(exception: AmqpException, currentMethodId = 0): void {
    if (this.#state === 'closing' || this.#state === 'closed') return
    this.services.logger.warn({ connection: this.name }, exception.message)
    this.#release()
    this.#sendClose(exception, currentMethodId)
  }

  #sendClose(exception: AmqpException, currentMethodId: number): void {
    const methodId = exception.methodId ?? currentMethodId
    this.#state = 'closing'
    this.send('connection.close', {
      replyCode: exception.replyCode,
      replyText: fitReplyText(exception.message),
      classId: methodId >>> 16,
      methodId: methodId & 0xffff,
    })
    this.output.flush()
    this.#setDeadline(this.#closeWaitMs(), 'client did not answer connection.close')
  }

  #closeWaitMs(): number {
    const seconds = this.#heartbeatSeconds === 0 ? CLOSE_WAIT_MAX : Math.min(this.#heartbeatSeconds, CLOSE_WAIT_MAX)
    return Math.min(seconds * 1000, this.services.options.closeTimeoutMs)
  }

  /** Ends all that belongs to the connection; its socket may live on for the close handshake. */
  #release(): void {
    const channels = [...this.#channels.values()]
    this.#channels.clear()
    this.#lastChannel = undefined
    for (const channel of channels) channel.release()
    for (const queue of this.exclusiveQueues) this.vhost.deleteQueue(queue)
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
    this.output.close()
    this.#release()
    this.services.connections.delete(this)
    this.services.logger.info({ connection: this.name }, 'connection ended')
  }

  #setDeadline(delayMs: number, reason: string): void {
    this.#deadline?.clear()
    this.#deadline = this.services.clock.setTimeout(() => {
      this.services.logger.warn({ connection: this.name }, reason)
      this.destroy()
    }, delayMs)
  }

  // What the handshake asks for.

  sendStart(serverProperties: ReturnType<typeof createServerProperties>, mechanisms: string): void {
    this.send('connection.start', {
      versionMajor: 0,
      versionMinor: 9,
      serverProperties,
      mechanisms: Buffer.from(mechanisms),
      locales: Buffer.from('en_US'),
    })
  }

  sendTune(tuning: Tuning): void {
    this.send('connection.tune', {
      channelMax: tuning.channelMax,
      frameMax: tuning.frameSizeMax,
      heartbeat: tuning.heartbeatSeconds,
    })
  }

  pauseWhile(work: Promise<void>): void {
    this.#pause()
    work.catch((error) => this.#failed(error)).finally(() => this.#resume())
  }

  clientKnown(properties: TypedTable, capabilities: ClientCapabilities): void {
    this.clientProperties = properties
    this.clientCapabilities = capabilities
  }

  loggedIn(user: string): void {
    this.user = user
  }

  loginRefused(mechanism: string, user: string): void {
    const reason = `login of user '${user}' was refused`
    if (!this.clientCapabilities.authenticationFailureClose) {
      this.refuse(reason)
      return
    }
    this.services.logger.warn({ connection: this.name }, reason)
    const text = `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`
    this.#sendClose(new ConnectionException(ReplyCode.ACCESS_REFUSED, text, 0), 0)
    this.#setDeadline(this.services.options.loginFailureDelayMs, 'client did not answer connection.close')
  }

  tuned(tuning: Tuning): void {
    this.#channelMax = tuning.channelMax
    this.frameSizeMax = tuning.frameSizeMax
    this.#heartbeatSeconds = tuning.heartbeatSeconds
    this.#stopHeartbeats = startHeartbeats(this.services.clock, tuning.heartbeatSeconds, {
      takeSent: () => {
        const sent = this.output.active
        this.output.active = false
        return sent
      },
      takeReceived: () => {
        const received = this.#received || this.#pauses > 0
        this.#received = false
        return received
      },
      sendHeartbeat: () => this.output.write(HEARTBEAT_FRAME),
      peerDead: () => {
        this.services.logger.warn({ connection: this.name }, 'missed heartbeats from client')
        this.destroy()
      },
    })
  }

  opened(vhost: Vhost): void {
    this.#deadline?.clear()
    this.#vhost = vhost
    this.#state = 'running'
    this.send('connection.open-ok', {})
    this.services.logger.info({ connection: this.name, user: this.user, vhost: vhost.name }, 'connection opened')
  }

  refuse(reason: string): void {
    this.#state = 'closed'
    this.services.logger.warn({ connection: this.name }, `connection refused: ${reason}`)
    this.#setDeadline(this.services.options.loginFailureDelayMs, 'closing the refused connection')
  }

  // Flow.

  /** The client does not take what is sent: nothing more is delivered to it. */
  outputCongested(): void {
    for (const channel of this.#channels.values()) channel.consumersBusy()
  }

  /** The client does not even take its replies: it is not read. */
  outputOverflowing(): void {
    this.#overflowPause = true
    this.#pause()
  }

  outputDrained(): void {
    if (this.#overflowPause) this.#resume()
    this.#overflowPause = false
    for (const channel of this.#channels.values()) channel.consumersReady()
  }

  #pause(): void {
    this.#pauses++
    if (this.#pauses === 1) this.#socket.pause()
  }

  #resume(): void {
    this.#pauses--
    if (this.#pauses === 0 && !this.#socket.destroyed) this.#socket.resume()
  }
}

/** A bug of ours, as the peer sees it. */
class InternalError extends ConnectionException {
  constructor() {
    super(ReplyCode.INTERNAL_ERROR, '', 0)
    this.message = 'INTERNAL_ERROR'
  }
}

function isOurProtocol(received: Uint8Array): boolean {
  const version = received.slice(4, 8).join('.')
  const named = received[0] === 0x41 && received[1] === 0x4d && received[2] === 0x51 && received[3] === 0x50
  return named && (version === '0.0.9.1' || version === '1.1.0.9')
}
