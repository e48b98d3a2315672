/**
 * Publishes messages and tells what became of each.
 *
 * Hot path (`benchmarks/src/clients`). It has a channel of its own, in confirm mode. At most `window` messages are unconfirmed at a time; what is given
 * beyond that, while the connection recovers, is blocked or its socket is full, is held in order and sent later.
 */

import type { MethodArgs } from '@warrenmq/codec'
import type { Connection } from '../connection.ts'
import { ClientError } from '../errors.ts'
import type { LinkChannel } from '../link/link-channel.ts'
import { encodeForContract, type MessageContract } from '../message/contract.ts'
import type { Message } from '../message/message.ts'
import { serializerOf } from '../message/serializer.ts'
import { checked } from '../options.ts'
import { Session, type SessionOwner } from '../recovery/session.ts'
import { bounded, type Deferred, defer, quiet, type WaitOptions } from '../waiting/deferred.ts'
import { Fifo } from '../waiting/fifo.ts'
import { ConfirmWindow } from './confirm-window.ts'
import { PendingMessage } from './pending-message.ts'
import type { OutgoingMessage, PublisherOptions, PublishOptions } from './publish-options.ts'

/** A message that waits is looked at this often within its limit. */
const LOOKS = 8
const NO_OPTIONS: PublishOptions = {}

