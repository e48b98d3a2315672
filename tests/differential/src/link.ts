/**
 * A connection whose every answer is kept, by channel and in order.
 *
 * It answers by itself what has to be answered (`channel.close`, `connection.close`), so that a session goes on whatever comes.
 */

import { once } from 'node:events'
import type { Socket } from 'node:net'
import {
  type BasicProperties,
  decodeMethod,
  decodeProperties,
  encodeContentFrames,
  encodeMethodFrame,
  FrameParser,
  FrameType,
  type Method,
  type MethodInput,
  type MethodName,
  readBodySize,
} from '@warrenmq/codec'
import { type OpenOptions, openConnection, within } from '@warrenmq/testkit'
import type { Item } from './words.ts'

const CARRIES_CONTENT: ReadonlySet<string> = new Set(['basic.deliver', 'basic.get-ok', 'basic.return'])
const FRAME_SIZE_MAX = 131_072

/** A channel as its client sees it. */
interface ChannelState {
  open: boolean
  /** What came since it was last taken. */
  items: Item[]
  /** `channel.flow-ok`s to come. */
  barriers: number
}

interface Assembly {
  readonly method: Method
  properties: ReturnType<typeof decodeProperties> | undefined
  missing: number
  parts: Uint8Array[]
}

export class Link {
  readonly #socket: Socket
  readonly #channels = new Map<number, ChannelState>()
  readonly #assemblies = new Map<number, Assembly>()
  /** What the server closed the connection with, or `ended` for no word. */
  closed: Method | 'ended' | undefined
  /** Whether the end was written down. */
  told = false
  #wakers: (() => void)[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    const parser = new FrameParser({ frameSizeMax: 0 })
    const sink = {
      frame: (type: number, channel: number, bytes: Uint8Array, start: number, end: number) => {
        this.#frame(type, channel, Uint8Array.prototype.slice.call(bytes, start, end))
        return end + 1
      },
    }
    socket.removeAllListeners('data')
    socket.on('data', (chunk: Buffer) => {
      parser.push(chunk, sink)
      this.#wake()
    })
    socket.on('close', () => {
      this.closed ??= 'ended'
      this.#wake()
    })
  }

  static async open(port: number, options: OpenOptions): Promise<Link> {
    return new Link((await openConnection(port, options)).socket)
  }

  send<N extends MethodName>(channel: number, name: N, args: MethodInput<N> = {}): void {
    this.#socket.write(encodeMethodFrame(channel, name, args))
  }

  /** Sends bytes as they are. */
  write(...parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#socket.write(part)
  }

  /** As brokers call the connection. */
  get name(): string {
    const { localAddress, localPort, remoteAddress, remotePort } = this.#socket
    return `${localAddress}:${localPort} -> ${remoteAddress}:${remotePort}`
  }

  /** Channels that were used. */
  get channelNumbers(): number[] {
    return [...this.#channels.keys()]
  }

  publish(channel: number, args: MethodInput<'basic.publish'>, body: Uint8Array, properties: BasicProperties): void {
    const frames = [
      encodeMethodFrame(channel, 'basic.publish', args),
      ...encodeContentFrames(channel, properties, body, FRAME_SIZE_MAX),
    ]
    this.#socket.write(Buffer.concat(frames))
  }

  isOpen(channel: number): boolean {
    return this.closed === undefined && this.#channel(channel).open
  }

  /** Opens a channel. */
  async openChannel(channel: number): Promise<void> {
    this.send(channel, 'channel.open')
    const isThere = () => this.isOpen(channel) || this.closed !== undefined
    await this.#until(isThere, `channel.open-ok on channel ${channel}`)
    this.take(channel)
  }

  /**
   * Takes what came on a channel up to this method; everything there is when the channel or the connection ends first.
   *
   * @param take - `false` leaves it to be taken later
   */
  async untilItem(channel: number, name: MethodName, take = true): Promise<Item[]> {
    const state = this.#channel(channel)
    const isThere = () => state.items.some(({ method }) => method.name === name)
    await this.#until(() => isThere() || !this.isOpen(channel), `${name} on channel ${channel}`)
    return take ? this.take(channel) : state.items
  }

  /** Asks every channel for an answer, so that what it has to say before has come. */
  async barrier(channels: Iterable<number>): Promise<void> {
    const asked = [...channels].filter((channel) => this.isOpen(channel))
    for (const channel of asked) {
      this.#channel(channel).barriers++
      this.send(channel, 'channel.flow', { active: true })
    }
    for (const channel of asked) {
      const state = this.#channel(channel)
      await this.#until(() => state.barriers === 0 || !this.isOpen(channel), `the barrier of channel ${channel}`)
    }
  }

  hasItems(channel: number): boolean {
    return this.#channel(channel).items.length > 0
  }

  /** What came on a channel since the last time. */
  take(channel: number): Item[] {
    const state = this.#channel(channel)
    const { items } = state
    state.items = []
    return items
  }

  /** Waits until the server has closed the connection. */
  untilEnd(): Promise<void> {
    return this.#until(() => this.closed !== undefined, 'the end of the connection')
  }

  /** Takes leave, and waits until the server has, too. */
  async close(): Promise<void> {
    if (this.closed === undefined) this.send(0, 'connection.close', { replyCode: 200 })
    await this.#until(() => this.closed !== undefined, 'the end of the connection')
    this.#socket.destroy()
    if (!this.#socket.closed) await once(this.#socket, 'close')
  }

  #channel(number: number): ChannelState {
    let state = this.#channels.get(number)
    if (state === undefined) {
      state = { open: false, items: [], barriers: 0 }
      this.#channels.set(number, state)
    }
    return state
  }

  #frame(type: number, channel: number, payload: Uint8Array): void {
    if (type === FrameType.method) this.#method(channel, decodeMethod(payload))
    else if (type !== FrameType.heartbeat) this.#content(type, channel, payload)
  }

  #method(channel: number, method: Method): void {
    if (CARRIES_CONTENT.has(method.name)) {
      this.#assemblies.set(channel, { method, properties: undefined, missing: 0, parts: [] })
      return
    }
    const state = this.#channel(channel)
    switch (method.name) {
      case 'channel.flow-ok':
        if (state.barriers > 0) state.barriers--
        return
      case 'channel.open-ok':
        state.open = true
        state.barriers = 0
        break
      case 'channel.close':
        state.open = false
        this.send(channel, 'channel.close-ok')
        break
      case 'channel.close-ok':
        state.open = false
        break
      case 'connection.close':
        this.closed = method
        this.send(0, 'connection.close-ok')
        return
      case 'connection.close-ok':
        this.closed = method
        return
    }
    state.items.push({ method })
  }

  #content(type: number, channel: number, payload: Uint8Array): void {
    const assembly = this.#assemblies.get(channel)
    if (assembly === undefined) throw new Error(`content without a method on channel ${channel}`)
    if (type === FrameType.header) {
      assembly.properties = decodeProperties(payload)
      assembly.missing = readBodySize(payload, 0)
    } else {
      assembly.parts.push(payload)
      assembly.missing -= payload.length
    }
    if (assembly.missing > 0 || assembly.properties === undefined) return
    this.#assemblies.delete(channel)
    const { method, properties, parts } = assembly
    this.#channel(channel).items.push({ method, properties, body: Buffer.concat(parts) })
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return
    await within(
      (async () => {
        while (!condition()) await new Promise<void>((resolve) => this.#wakers.push(resolve))
      })(),
      what,
    )
  }

  #wake(): void {
    const wakers = this.#wakers
    this.#wakers = []
    for (const wake of wakers) wake()
  }
}
