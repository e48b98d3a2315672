/**
 * A connection as the user holds it, over as many links as it takes.
 *
 *     open ◄──► recovering          open, recovering ──► closing ──► closed
 *
 * `recovering`: the link was lost, and hosts are tried in order, with growing waits. Once one answers, what was declared is declared again, then channels
 * come back in the order they were opened, each with its prefetch, confirm mode and consumers. Then it is `open` again.
 */

import type { FieldTable } from '@warrenmq/codec'
import { Channel } from './channel/channel.ts'
import type { ChannelOptions } from './channel/channel-options.ts'
import type { ConnectionEvents, ConnectionState } from './connection-events.ts'
import { ClientError } from './errors.ts'
import { Emitter } from './events.ts'
import type { OpenedLink } from './link/handshake.ts'
import type { Link, LinkOwner } from './link/link.ts'
import type { ResolvedConnectOptions } from './options.ts'
import type { PublisherOptions } from './publisher/publish-options.ts'
import { Publisher } from './publisher/publisher.ts'
import { BackOff } from './recovery/back-off.ts'
import { restoreTopology } from './recovery/restore-topology.ts'
import type { Session, SessionHost } from './recovery/session.ts'
import { TopologyRegistry } from './recovery/topology-registry.ts'
import { RpcClient, type RpcClientOptions } from './rpc/rpc-client.ts'
import type { Topology } from './topology.ts'
import { pause } from './waiting/deferred.ts'

/** A link that lived this long shows that the broker is well, in milliseconds: the next back-off begins anew. */
const STABLE_MS = 5000

/** Opens links to the hosts of a connection, in order. */
export type LinkOpener = (signal: AbortSignal) => Promise<OpenedLink>

export class Connection implements SessionHost, LinkOwner, AsyncDisposable {
  readonly #options: ResolvedConnectOptions
  readonly #openLink: LinkOpener
  readonly #events = new Emitter<ConnectionEvents>()
  readonly #sessions = new Set<Session>()
  readonly #ending = new AbortController()
  readonly #backOff: BackOff | undefined
  #state: ConnectionState = 'open'
  #link: Link | undefined = undefined
  #serverProperties: FieldTable = {}
  #openedAt = 0
  #closed: Promise<void> | undefined = undefined
  #closeError: Error | undefined = undefined
  /** @internal What was declared. */
  readonly registry: TopologyRegistry = new TopologyRegistry()

