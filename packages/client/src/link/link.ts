/**
 * One stream to one broker, from the protocol header to its end: frames in and out, channels by number, heartbeats. It never comes back; a connection
 * opens another one.
 */

import {
  CodecError,
  decodeMethod,
  encodeMethodFrame,
  type FrameSink,
  FrameType,
  type Method,
  type MethodInput,
  type MethodName,
  ReplyCode,
} from '@warrenmq/codec'
import { ClientError, ClosedError } from '../errors.ts'
import type { Transport, TransportListener } from '../transport/transport.ts'
import { ChannelNumbers } from './channel-numbers.ts'
import type { ChannelHost, LinkChannelOwner } from './channel-roles.ts'
import { FrameInput } from './frame-input.ts'
import { startHeartbeats } from './heartbeats.ts'
import { LinkChannel } from './link-channel.ts'
import { Output } from './output.ts'

/** Largest frame before the broker has said what it takes, in bytes. */
const HANDSHAKE_FRAME_SIZE_MAX = 131072
/** How long the answer to a close is waited for when nothing else is said, in milliseconds. */
const CLOSE_LIMIT_MS = 5000

/** Who hears of a link. */
export interface LinkOwner {
  blocked(reason: string): void
  unblocked(): void
  /** The output was congested and no longer is. */
  drained(): void
  /** It has ended, once. `undefined`: the user closed it. */
  ended(error: Error | undefined): void
}

export class Link implements TransportListener, ChannelHost, FrameSink {
  frameSizeMax: number = HANDSHAKE_FRAME_SIZE_MAX
  isOpen = true
  isBlocked = false
  /** Why it ended, once it has. */
  endReason: Error | undefined = undefined
  owner: LinkOwner | undefined = undefined
  /** What channel 0 is waiting for; the handshake and `close` set it. Returns whether the method was it. */
  control: ((method: Method) => boolean) | undefined = undefined
  /** Called instead of the owner when the link ends before it has one. */
  failed: ((error: Error) => void) | undefined = undefined

  #transport: Transport | undefined = undefined
  #output: Output | undefined = undefined
  readonly #input: FrameInput = new FrameInput(HANDSHAKE_FRAME_SIZE_MAX, this)
  #numbers = new ChannelNumbers(1)
  readonly #channels: (LinkChannel | undefined)[] = []
  #endHeartbeats = () => {}
  #received = false
  #pauseCount = 0
  #closing = false
  #isFirstChunk = true

  /** Takes the stream that it speaks on. */
  attach(transport: Transport): void {
    this.#transport = transport
    this.#output = new Output(transport)
  }

  get output(): Output {
    return this.#output as Output
  }

  /** What was negotiated is in force from now on. */
  tuned(frameSizeMax: number, channelMax: number, heartbeatSeconds: number): void {
    this.frameSizeMax = frameSizeMax
    this.#input.frameSizeMax = frameSizeMax
    this.#numbers = new ChannelNumbers(channelMax)
    this.#endHeartbeats = startHeartbeats(heartbeatSeconds, this)
  }

  /** A new channel, not opened yet. @throws ClientError CHANNELS_EXHAUSTED, CONNECTION_LOST. */
  createChannel(owner: LinkChannelOwner): LinkChannel {
    if (!this.isOpen) throw new ClientError('CONNECTION_LOST', 'the connection is gone')
    const number = this.#numbers.take()
    const channel = new LinkChannel(number, this, owner)
    this.#channels[number] = channel
    return channel
  }

  /** Sends a method on channel 0. */
  send<N extends MethodName>(name: N, args: MethodInput<N>): void {
    this.output.write(encodeMethodFrame(0, name, args))
  }

  /** Stops reading until each `pause` has had its `resume`. */
  pause(): void {
    if (this.#pauseCount++ === 0) this.#transport?.pause()
  }

  resume(): void {
    if (--this.#pauseCount === 0 && this.isOpen) this.#transport?.resume()
  }

  /** Closes in order, and cuts what does not answer in time. Never fails. */
  async close(limitMs: number = CLOSE_LIMIT_MS): Promise<void> {
    if (!this.isOpen || this.#closing) return
    this.#closing = true
    // Acknowledgements of this tick must not come behind the close.
    this.output.flush()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#end(undefined, true)
        resolve()
      }, limitMs)
      this.control = (method) => {
        if (method.name !== 'connection.close-ok') return false
        clearTimeout(timer)
        this.#end(undefined, false)
        resolve()
        return true
      }
      this.failed = () => {
        clearTimeout(timer)
        resolve()
      }
      this.send('connection.close', { replyCode: ReplyCode.REPLY_SUCCESS, replyText: 'goodbye' })
      // Somebody waits with what it does until it has read; the answer must come in.
      if (this.#pauseCount > 0) this.#transport?.resume()
    })
  }

