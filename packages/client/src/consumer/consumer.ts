/**
 * A consumer with a handler: so many messages at a time, acknowledged when the handler has succeeded.
 *
 * Hot path (`benchmarks/src/clients`): a handler that is not asynchronous costs no promise.
 */

import { ClientError } from '../errors.ts'
import { applyContract, type MessageContract } from '../message/contract.ts'
import type { Message } from '../message/message.ts'
import { type Deferred, defer, isThenable } from '../waiting/deferred.ts'
import { Fifo } from '../waiting/fifo.ts'
import type { ReadPause } from './read-pause.ts'
import type { Receiver, SubscribeOptions, Subscription } from './subscription.ts'

/** What becomes of a message whose handler failed: back to its queue, rejected (to the dead-letter exchange, if any), or acknowledged. */
export type FailureAction = 'requeue' | 'reject' | 'ack'

/** Handles a message. Throwing, or rejecting, is failing. */
export type Handler<T> = (message: Message<T>) => unknown

/** Options of a consumer with a handler. */
export interface ConsumeOptions<T = unknown> extends SubscribeOptions {
  /**
   * Most messages that are handled at a time, from 1 to 65535; the prefetch limits it, too. With 1, messages are handled in order.
   *
   * @default 1
   */
  readonly concurrency?: number
  /**
   * What becomes of a message whose handler failed, unless the handler settled it itself. One that does not match its contract is rejected, since another
   * attempt would not help, unless a function decides.
   *
   * @default 'requeue'
   */
  readonly onError?: FailureAction | ((error: unknown, message: Message<T>) => FailureAction)
  /** What the messages hold; `message.value` is then of its type. */
  readonly contract?: MessageContract<T>
}

/** What a consumer tells of. */
export type FailureListener = (error: unknown, message: Message) => void

export class Consumer<T = unknown> implements Receiver, AsyncDisposable {
  readonly #handler: Handler<T>
  readonly #options: ConsumeOptions<T>
  readonly #concurrency: number
  readonly #failed: FailureListener
  readonly #pause: ReadPause
  readonly #waiting = new Fifo<Message<T>>()
  readonly #done: Deferred<Error | undefined> = defer()
  #subscription: Subscription | undefined = undefined
  #running = 0
  #hasEnded = false
  #endError: Error | undefined = undefined

  /** @internal `Channel.consume` makes consumers. */
  constructor(handler: Handler<T>, options: ConsumeOptions<T>, failed: FailureListener, pause: ReadPause) {
    this.#options = options
    this.#concurrency = options.concurrency ?? 1
    this.#failed = failed
    this.#pause = pause
    const { contract } = options
    this.#handler =
      contract === undefined
        ? handler
        : (message) => {
            const applied = applyContract(contract, message)
            return applied === undefined ? handler(message) : applied.then(() => handler(message))
          }
  }

  /** @internal */
  attach(subscription: Subscription): void {
    this.#subscription = subscription
    this.#options.signal?.addEventListener('abort', () => void this.cancel(), { once: true })
  }

  /** Tells this consumer from others of the channel. */
  get tag(): string {
    return this.#subscription?.tag ?? ''
  }

  /**
   * Resolves once the consumer has ended and its last handler is done: to `undefined` when it was cancelled, else to why it ended, such as
   * `CONSUMER_CANCELLED` when its queue was deleted. Never rejects.
   */
  get finished(): Promise<Error | undefined> {
    return this.#done.promise
  }

  /**
   * Ends the consumer: nothing more is delivered, what waits for the handler goes back to the queue. Resolves once the messages in hand are done. Never
   * fails.
   */
  async cancel(): Promise<void> {
    await this.#subscription?.cancel()
    await this.#done.promise
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel()
  }

  // Receiver

  /** @internal */
  deliver(message: Message): void {
    const own = message as Message<T>
    if (this.#running < this.#concurrency && this.#waiting.length === 0) {
      this.#run(own)
      return
    }
    this.#waiting.push(own)
    this.#pause.look(this.#waiting.length)
  }

  /** @internal */
  lost(): void {
    this.#waiting.takeAll()
    this.#pause.look(0)
  }

  /** @internal */
  ended(error: Error | undefined): void {
    this.#hasEnded = true
    this.#endError = error
    for (const message of this.#waiting.takeAll()) message.requeue()
    this.#pause.look(0)
    this.#finish()
  }

  #run(message: Message<T>): void {
    this.#running++
    let result: unknown
    try {
      result = this.#handler(message)
    } catch (error) {
      this.#running--
      this.#fail(message, error)
      return
    }
    if (isThenable(result)) {
      result.then(
        () => this.#settle(message),
        (error) => this.#settle(message, { error }),
      )
      return
    }
    this.#running--
    message.ack()
  }

  /** An asynchronous handler is done. */
  #settle(message: Message<T>, failure?: { readonly error: unknown }): void {
    this.#running--
    if (failure === undefined) message.ack()
    else this.#fail(message, failure.error)
    while (this.#running < this.#concurrency && this.#waiting.length > 0) this.#run(this.#waiting.shift() as Message<T>)
    this.#pause.look(this.#waiting.length)
    this.#finish()
  }

  #fail(message: Message<T>, error: unknown): void {
    const action = this.#decide(message, error)
    if (action === 'ack') message.ack()
    else if (action === 'reject') message.reject()
    else message.requeue()
    this.#failed(error, message)
  }

  #decide(message: Message<T>, error: unknown): FailureAction {
    const { onError } = this.#options
    if (typeof onError === 'function') {
      try {
        return onError(error, message)
      } catch (second) {
        this.#failed(second, message)
        return 'requeue'
      }
    }
    if (error instanceof ClientError && error.code === 'INVALID_MESSAGE') return 'reject'
    return onError ?? 'requeue'
  }

  #finish(): void {
    if (this.#hasEnded && this.#running === 0) this.#done.resolve(this.#endError)
  }
}
