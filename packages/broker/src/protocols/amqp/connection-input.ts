/**
 * What a connection reads: chunks from its socket, the protocol header, then frames. Frames of channels go to {@link Session}.
 *
 * Hot path (`npm run bench`) as far as `#receive` and `frame`.
 */

import { CodecError, type FrameSink, FrameType, PROTOCOL_HEADER } from '@warrenmq/codec'
import { concatBytes } from '../../memory/allocate.ts'
import { ReadGate } from '../../net/read-gate.ts'
import type { SocketInput } from '../../net/socket-input.ts'
import type { Turn } from '../../scheduler/turn.ts'
import { publishChannel } from '../../tracing/publish-channel.ts'
import { FrameInput } from './frame-input.ts'
import { framingError, methodError } from './method-errors.ts'
import { type PacedReader, ReadPace } from './read-pace.ts'
import type { Session } from './session.ts'

/** Most bytes that wait for the login, or for what comes before it. */
const WAITING_BEFORE_LOGIN_MAX = 64 * 1024
/** Largest frame before the handshake has agreed on one, in bytes. */
export const INITIAL_FRAME_SIZE_MAX = 4096

/**
 * Where a connection is in its life:
 *
 *     header → handshake → running → closing (our close sent, its answer awaited) → closed
 *                                  → closed (the client's close answered)
 */
export type ConnectionPhase = 'header' | 'handshake' | 'running' | 'closing' | 'closed'

/** The connection, as far as its input acts on it. */
export interface InputHost extends PacedReader {
  readonly phase: ConnectionPhase
  readonly session: Session | undefined
  /** The first bytes have come. */
  headerRead(header: Uint8Array): void
  /** A frame of channel 0, or of a connection that is not open. */
  ownFrame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): void
  /** A frame of content has come during an alarm. Nothing more is to be read. */
  blockedByAlarm(): void
  failed(error: unknown, methodId: number): void
  refuse(reason: string): void
  /** An error that is nobody's but ours. */
  bug(error: unknown): void
}

export class ConnectionInput implements FrameSink {
  /** The session, while its frames go straight to it: the connection is running and there is no alarm. */
  direct: Session | undefined
  /** Whether the socket is read. */
  readonly gate: ReadGate
  readonly pace: ReadPace
  readonly #host: InputHost
  readonly #frames: FrameInput
  /** What has come of the protocol header. */
  #header: Uint8Array = new Uint8Array(0)
  /** Whether something is being decided; frames wait meanwhile. */
  #paused = false
  /** Whether somebody watched what is published, when that was last asked. */
  #watched = false
  /** Chunks that have come. */
  chunkCount = 0
  /** The same, when that was last asked. */
  #chunksSeen = 0

  constructor(host: InputHost, input: SocketInput, turn: Turn) {
    this.#host = host
    this.#frames = new FrameInput(this, INITIAL_FRAME_SIZE_MAX)
    this.gate = new ReadGate(input.socket)
    this.pace = new ReadPace(host, this.gate, turn, input.fullChunk)
  }

  start(input: SocketInput): void {
    input.start((chunk) => this.#receive(chunk))
  }

  /** Largest frame that is taken, in bytes. */
  set frameSizeMax(size: number) {
    this.#frames.frameSizeMax = size
  }

  /** Whether anything was received since the last call. Always `true` while the broker itself does not read. */
  takeReceived(): boolean {
    const received = this.chunkCount !== this.#chunksSeen || this.gate.shut
    this.#chunksSeen = this.chunkCount
    return received
  }

  /** Takes a chunk from the socket. Nothing that a peer sends gets past this. */
  #receive(chunk: Uint8Array): void {
    this.chunkCount++
    if (publishChannel.hasSubscribers !== this.#watched) this.#watchChanged()
    try {
      this.#take(chunk)
      this.pace.chunkDone(chunk.length)
    } catch (error) {
      this.#host.bug(error)
    }
  }

  #watchChanged(): void {
    this.#watched = publishChannel.hasSubscribers
    for (const { publisher } of this.#host.session?.channels.values() ?? []) publisher.watchChanged()
  }

  #take(chunk: Uint8Array): void {
    const host = this.#host
    try {
      if (host.phase === 'header') this.#takeHeader(chunk)
      else if (host.phase !== 'closed') this.#frames.push(chunk)
      if (host.phase === 'handshake' && this.#frames.waitingLength > WAITING_BEFORE_LOGIN_MAX) {
        this.#frames.close()
        host.refuse(`more than ${WAITING_BEFORE_LOGIN_MAX} bytes before the login`)
      }
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      host.failed(framingError(error), 0)
    }
  }

  #takeHeader(chunk: Uint8Array): void {
    this.#header = concatBytes(this.#header, chunk)
    const length = PROTOCOL_HEADER.length
    if (this.#header.length < length) return
    const header = this.#header
    this.#header = new Uint8Array(0)
    this.#host.headerRead(header)
    if (this.#host.phase !== 'closed') this.#frames.push(header.subarray(length))
  }

  /** One frame from the parser. Returns the offset to go on at, or -1 when nothing more is to be read. */
  frame(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number, bytesEnd: number): number {
    const session = this.direct
    if (session !== undefined && channelNumber !== 0) {
      return session.frame(type, channelNumber, bytes, start, end, bytesEnd)
    }
    const host = this.#host
    if (host.phase === 'running' && channelNumber !== 0) {
      return this.#frameDuringAlarm(type, channelNumber, bytes, start, end)
    }
    try {
      host.ownFrame(type, channelNumber, bytes, start, end)
    } catch (error) {
      host.failed(error instanceof CodecError ? methodError(error, bytes, start, end) : error, 0)
    }
    if (this.#paused) {
      this.#frames.hold(end + 1)
      return -1
    }
    return host.phase === 'closed' ? -1 : end + 1
  }

  /** A frame of a channel while an alarm is raised: one of content is the last that is taken. */
  #frameDuringAlarm(type: number, channelNumber: number, bytes: Uint8Array, start: number, end: number): number {
    const host = this.#host
    // Nothing behind the frame is looked at, so that a publish comes in frames.
    const next = (host.session as Session).frame(type, channelNumber, bytes, start, end, end + 1)
    if (type === FrameType.method || host.phase !== 'running') return next
    host.blockedByAlarm()
    this.#frames.hold(next)
    return -1
  }

  /** Takes no frame until the promise is settled. */
  pauseWhile(work: Promise<void>): void {
    const host = this.#host
    this.#paused = true
    this.gate.close()
    work
      .catch((error) => host.failed(error, 0))
      .then(() => {
        this.#paused = false
        // Also after a failure: the close-ok has to be seen.
        this.#goOn()
      })
      .catch((error) => host.failed(error instanceof CodecError ? framingError(error) : error, 0))
      .finally(() => this.gate.open())
  }

  /** Hands the frames that begin at `offset` of the bytes being parsed in again, once what they need to know is there. */
  retryWhen(answered: Promise<void>, offset: number): void {
    this.pauseWhile(answered)
    this.#frames.hold(offset)
  }

  /** Goes on with what an alarm made wait, which may be blocked again. */
  unblock(): void {
    try {
      this.#goOn()
    } catch (error) {
      if (error instanceof CodecError) this.#host.failed(framingError(error), 0)
      else this.#host.bug(error)
    }
    this.gate.open()
  }

  /** Takes nothing more. */
  close(): void {
    this.#frames.close()
  }

  #goOn(): void {
    if (this.#host.phase !== 'closed') this.#frames.release()
  }
}