  /** @internal `connect` makes connections. */
  constructor(options: ResolvedConnectOptions, opener: LinkOpener, opened: OpenedLink) {
    this.#options = options
    this.#openLink = opener
    this.#backOff = options.reconnect === undefined ? undefined : new BackOff(options.reconnect)
    this.#adopt(opened)
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** What the broker says of itself: `product`, `version` and more. */
  get serverProperties(): FieldTable {
    return this.#serverProperties
  }

  /** Whether the broker takes no messages at present. */
  get isBlocked(): boolean {
    return this.#link?.isBlocked === true
  }

  /** Calls `listener` for every such event. Returns a function that ends that. */
  on<N extends keyof ConnectionEvents>(name: N, listener: (event: ConnectionEvents[N]) => void): () => void {
    return this.#events.on(name, listener)
  }

  /** Opens a channel. @throws ClientError CHANNELS_EXHAUSTED, TIMEOUT, INVALID_OPTION, and why the connection is closed. */
  async openChannel(options: ChannelOptions = {}): Promise<Channel> {
    return Channel.open(this, options)
  }

  /** Opens a channel of its own for publishing with confirms. @throws as {@link openChannel}. */
  async createPublisher(options: PublisherOptions = {}): Promise<Publisher> {
    return Publisher.open(this, options)
  }

  /** Opens a channel of its own for requests over direct reply-to. @throws as {@link openChannel}. */
  async createRpcClient(options: RpcClientOptions = {}): Promise<RpcClient> {
    return RpcClient.open(this, options)
  }

  /** Declares exchanges, queues and bindings on a channel of its own. @throws ClientError as `Channel.declare`. */
  async declare(topology: Topology): Promise<void> {
    await using channel = await this.openChannel()
    await channel.declare(topology)
  }

  /**
   * Closes it, with all that stands on it. What waits is rejected with `CONNECTION_CLOSED`; to lose nothing, close publishers and consumers first. Never
   * fails; a broker that does not answer in 5 s is cut.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // SessionHost

  /** @internal */
  get link(): Link | undefined {
    return this.#link
  }

  /** @internal */
  get timeoutMs(): number {
    return this.#options.timeoutMs
  }

  /** @internal */
  get recovers(): boolean {
    return this.#backOff !== undefined && (this.#state === 'open' || this.#state === 'recovering')
  }

  /** @internal */
  get closeReason(): Error {
    return this.#closeError ?? new ClientError('CONNECTION_CLOSED', 'the connection was closed')
  }

  /** @internal */
  addSession(session: Session): void {
    if (this.#state === 'closing' || this.#state === 'closed') throw this.closeReason
    this.#sessions.add(session)
  }

  /** @internal */
  removeSession(session: Session): void {
    this.#sessions.delete(session)
  }

  /** @internal Opens a session now, or with the recovery that goes on. */
  async start(session: Session): Promise<void> {
    const link = this.#state === 'open' ? this.#link : undefined
    try {
      if (link === undefined) await session.ready()
      else await session.open(link)
    } catch (error) {
      // The loss of the link in the middle is no reason to give up: recovery opens the session.
      if (link !== undefined && !link.isOpen && this.recovers) return void (await session.ready())
      session.end(error as Error)
      throw error
    }
  }

  /** @internal */
  restoreFailed(what: string, error: Error): void {
    this.#events.emit('restoreFailed', { what, error })
  }

  // LinkOwner

  /** @internal */
  blocked(reason: string): void {
    this.#events.emit('blocked', { reason })
  }

  /** @internal */
  unblocked(): void {
    this.#events.emit('unblocked', {})
    this.drained()
  }

  /** @internal */
  drained(): void {
    for (const session of [...this.#sessions]) session.writable()
  }

  /** @internal */
  ended(error: Error | undefined): void {
    this.#link = undefined
    if (this.#state !== 'open' || error === undefined) return
    if (this.#backOff === undefined) {
      this.#finish(error)
    } else {
      this.#enter('recovering', error)
      void this.#recover(this.#backOff)
    }
  }

  #adopt({ link, serverProperties }: OpenedLink): void {
    this.#link = link
    link.owner = this
    this.#serverProperties = serverProperties
    this.#openedAt = Date.now()
  }

  /** Tries until everything is back, the attempts are used up, or the user closes the connection. */
  async #recover(backOff: BackOff): Promise<void> {
    const { signal } = this.#ending
    if (Date.now() - this.#openedAt > STABLE_MS) backOff.reset()
    let lastError: Error = this.closeReason
    while (!backOff.isExhausted) {
      const delayMs = backOff.next()
      if (backOff.attempts > 1)
        this.#events.emit('attempt', { number: backOff.attempts - 1, delayMs, error: lastError })
      await pause(delayMs, signal)
      if (signal.aborted) return
      try {
        await this.#restore(await this.#openLink(signal))
        if (signal.aborted) return
        return this.#recovered()
      } catch (error) {
        if (signal.aborted) return
        lastError = error as Error
        this.#link?.cut(lastError)
        this.#link = undefined
      }
    }
    this.#finish(lastError)
  }

  async #restore(opened: OpenedLink): Promise<void> {
    const { link } = opened
    if (this.#ending.signal.aborted) return link.close()
    this.#adopt(opened)
    if (!link.isOpen) throw link.endReason
    await restoreTopology(this.registry, link, this.timeoutMs, {
      queueRenamed: (from, to) => this.#events.emit('queueRenamed', { from, to }),
      failed: (what, error) => this.restoreFailed(what, error),
    })
    // The set grows by what is opened meanwhile, and that is visited as well.
    for (const session of this.#sessions) {
      if (session.state !== 'open') await session.reopen(link)
    }
    if (!link.isOpen) throw link.endReason
  }

  #recovered(): void {
    this.#enter('open')
    this.#events.emit('recovered', {})
    if (this.isBlocked) this.#events.emit('blocked', { reason: '' })
  }

  async #close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#enter('closing')
    this.#ending.abort()
    for (const session of [...this.#sessions]) session.end(this.closeReason)
    await this.#link?.close()
    this.#finish(undefined)
  }

  #finish(error: Error | undefined): void {
    if (this.#state === 'closed') return
    this.#closeError = error
    this.#enter('closed', error)
    this.#ending.abort()
    for (const session of [...this.#sessions]) session.end(error ?? this.closeReason)
  }

  #enter(to: ConnectionState, error?: Error): void {
    const from = this.#state
    this.#state = to
    this.#events.emit('state', { from, to, error })
  }
}
