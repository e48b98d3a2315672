/**
 * Requests and answers over RabbitMQ's direct reply-to (https://www.rabbitmq.com/docs/direct-reply-to): answers come straight to this channel, without a queue.
 */

import type { MethodArgs } from '@warrenmq/codec'
import type { Connection } from '../connection.ts'
import { abortedError, ClientError, ReturnedError } from '../errors.ts'
import type { DeliverySink } from '../link/channel-roles.ts'
import type { LinkChannel } from '../link/link-channel.ts'
import type { Message } from '../message/message.ts'
import type { MessageProperties } from '../message/properties.ts'
import { serializerOf } from '../message/serializer.ts'
import { checked } from '../options.ts'
import { Session, type SessionOwner } from '../recovery/session.ts'
import { bounded, type WaitOptions } from '../waiting/deferred.ts'
import { PendingRequest } from './pending-request.ts'
import { ERROR_HEADER } from './rpc-server.ts'

const REPLY_QUEUE = 'amq.rabbitmq.reply-to'
const REPLY_CONSUMER = 'replies'

/** Options of a client of requests. */
export interface RpcClientOptions extends WaitOptions {
  /** Limit for an answer, in milliseconds; 0 for none. At its end: `TIMEOUT`. @default the connection's */
  readonly timeoutMs?: number
  /** Most requests without an answer; one more is rejected with `PUBLISHER_FULL`. @default 10000 */
  readonly pendingMax?: number
}

/** A request beside its body. Properties are sent with it. */
export interface RequestOptions extends Omit<MessageProperties, 'replyTo' | 'correlationId'>, WaitOptions {
  /** @default the default exchange, so that the routing key is a queue's name */
  readonly exchange?: string
}

export class RpcClient implements SessionOwner, DeliverySink, AsyncDisposable {
  /** @internal */
  readonly reopens = true
  /** @internal */
  readonly noAck = true
  readonly #session: Session
  readonly #timeoutMs: number
  readonly #pendingMax: number
  readonly #pending = new Map<string, PendingRequest>()
  #count = 0

  private constructor(connection: Connection, options: RpcClientOptions) {
    this.#timeoutMs = checked('timeoutMs', options.timeoutMs ?? connection.timeoutMs, 0, 2 ** 31 - 1)
    this.#pendingMax = checked('pendingMax', options.pendingMax ?? 10_000, 1, 2 ** 31 - 1)
    this.#session = new Session(connection, this)
  }

  /** @internal `Connection.createRpcClient` makes them. */
  static async open(connection: Connection, options: RpcClientOptions): Promise<RpcClient> {
    const client = new RpcClient(connection, options)
    await bounded(connection.start(client.#session), 'opening an RPC client', { signal: options.signal })
    return client
  }

  /** Requests that have no answer yet. */
  get pendingCount(): number {
    return this.#pending.size
  }

  /**
   * Sends a request and resolves to its answer. The request is not persistent, expires with its limit, and is mandatory: when nobody serves such requests,
   * that is known at once.
   *
   * @throws ClientError TIMEOUT, ABORTED, MESSAGE_RETURNED, REMOTE_ERROR (the server's handler failed), PUBLISHER_FULL, CONNECTION_LOST (the request may
   * have been served), CHANNEL_CLOSED, CONNECTION_CLOSED.
   */
  async request(routingKey: string, body: unknown, options: RequestOptions = {}): Promise<Message> {
    const { exchange = '', signal, timeoutMs = this.#timeoutMs, ...properties } = options
    const serializer = serializerOf(body)
    const bytes = serializer.encode(body)
    const contentType = body instanceof Uint8Array ? undefined : serializer.contentType
    const channel = this.#session.channel ?? (await this.#session.ready({ signal, timeoutMs }))
    if (signal?.aborted) throw abortedError(signal, 'a request')
    if (this.#pending.size >= this.#pendingMax) {
      throw new ClientError('PUBLISHER_FULL', `${this.#pendingMax} requests wait for answers already`)
    }
    const correlationId = (++this.#count).toString(36)
    const sent = {
      expirationMs: timeoutMs === 0 ? undefined : timeoutMs,
      ...properties,
      correlationId,
      replyTo: REPLY_QUEUE,
    }
    channel.publish(exchange, routingKey, true, false, contentType, sent, bytes)
    return new Promise<Message>((resolve, reject) => {
      const request = new PendingRequest(exchange, routingKey, resolve, reject, () =>
        this.#pending.delete(correlationId),
      )
      this.#pending.set(correlationId, request)
      request.bound(timeoutMs, signal)
    })
  }

  /** Rejects what is pending with `CHANNEL_CLOSED`, and closes the channel. Never fails. */
  close(): Promise<void> {
    return this.#session.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // DeliverySink

  /** @internal */
  deliver(answer: Message): void {
    const { correlationId, headers } = answer.properties
    const request = this.#pending.get(correlationId ?? '')
    // An answer that comes too late.
    if (request === undefined) return
    const problem = headers?.[ERROR_HEADER]
    if (problem === undefined) request.resolve(answer)
    else request.reject(new ClientError('REMOTE_ERROR', String(problem)))
  }

  /** @internal */
  cancelled(): void {}

  // SessionOwner

  /** @internal */
  async opened(channel: LinkChannel): Promise<void> {
    channel.addConsumer(REPLY_CONSUMER, this)
    const consuming = channel.call('basic.consume', { queue: REPLY_QUEUE, noAck: true, consumerTag: REPLY_CONSUMER })
    await this.#session.bounded(consuming, 'consuming from direct reply-to')
  }

  /** @internal */
  leftOut(): boolean {
    return false
  }

  /** @internal */
  restored(): void {}

  /** @internal */
  lost(error: Error): void {
    for (const request of [...this.#pending.values()]) request.reject(error)
  }

  /** @internal */
  closed(error: Error | undefined): void {
    this.lost(error ?? this.#session.closeError)
  }

  /** @internal */
  confirmed(): void {}

  /** @internal */
  returned(message: Message, { replyCode, replyText }: MethodArgs<'basic.return'>): void {
    const request = this.#pending.get(message.properties.correlationId ?? '')
    request?.reject(new ReturnedError(replyCode, replyText, request.exchange, request.routingKey))
  }

  /** @internal */
  writable(): void {}
}
