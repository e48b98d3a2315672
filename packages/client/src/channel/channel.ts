/**
 * A channel as the user holds it. It comes back with its connection: prefetch, then consumers in the order they were started. A mistake that the broker
 * answers with `channel.close` ends it for good.
 */

import type { Method, MethodArgs, MethodInput, MethodName } from '@warrenmq/codec'
import type { Connection } from '../connection.ts'
import { type ConsumeOptions, Consumer, type Handler } from '../consumer/consumer.ts'
import { MessageStream, type StreamOptions } from '../consumer/message-stream.ts'
import { ReadPause } from '../consumer/read-pause.ts'
import { type Receiver, type SubscribeOptions, Subscription } from '../consumer/subscription.ts'
import { abortedError } from '../errors.ts'
import { Emitter } from '../events.ts'
import type { LinkChannel } from '../link/link-channel.ts'
import type { Message } from '../message/message.ts'
import { serializerOf } from '../message/serializer.ts'
import { checked } from '../options.ts'
import type { PublishOptions } from '../publisher/publish-options.ts'
import { type ChannelState, Session, type SessionOwner } from '../recovery/session.ts'
import { type RequestHandler, type ServeOptions, serveRequests } from '../rpc/rpc-server.ts'
import type { BindingOptions, ExchangeOptions, ExchangeType, QueueOptions, Topology } from '../topology.ts'
import { bounded, type Deferred, defer, quiet, type WaitOptions } from '../waiting/deferred.ts'
import type { ChannelEvents, ChannelOptions, FetchedMessage } from './channel-options.ts'
import { ChannelTopology, type QueueStatus } from './channel-topology.ts'

export class Channel implements SessionOwner, AsyncDisposable {
  /** @internal */
  readonly reopens = false
  readonly #connection: Connection
  readonly #session: Session
  readonly #topology: ChannelTopology
  readonly #prefetch: number
  readonly #events = new Emitter<ChannelEvents>()
  readonly #subscriptions = new Set<Subscription>()
  #tagCount = 0
  #leftOut = false
  #writable: Deferred<void> | undefined = undefined

  private constructor(connection: Connection, options: ChannelOptions) {
    this.#connection = connection
    this.#prefetch = checked('prefetch', options.prefetch ?? 100, 1, 65535)
    this.#session = new Session(connection, this)
    this.#topology = new ChannelTopology(connection.registry, (name, args, wait) => this.call(name, args, wait))
  }