  /** Ends it at once. */
  cut(error: Error): void {
    this.#end(error, true)
  }

  // TransportListener

  received(chunk: Uint8Array): void {
    if (!this.isOpen) return
    this.#received = true
    try {
      if (this.#isFirstChunk) this.#checkVersion(chunk)
      this.#input.push(chunk)
    } catch (error) {
      this.#fault(error)
    }
  }

  drained(): void {
    if (this.isOpen) this.owner?.drained()
  }

  ended(error: Error | undefined): void {
    const reason = error === undefined ? 'the broker closed the stream' : error.message
    this.#end(new ClientError('CONNECTION_LOST', `connection lost: ${reason}`, { cause: error }), true)
  }

  // FrameSink

  frame(type: number, channel: number, bytes: Uint8Array, start: number, end: number, bytesEnd: number): number {
    if (!this.isOpen) return -1
    if (type === FrameType.heartbeat) return end + 1
    if (channel === 0) {
      this.#method(decodeMethod(bytes, start, end))
      return end + 1
    }
    const receiver = this.#channels[channel]
    if (receiver === undefined)
      throw new CodecError('MALFORMED_ARGUMENTS', `frame on channel ${channel}, which is closed`)
    return receiver.frame(type, bytes, start, end, bytesEnd)
  }

  // ChannelHost

  channelEnded(number: number): void {
    this.#channels[number] = undefined
    this.#numbers.release(number)
  }

  // HeartbeatHost

  takeReceived(): boolean {
    const received = this.#received || this.#pauseCount > 0
    this.#received = false
    return received
  }

  peerSilent(): void {
    this.cut(new ClientError('CONNECTION_LOST', 'connection lost: the broker was silent for two heartbeat intervals'))
  }

  /** A broker that does not speak our version answers with the protocol header that it wants. */
  #checkVersion(chunk: Uint8Array): void {
    this.#isFirstChunk = false
    if (chunk[0] === 0x41) throw new ClientError('PROTOCOL_ERROR', 'the broker does not speak AMQP 0-9-1')
  }

  #method(method: Method): void {
    if (method.name === 'connection.close') {
      this.send('connection.close-ok', {})
      const code = this.owner === undefined && method.args.replyCode === 403 ? 'LOGIN_REFUSED' : 'CONNECTION_CLOSED'
      this.#end(this.#closing ? undefined : new ClosedError(code, method.args), false)
      return
    }
    if (this.control?.(method)) return
    if (method.name === 'connection.blocked') {
      this.isBlocked = true
      this.owner?.blocked(method.args.reason)
    } else if (method.name === 'connection.unblocked') {
      this.isBlocked = false
      this.owner?.unblocked()
    } else {
      throw new CodecError('UNKNOWN_METHOD', `${method.name} answers nothing that was asked`, { methodId: method.id })
    }
  }

  /** What the broker sent makes no sense, or we have a bug: nothing that follows can be trusted. */
  #fault(error: unknown): void {
    if (!this.isOpen) return
    const known = error instanceof ClientError
    const message = error instanceof Error ? error.message : String(error)
    const fault = known ? error : new ClientError('PROTOCOL_ERROR', `protocol error: ${message}`, { cause: error })
    this.#output?.flush()
    this.#end(fault, true)
  }

  #end(error: Error | undefined, cut: boolean): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#endHeartbeats()
    this.#output?.flush()
    this.#output?.close()
    this.#transport?.close(cut)
    const reason = error ?? new ClientError('CONNECTION_CLOSED', 'the connection was closed')
    this.endReason = reason
    for (const channel of this.#channels) channel?.lost(reason)
    const { owner, failed } = this
    this.owner = undefined
    failed?.(reason)
    owner?.ended(error)
  }
}
