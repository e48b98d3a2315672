/**
 * An AMQP peer that sends exactly what it is told to, right or wrong, and shows every frame that comes back.
 *
 * It answers nothing by itself but a close, when `outcome` has seen it.
 */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  type BasicProperties,
  decodeMethod,
  encodeContentFrames,
  encodeFrame,
  encodeMethodFrame,
  FrameParser,
  FrameType,
  type Method,
  type MethodArgs,
  type MethodInput,
  type MethodName,
} from '@warrenmq/codec'
import { type Content, readContent } from './content.ts'
import { describeFrame, describeMethod } from './describe.ts'
import { WAIT_LIMIT_MS, within } from './waiting.ts'

/** Bytes from the beginning of what came that are kept as they are. */
const FIRST_BYTES_MAX = 64

/** A frame that came, with a payload of its own. */
export interface Frame {
  readonly type: number
  readonly channel: number
  readonly payload: Uint8Array
}

/** A message with the method that brought it. */
export interface Received<N extends MethodName> extends Content {
  readonly args: MethodArgs<N>
}

type ReplyName<N extends MethodName> = Extract<`${N}-ok`, MethodName>

/** Connects, and sends nothing. */
export async function rawPeer(port: number): Promise<RawPeer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await within(once(socket, 'connect'), `a connection to port ${port}`)
  return new RawPeer(socket)
}