  /** @internal `Connection.openChannel` makes channels. */
  static async open(connection: Connection, options: ChannelOptions): Promise<Channel> {
    const channel = new Channel(connection, options)
    await bounded(connection.start(channel.#session), 'opening a channel', options)
    return channel
  }

  get state(): ChannelState {
    return this.#session.state
  }

  /** Calls `listener` for every such event. Returns a function that ends that. */
  on<N extends keyof ChannelEvents>(name: N, listener: (event: ChannelEvents[N]) => void): () => void {
    return this.#events.on(name, listener)
  }

  /**
   * Sends any method and resolves to its answer: for what has no method of its own here, such as `tx.select` or `basic.recover`. What it changes is not
   * restored.
   *
   * @throws ClientError CHANNEL_CLOSED with the broker's reason, CONNECTION_LOST, CONNECTION_CLOSED, TIMEOUT, ABORTED.
   */
  async call<N extends MethodName>(name: N, args: MethodInput<N>, options: WaitOptions = {}): Promise<Method> {
    const channel = await this.#session.ready(options)
    return this.#session.bounded(channel.call(name, args), name, options)
  }

  /** Declares an exchange. @throws as {@link call}. */
  declareExchange(exchange: string, type: ExchangeType, options?: ExchangeOptions & WaitOptions): Promise<void> {
    return this.#topology.declareExchange(exchange, type, options)
  }

  /** Asks whether an exchange is there: if not, the channel is closed with 404. @throws as {@link call}. */
  checkExchange(exchange: string, options?: WaitOptions): Promise<void> {
    return this.#topology.checkExchange(exchange, options)
  }

  /** Deletes an exchange. @throws as {@link call}. */
  deleteExchange(exchange: string, options?: { readonly ifUnused?: boolean } & WaitOptions): Promise<void> {
    return this.#topology.deleteExchange(exchange, options)
  }

  /** Declares a queue. Without a name the broker makes one up, and the queue is exclusive. @throws as {@link call}. */
  declareQueue(queue?: string, options?: QueueOptions & WaitOptions): Promise<QueueStatus> {
    return this.#topology.declareQueue(queue, options)
  }

  /** Asks for a queue's counts: if there is no such queue, the channel is closed with 404. @throws as {@link call}. */
  checkQueue(queue: string, options?: WaitOptions): Promise<QueueStatus> {
    return this.#topology.checkQueue(queue, options)
  }

  /** Deletes a queue and resolves to the number of messages that were in it. @throws as {@link call}. */
  deleteQueue(
    queue: string,
    options?: { readonly ifUnused?: boolean; readonly ifEmpty?: boolean } & WaitOptions,
  ): Promise<number> {
    return this.#topology.deleteQueue(queue, options)
  }

  /** Removes all messages that are ready in a queue and resolves to their number. @throws as {@link call}. */
  purgeQueue(queue: string, options?: WaitOptions): Promise<number> {
    return this.#topology.purgeQueue(queue, options)
  }

  /** Binds a queue or an exchange. @throws as {@link call}. */
  bind(binding: BindingOptions, options?: WaitOptions): Promise<void> {
    return this.#topology.bind(binding, options)
  }

  /** Takes a binding away. @throws as {@link call}. */
  unbind(binding: BindingOptions, options?: WaitOptions): Promise<void> {
    return this.#topology.unbind(binding, options)
  }

  /** Declares exchanges, then queues, then bindings. @throws as {@link call}. */
  declare(topology: Topology, options?: WaitOptions): Promise<void> {
    return this.#topology.declare(topology, options)
  }

  /** Fetches one message, or `undefined` from an empty queue. To get many, consume. @throws as {@link call}. */
  async get(
    queue: string,
    options: { readonly noAck?: boolean } & WaitOptions = {},
  ): Promise<FetchedMessage | undefined> {
    const channel = await this.#session.ready(options)
    const name = this.#connection.registry.currentName(queue)
    return this.#session.bounded(channel.get(name, options.noAck ?? false), 'basic.get', options)
  }

  /**
   * Publishes a message without a confirm: nobody tells whether it arrived. Resolves once it is handed on, waiting while the connection recovers, is blocked
   * or is full.
   *
   * @throws ClientError as {@link call}, but for answers; CodecError VALUE_OUT_OF_RANGE.
   */
  async publish(exchange: string, routingKey: string, body: unknown, options: PublishOptions = {}): Promise<void> {
    if (options.signal?.aborted) throw abortedError(options.signal, 'publishing')
    const serializer = serializerOf(body)
    const bytes = serializer.encode(body)
    const contentType = body instanceof Uint8Array ? undefined : serializer.contentType
    const channel = this.#writableChannel() ?? (await this.#untilWritable(options.signal))
    channel.publish(exchange, routingKey, options.mandatory ?? false, false, contentType, options, bytes)
  }

  /**
   * Consumes with a handler. A message is acknowledged when the handler has returned, or its promise is fulfilled, and given back or rejected when it has
   * thrown, as `onError` says; unless the handler settled it.
   *
   * @throws as {@link call}.
   */
  async consume<T = unknown>(
    queue: string,
    handler: Handler<T>,
    options: ConsumeOptions<T> = {},
  ): Promise<Consumer<T>> {
    checked('concurrency', options.concurrency ?? 1, 1, 65535)
    const consumer = new Consumer<T>(handler, options, this.#handlerFailed, this.#readPause())
    consumer.attach(await this.#subscribe(queue, options, consumer))
    return consumer
  }

  /**
   * Messages of a queue for `for await`. Each is to be settled by the loop: `message.ack()`. The consumer starts with the first step of the loop, and ends when
   * the loop is left.
   */
  messages<T = unknown>(queue: string, options: StreamOptions<T> = {}): MessageStream<T> {
    const start = async (stream: MessageStream<T>) => {
      const subscription = await this.#subscribe(queue, options, stream)
      options.signal?.addEventListener('abort', () => void stream.return(), { once: true })
      return subscription
    }
    return new MessageStream<T>(start, this.#readPause(), options.contract, this.#handlerFailed)
  }

  /**
   * Serves the requests in a queue: what the handler returns goes to who asked. When it throws, who asked is told, and gets `REMOTE_ERROR`.
   *
   * @throws as {@link call}.
   */
  serve<T = unknown>(queue: string, handler: RequestHandler<T>, options: ServeOptions<T> = {}): Promise<Consumer<T>> {
    return serveRequests(this, queue, handler, options)
  }

  /** Closes it. What was delivered and not acknowledged goes back to its queue. Never fails. */
  close(): Promise<void> {
    return this.#session.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // SessionOwner

  /** @internal */
  async opened(channel: LinkChannel): Promise<void> {
    for (const subscription of [...this.#subscriptions]) {
      try {
        await subscription.start(channel)
      } catch (error) {
        if (this.#session.link?.isOpen) {
          this.#leftOut = true
          subscription.end(error as Error)
          this.#connection.restoreFailed(`consumer of '${subscription.queue}'`, error as Error)
        }
        throw error
      }
    }
  }

  /** @internal */
  leftOut(): boolean {
    const leftOut = this.#leftOut
    this.#leftOut = false
    return leftOut
  }

  /** @internal */
  restored(): void {
    this.writable()
  }

  /** @internal */
  lost(): void {
    for (const subscription of [...this.#subscriptions]) subscription.lost()
  }

  /** @internal */
  closed(error: Error | undefined): void {
    this.#writable?.reject(error ?? this.#session.closeError)
    for (const subscription of [...this.#subscriptions]) subscription.end(error)
    this.#events.emit('closed', { error })
  }

  /** @internal */
  confirmed(): void {}

  /** @internal */
  returned(message: Message, { replyCode, replyText }: MethodArgs<'basic.return'>): void {
    this.#events.emit('returned', { message, replyCode, replyText })
  }

  /** @internal */
  writable(): void {
    this.#writable?.resolve()
    this.#writable = undefined
  }

  async #subscribe(queue: string, options: SubscribeOptions, receiver: Receiver): Promise<Subscription> {
    const prefetch = checked('prefetch', options.prefetch ?? this.#prefetch, 1, 65535)
    if (options.signal?.aborted) throw abortedError(options.signal, 'consuming')
    const channel = await this.#session.ready({ signal: options.signal })
    const tag = `c${++this.#tagCount}`
    const { registry } = this.#connection
    const subscription: Subscription = new Subscription(
      this.#session,
      registry,
      tag,
      queue,
      options,
      prefetch,
      receiver,
      () => this.#subscriptions.delete(subscription),
    )
    try {
      await subscription.start(channel)
    } catch (error) {
      subscription.end(error as Error)
      throw error
    }
    // It was started and closed at once.
    if (this.#session.state === 'closed') subscription.end(this.#session.closeError)
    else this.#subscriptions.add(subscription)
    return subscription
  }

  /** The channel, if a message can be written to it now. */
  #writableChannel(): LinkChannel | undefined {
    const { channel, link } = this.#session
    return link === undefined || link.isBlocked || link.output.isCongested ? undefined : channel
  }

  /** Waits until a message can be written. Returns the channel to write it to. */
  async #untilWritable(signal: AbortSignal | undefined): Promise<LinkChannel> {
    for (;;) {
      await this.#session.ready({ signal })
      const channel = this.#writableChannel()
      if (channel !== undefined) return channel
      if (this.#session.channel === undefined) continue
      this.#writable ??= defer()
      await bounded(quiet(this.#writable.promise), 'waiting for room', { signal, timeoutMs: this.#session.timeoutMs })
    }
  }

  #readPause(): ReadPause {
    return new ReadPause(() => this.#session.link)
  }

  readonly #handlerFailed = (error: unknown, message: Message) => this.#events.emit('handlerFailed', { error, message })
}