export class Publisher implements SessionOwner, AsyncDisposable {
  /** @internal */
  readonly reopens = true
  readonly #session: Session
  readonly #window: ConfirmWindow
  readonly #held = new Fifo<PendingMessage>()
  readonly #heldMax: number
  readonly #retries: boolean
  readonly #persistent: boolean
  readonly #mandatory: boolean
  readonly #timeoutMs: number
  #tick = 0
  #sweep: ReturnType<typeof setInterval> | undefined = undefined
  #drained: Deferred<void> | undefined = undefined
  #flushed: Deferred<void> | undefined = undefined
  /** The first failure since the last flush. */
  #failure: Error | undefined = undefined
  readonly #confirm = (message: PendingMessage) => {
    if (message.returned === undefined) message.resolve()
    else this.#reject(message, message.returned)
  }
  readonly #refuse = (message: PendingMessage) => {
    this.#reject(message, new ClientError('MESSAGE_NACKED', 'the broker refused the message'))
  }

  private constructor(connection: Connection, options: PublisherOptions) {
    this.#window = new ConfirmWindow(checked('window', options.window ?? 1000, 1, 1_000_000))
    this.#heldMax = checked('heldMax', options.heldMax ?? 10_000, 0, 2 ** 31 - 1)
    this.#retries = (options.onConnectionLost ?? 'retry') === 'retry'
    this.#persistent = options.persistent ?? true
    this.#mandatory = options.mandatory ?? false
    this.#timeoutMs = checked('timeoutMs', options.timeoutMs ?? connection.timeoutMs, 0, 2 ** 31 - 1)
    this.#session = new Session(connection, this)
  }

  /** @internal `Connection.createPublisher` makes publishers. */
  static async open(connection: Connection, options: PublisherOptions): Promise<Publisher> {
    const publisher = new Publisher(connection, options)
    await bounded(connection.start(publisher.#session), 'opening a publisher', { signal: options.signal })
    return publisher
  }

  /** Messages that were given and are not settled. */
  get pendingCount(): number {
    return this.#window.openCount + this.#held.length
  }

  /**
   * Publishes a message: bytes and text as they are, anything else as JSON. A body of bytes must not change until the promise is settled.
   *
   * Resolves once the broker has confirmed the message: every queue that it went to has it, on disk where it is persistent and the queue durable.
   *
   * @throws ClientError MESSAGE_NACKED, MESSAGE_RETURNED, PUBLISHER_FULL, TIMEOUT, ABORTED, INVALID_MESSAGE, CONNECTION_LOST, CHANNEL_CLOSED (its
   * exchange does not exist, for example), CONNECTION_CLOSED; CodecError VALUE_OUT_OF_RANGE for properties that cannot be sent. A rejection that nobody
   * handles does not end the process; {@link flush} tells of it.
   */
  publish(exchange: string, routingKey: string, body: unknown, options: PublishOptions = NO_OPTIONS): Promise<void> {
    if (body instanceof Uint8Array) return this.#give(exchange, routingKey, body, undefined, options)
    try {
      const serializer = serializerOf(body)
      return this.#give(exchange, routingKey, serializer.encode(body), serializer.contentType, options)
    } catch (error) {
      return quiet(Promise.reject(error))
    }
  }

  /** Publishes to a queue by its name, through the default exchange. @throws as {@link publish}. */
  sendToQueue(queue: string, body: unknown, options?: PublishOptions): Promise<void> {
    return this.publish('', queue, body, options)
  }

  /** Publishes a value as its contract says, once its schema has accepted it. @throws as {@link publish}. */
  async send<T>(contract: MessageContract<T>, value: T, options: PublishOptions = NO_OPTIONS): Promise<void> {
    const { body, properties } = await encodeForContract(contract, value)
    const { exchange = '', routingKey = '' } = contract
    return this.#give(exchange, routingKey, body, contract.serializer.contentType, { ...properties, ...options })
  }

  /**
   * Publishes many messages, waiting whenever there is no room. Resolves once all are confirmed.
   *
   * @throws what the first failure was; what was given by then goes on.
   */
  async publishAll(messages: Iterable<OutgoingMessage> | AsyncIterable<OutgoingMessage>): Promise<void> {
    let failure: Error | undefined
    let last: Promise<void> = Promise.resolve()
    const all: { open: number; done: Deferred<void> } = { open: 1, done: defer() }
    const settle = () => {
      if (--all.open === 0) all.done.resolve()
    }
    for await (const { exchange = '', routingKey = '', body, ...options } of messages) {
      if (!this.#canSend()) await this.drain()
      if (failure !== undefined) break
      all.open++
      last = this.publish(exchange, routingKey, body, options)
      last.then(settle, (error) => {
        failure ??= error
        settle()
      })
    }
    settle()
    await all.done.promise
    if (failure !== undefined) throw failure
  }

  /** Resolves once there is room for a message. @throws ClientError TIMEOUT, ABORTED, and why the publisher was closed. */
  drain(options: WaitOptions = {}): Promise<void> {
    if (this.#session.state === 'closed') return Promise.reject(this.#session.closeError)
    if (this.#held.length === 0 && this.#canSend()) return Promise.resolve()
    this.#drained ??= defer()
    return bounded(quiet(this.#drained.promise), 'waiting for room', options)
  }

  /**
   * Resolves once all messages given so far, and those given meanwhile, are confirmed.
   *
   * @throws the first failure since the last flush, once everything is settled; ClientError TIMEOUT, ABORTED.
   */
  flush(options: WaitOptions = {}): Promise<void> {
    if (this.pendingCount === 0) return this.#takeFailure()
    this.#flushed ??= defer()
    return bounded(
      quiet(this.#flushed.promise).then(() => this.#takeFailure()),
      'waiting for confirms',
      options,
    )
  }

  /** Waits for what was published, within the limit of a message, and closes the channel. Never fails. */
  async close(): Promise<void> {
    if (this.#session.state !== 'closed') await this.flush({ timeoutMs: this.#timeoutMs }).catch(() => {})
    await this.#session.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // SessionOwner

  /** @internal */
  async opened(channel: LinkChannel): Promise<void> {
    await this.#session.bounded(channel.call('confirm.select', {}), 'confirm.select')
  }

  /** @internal */
  leftOut(): boolean {
    return false
  }

  /** @internal */
  restored(): void {
    this.writable()
  }

  /** @internal */
  lost(error: Error): void {
    const open = this.#window.reset().filter((message) => !message.isSettled)
    const isMistake = error instanceof ClientError && error.code === 'CHANNEL_CLOSED'
    if (this.#retries && !isMistake) {
      for (const message of open) message.returned = undefined
      this.#held.unshift(open)
    } else {
      // Which of them was the mistake is not known.
      for (const message of open) this.#reject(message, error)
    }
    this.#settled()
  }

  /** @internal */
  closed(error: Error | undefined): void {
    const reason = error ?? this.#session.closeError
    for (const message of [...this.#window.reset(), ...this.#held.takeAll()]) this.#reject(message, reason)
    this.#drained?.reject(reason)
    this.#drained = undefined
    this.#settled()
  }

  /** @internal */
  confirmed(deliveryTag: number, multiple: boolean, positive: boolean): void {
    this.#window.confirm(deliveryTag, multiple, positive ? this.#confirm : this.#refuse)
    this.writable()
    this.#settled()
  }

  /** @internal */
  returned(message: Message, args: MethodArgs<'basic.return'>): void {
    this.#window.returned(message, args)
  }

  /** @internal */
  writable(): void {
    while (this.#held.length > 0 && this.#canSend()) this.#write(this.#held.shift() as PendingMessage)
    if (this.#drained !== undefined && this.#held.length === 0 && this.#canSend()) {
      this.#drained.resolve()
      this.#drained = undefined
    }
  }

  #give(
    exchange: string,
    routingKey: string,
    body: Uint8Array,
    contentType: string | undefined,
    options: PublishOptions,
  ): Promise<void> {
    const message = new PendingMessage(exchange, routingKey, body, contentType, options, this.#tick)
    if (this.#held.length === 0 && this.#canSend()) this.#write(message)
    else this.#hold(message)
    if (this.#sweep === undefined && this.#timeoutMs > 0 && !message.isSettled) this.#startSweep()
    return message.promise
  }

  #canSend(): boolean {
    const { channel, link } = this.#session
    return (
      channel !== undefined && link !== undefined && !this.#window.isFull && !link.isBlocked && !link.output.isCongested
    )
  }

  #hold(message: PendingMessage): void {
    if (this.#session.state === 'closed') this.#reject(message, this.#session.closeError)
    else if (this.#held.length < this.#heldMax) this.#held.push(message)
    else
      this.#reject(message, new ClientError('PUBLISHER_FULL', `${this.#heldMax} messages wait already; await drain()`))
  }

  #write(message: PendingMessage): void {
    if (message.isSettled) return
    const { exchange, routingKey, options, body } = message
    const mandatory = options.mandatory ?? this.#mandatory
    try {
      const channel = this.#session.channel as LinkChannel
      channel.publish(exchange, routingKey, mandatory, this.#persistent, message.contentType, options, body)
    } catch (error) {
      this.#reject(message, error as Error)
      return
    }
    this.#window.add(message)
  }

  #reject(message: PendingMessage, error: Error): void {
    if (message.isSettled) return
    this.#failure ??= error
    message.reject(error)
  }

  #settled(): void {
    if (this.pendingCount > 0) return
    clearInterval(this.#sweep)
    this.#sweep = undefined
    this.#flushed?.resolve()
    this.#flushed = undefined
  }

  #takeFailure(): Promise<void> {
    const failure = this.#failure
    this.#failure = undefined
    return failure === undefined ? Promise.resolve() : Promise.reject(failure)
  }

  /** One timer for all messages: it counts, and those that were given too many counts ago are late. */
  #startSweep(): void {
    const late = () => new ClientError('TIMEOUT', `the message was not confirmed within ${this.#timeoutMs} ms`)
    this.#sweep = setInterval(
      () => {
        const limit = ++this.#tick - LOOKS
        this.#window.forEachOpen((message) => {
          if (message.madeAt < limit) this.#reject(message, late())
        })
        for (
          let first = this.#held.first;
          first && (first.isSettled || first.madeAt < limit);
          first = this.#held.first
        ) {
          this.#held.shift()
          this.#reject(first, late())
        }
        this.#settled()
      },
      Math.max(1, this.#timeoutMs / LOOKS),
    )
    this.#sweep.unref?.()
  }
}