export class RawPeer implements AsyncDisposable {
  readonly socket: Socket
  /** Largest whole frame that {@link publish} sends, in bytes. */
  frameSizeMax = 131_072
  /** What came first, undecoded. */
  firstBytes: Uint8Array = new Uint8Array(0)
  /** Heartbeats that came; they are not among the frames. */
  heartbeatCount = 0
  readonly #frames: Frame[] = []
  readonly #end: Promise<void>
  #ended = false
  #wakers: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    const parser = new FrameParser({ frameSizeMax: 0 })
    const sink = {
      frame: (type: number, channel: number, bytes: Uint8Array, start: number, end: number) => {
        if (type === FrameType.heartbeat) this.heartbeatCount++
        else this.#frames.push({ type, channel, payload: Uint8Array.prototype.slice.call(bytes, start, end) })
        return end + 1
      },
    }
    socket.on('data', (chunk: Buffer) => {
      if (this.firstBytes.length < FIRST_BYTES_MAX) {
        this.firstBytes = Buffer.concat([this.firstBytes, chunk]).subarray(0, FIRST_BYTES_MAX)
      }
      parser.push(chunk, sink)
      this.#wake()
    })
    this.#end = new Promise((resolve) => {
      const ended = () => {
        this.#ended = true
        this.#wake()
        resolve()
      }
      socket.once('end', ended)
      socket.once('close', ended)
    })
    socket.on('error', () => {})
  }

  /** Whether the other side has ended the connection. */
  get ended(): boolean {
    return this.#ended
  }

  /** Sends bytes as they are. */
  write(...parts: readonly Uint8Array[]): void {
    for (const part of parts) this.socket.write(part)
  }

  /** Sends a method. */
  send<N extends MethodName>(channel: number, name: N, args: MethodInput<N> = {}): void {
    this.write(encodeMethodFrame(channel, name, args))
  }

  /** Sends a frame of any type, known or not. */
  sendFrame(type: number, channel: number, payload: Uint8Array): void {
    this.write(encodeFrame(type as FrameType, channel, payload))
  }

  /** Sends a method and returns the arguments of its `-ok`. */
  call<N extends MethodName>(channel: number, name: N, args: MethodInput<N> = {}): Promise<MethodArgs<ReplyName<N>>> {
    this.send(channel, name, args)
    return this.expect(channel, `${name}-ok` as ReplyName<N>)
  }

  /** Publishes a message, in frames of `frameSizeMax`. */
  publish(
    channel: number,
    args: MethodInput<'basic.publish'>,
    body: string | Uint8Array = '',
    properties: BasicProperties = {},
  ): void {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    this.send(channel, 'basic.publish', args)
    this.write(...encodeContentFrames(channel, properties, bytes, this.frameSizeMax))
  }

  /** The next frame of a channel, or of any. @throws Error when the connection ends first. */
  async nextFrame(channel?: number, limitMs: number = WAIT_LIMIT_MS): Promise<Frame> {
    const frame = await this.#nextOrEnd(channel, limitMs)
    if (frame === undefined) throw new Error('the connection ended instead of a frame')
    return frame
  }

  /** The next frame of a channel, which has to be a method. @throws Error saying what came instead. */
  async nextMethod(channel?: number, limitMs: number = WAIT_LIMIT_MS): Promise<Method> {
    const frame = await this.nextFrame(channel, limitMs)
    if (frame.type !== FrameType.method) throw new Error(`expected a method, got ${describeFrame(frame)}`)
    return decodeMethod(frame.payload)
  }

  /** The next frame of a channel in words; it stays to be taken. */
  async peek(channel?: number): Promise<string> {
    const frame = await this.nextFrame(channel)
    this.#frames.unshift(frame)
    return describeFrame(frame)
  }

  /**
   * The next frame of a channel, which has to be this method.
   *
   * @throws Error saying what came instead, on the channel or as the end of the connection.
   */
  async expect<N extends MethodName>(
    channel: number,
    name: N,
    limitMs: number = WAIT_LIMIT_MS,
  ): Promise<MethodArgs<N>> {
    const frame = await this.#nextOrEnd(channel, limitMs, name)
    if (frame === undefined) throw new Error(`expected ${name} on channel ${channel}, got the end`)
    if (frame.type === FrameType.method && frame.channel === channel) {
      const method = decodeMethod(frame.payload)
      if (method.name === name) return method.args as unknown as MethodArgs<N>
    }
    throw new Error(`expected ${name} on channel ${channel}, got ${describeFrame(frame)}`)
  }

  /** The next method of a channel with the message it carries. */
  async expectContent<N extends MethodName>(channel: number, name: N): Promise<Received<N>> {
    const args = await this.expect(channel, name)
    return { args, ...(await readContent(() => this.nextFrame(channel))) }
  }

  /**
   * What became of the last thing sent, in words: a close, which is answered, another method, or `ended` for a connection that
   * ended without a word.
   */
  async outcome(limitMs: number = WAIT_LIMIT_MS): Promise<string> {
    const frame = await this.#nextOrEnd(undefined, limitMs, 'an answer')
    if (frame === undefined) return 'ended'
    if (frame.type !== FrameType.method) return describeFrame(frame)
    const method = decodeMethod(frame.payload)
    if (method.name === 'channel.close') this.send(frame.channel, 'channel.close-ok')
    if (method.name === 'connection.close') this.send(frame.channel, 'connection.close-ok')
    return describeMethod(method)
  }

  /** Frames that came and were not taken, in words. */
  get pending(): readonly string[] {
    return this.#frames.map(describeFrame)
  }

  /** Waits until the other side has ended the connection. */
  untilEnd(limitMs: number = WAIT_LIMIT_MS): Promise<void> {
    return within(this.#end, 'the end of the connection', limitMs)
  }

  /** Takes leave as the specification has it. */
  async close(): Promise<void> {
    await this.call(0, 'connection.close', { replyCode: 200, replyText: 'bye' })
    await this[Symbol.asyncDispose]()
  }

  /** Ends the socket without taking leave. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    if (!this.socket.closed) await once(this.socket, 'close')
  }

  #nextOrEnd(channel: number | undefined, limitMs: number, what = 'a frame'): Promise<Frame | undefined> {
    const where = channel === undefined ? '' : ` on channel ${channel}`
    return within(this.#take(channel), `${what}${where}`, limitMs)
  }

  /** The next frame of a channel or of the connection itself. */
  async #take(channel: number | undefined): Promise<Frame | undefined> {
    for (;;) {
      const index = this.#frames.findIndex((frame) => channel === undefined || [channel, 0].includes(frame.channel))
      if (index >= 0) return this.#frames.splice(index, 1)[0]
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => this.#wakers.push(resolve))
    }
  }

  #wake(): void {
    const wakers = this.#wakers
    this.#wakers = []
    for (const wake of wakers) wake()
  }
}
