/**
 * A channel as the user holds it: it gets a new `LinkChannel` whenever the connection comes back, and is set up again as it was.
 *
 *     opening ──► open ◄──► recovering ──► closed
 *
 * A channel that the broker closed because of a mistake stays closed, unless its owner wants another one (`reopens`).
 */

import type { MethodArgs } from '@warrenmq/codec'
import { ClientError, ClosedError } from '../errors.ts'
import type { LinkChannelOwner } from '../link/channel-roles.ts'
import type { Link } from '../link/link.ts'
import type { LinkChannel } from '../link/link-channel.ts'
import type { Message } from '../message/message.ts'
import { bounded, type Deferred, defer, pause, quiet, type WaitOptions } from '../waiting/deferred.ts'

/** First and longest wait before a channel is opened again after a mistake, in milliseconds. It doubles with every mistake in a row. */
const REOPEN_DELAY_MS = 10
const REOPEN_DELAY_MAX_MS = 5000
/** A channel that lived this long counts as one that works, in milliseconds. */
const STABLE_MS = 5000

/** What stands on a session. */
export interface SessionOwner {
  /** Whether the channel is opened again when the broker closed it because of a mistake. */
  readonly reopens: boolean
  /** Sets a new channel up: prefetch, confirm mode, consumers. */
  opened(channel: LinkChannel): Promise<void>
  /** Whether something was left out since the last call, after `opened` failed, so that another attempt may succeed. */
  leftOut(): boolean
  /** The channel is set up and in use from now on. */
  restored(channel: LinkChannel): void
  /** The channel is gone, another one will follow. */
  lost(error: Error): void
  /** There will be no other. `undefined`: the user closed it. */
  closed(error: Error | undefined): void
  confirmed(deliveryTag: number, multiple: boolean, positive: boolean): void
  returned(message: Message, args: MethodArgs<'basic.return'>): void
  /** What kept messages from being written may be over. */
  writable(): void
}

/** The connection, as far as sessions need it. */
export interface SessionHost {
  readonly link: Link | undefined
  readonly timeoutMs: number
  /** Whether the connection comes back after a loss. */
  readonly recovers: boolean
  readonly closeReason: Error
  addSession(session: Session): void
  removeSession(session: Session): void
}

/** What a channel is doing. */
export type ChannelState = 'opening' | 'open' | 'recovering' | 'closed'

export class Session implements LinkChannelOwner {
  state: ChannelState = 'opening'
  readonly #host: SessionHost
  readonly #owner: SessionOwner
  /** Set while it is open. */
  #channel: LinkChannel | undefined = undefined
  /** The one that is being set up. */
  #candidate: LinkChannel | undefined = undefined
  #ready: Deferred<LinkChannel> = defer()
  #closeError: Error | undefined = undefined
  readonly #ending = new AbortController()
  #mistakes = 0
  #openedAt = 0

  constructor(host: SessionHost, owner: SessionOwner) {
    this.#host = host
    this.#owner = owner
    quiet(this.#ready.promise)
    host.addSession(this)
  }

  /** The channel to write to, or `undefined` while there is none. */
  get channel(): LinkChannel | undefined {
    return this.#channel
  }

  get link(): Link | undefined {
    return this.#host.link
  }

  get timeoutMs(): number {
    return this.#host.timeoutMs
  }

  /** The channel once it is open; waits for a recovery. @throws ClientError CHANNEL_CLOSED, TIMEOUT, ABORTED, and why the connection was closed. */
  async ready(options: WaitOptions = {}): Promise<LinkChannel> {
    if (this.#channel !== undefined) return this.#channel
    if (this.state === 'closed') throw this.closeError
    return bounded(this.#ready.promise, 'waiting for the channel', { timeoutMs: this.timeoutMs, ...options })
  }

  /** Waits for an answer within the connection's limit, or the caller's. */
  bounded<T>(answer: Promise<T>, what: string, options: WaitOptions = {}): Promise<T> {
    return bounded(answer, what, { timeoutMs: this.timeoutMs, ...options })
  }

  get closeError(): Error {
    return this.#closeError ?? new ClientError('CHANNEL_CLOSED', 'the channel is closed')
  }

  /** Opens a channel on a link and sets it up. @throws what goes wrong; the session is then as before. */
  async open(link: Link): Promise<void> {
    if (this.state === 'closed') return
    const channel = link.createChannel(this)
    this.#candidate = channel
    try {
      await this.bounded(channel.call('channel.open', {}), 'opening a channel')
      await this.#owner.opened(channel)
      if (!channel.isOpen) throw new ClientError('CHANNEL_CLOSED', 'the channel was closed while it was set up')
    } catch (error) {
      quiet(channel.close())
      throw error
    } finally {
      this.#candidate = undefined
    }
    this.#channel = channel
    this.state = 'open'
    this.#openedAt = Date.now()
    this.#ready.resolve(channel)
    this.#owner.restored(channel)
  }

  /** Opens it after a recovery. A mistake in its set-up is tried again as long as the owner has something to leave out. */
  async reopen(link: Link): Promise<void> {
    for (;;) {
      try {
        return await this.open(link)
      } catch (error) {
        if (!link.isOpen) throw error
        if (!this.#owner.leftOut()) return this.end(error as Error)
      }
    }
  }

  /** Closes it in order. Never fails. */
  async close(): Promise<void> {
    if (this.state === 'closed') return
    const channel = this.#channel
    this.end(undefined)
    if (channel?.isOpen)
      await bounded(channel.close(), 'closing a channel', { timeoutMs: this.timeoutMs }).catch(() => {})
  }

  /** It is over. */
  end(error: Error | undefined): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#closeError = error
    this.#channel = undefined
    this.#ending.abort()
    this.#host.removeSession(this)
    this.#ready.reject(this.closeError)
    this.#renewReady()
    this.#owner.closed(error)
  }

  writable(): void {
    if (this.#channel !== undefined) this.#owner.writable()
  }

  // LinkChannelOwner

  confirmed(deliveryTag: number, multiple: boolean, positive: boolean): void {
    this.#owner.confirmed(deliveryTag, multiple, positive)
  }

  returned(message: Message, args: MethodArgs<'basic.return'>): void {
    this.#owner.returned(message, args)
  }

  ended(error: Error | undefined): void {
    // One that is being set up is dealt with by who does that.
    if (this.#candidate !== undefined || this.state === 'closed' || error === undefined) return
    const isMistake = error instanceof ClosedError && error.code === 'CHANNEL_CLOSED'
    if (isMistake ? !this.#owner.reopens : !this.#host.recovers) {
      this.end(error)
      return
    }
    this.#channel = undefined
    this.state = 'recovering'
    this.#renewReady()
    this.#owner.lost(error)
    if (isMistake) void this.#reopen()
  }

  #renewReady(): void {
    this.#ready = defer()
    quiet(this.#ready.promise)
  }

  /** Opens another channel on the same link; when that goes, the connection's recovery does it. */
  async #reopen(): Promise<void> {
    if (Date.now() - this.#openedAt > STABLE_MS) this.#mistakes = 0
    const delayMs = Math.min(REOPEN_DELAY_MAX_MS, REOPEN_DELAY_MS * 2 ** this.#mistakes++)
    const { link } = this.#host
    await pause(delayMs, this.#ending.signal)
    if (this.state !== 'recovering' || link === undefined || !link.isOpen || link !== this.#host.link) return
    try {
      await this.open(link)
    } catch {
      if (link.isOpen && link === this.#host.link) void this.#reopen()
    }
  }
}
