/** Messages of a queue as an asynchronous iterator. The caller settles each one, and the prefetch bounds how many wait here. */

import { applyContract, type MessageContract } from '../message/contract.ts'
import type { Message } from '../message/message.ts'
import { Fifo } from '../waiting/fifo.ts'
import type { ReadPause } from './read-pause.ts'
import type { Receiver, SubscribeOptions, Subscription } from './subscription.ts'

/** Options of a stream of messages. */
export interface StreamOptions<T = unknown> extends SubscribeOptions {
  /** What the messages hold. One that does not match is rejected and left out; the channel's event `handlerFailed` tells of it. */
  readonly contract?: MessageContract<T>
}

interface Waiter<T> {
  resolve(result: IteratorResult<Message<T>, undefined>): void
  reject(error: Error): void
}

/**
 * What {@link Channel.messages} returns. Leaving a `for await` loop cancels the consumer and gives what was not seen back to the queue; when the broker ends
 * it, the loop throws why.
 */
export class MessageStream<T = unknown>
  implements Receiver, AsyncIterableIterator<Message<T>, undefined>, AsyncDisposable
{
  readonly #start: (stream: MessageStream<T>) => Promise<Subscription>
  readonly #pause: ReadPause
  readonly #contract: MessageContract<T> | undefined
  readonly #failed: (error: unknown, message: Message) => void
  readonly #arrived = new Fifo<Message<T>>()
  readonly #waiters = new Fifo<Waiter<T>>()
  #subscription: Promise<Subscription> | undefined = undefined
  #end: { readonly error: Error | undefined } | undefined = undefined

  /** @internal `Channel.messages` makes streams. */
  constructor(
    start: (stream: MessageStream<T>) => Promise<Subscription>,
    pause: ReadPause,
    contract: MessageContract<T> | undefined,
    failed: (error: unknown, message: Message) => void,
  ) {
    this.#start = start
    this.#pause = pause
    this.#contract = contract
    this.#failed = failed
  }

  /** The next message. The first call starts the consumer. @throws why it could not be started, or was ended. */
  async next(): Promise<IteratorResult<Message<T>, undefined>> {
    this.#subscription ??= this.#start(this)
    await this.#subscription
    for (;;) {
      const result = await this.#take()
      if (result.done || this.#contract === undefined) return result
      try {
        await applyContract(this.#contract, result.value)
        return result
      } catch (error) {
        result.value.reject()
        this.#failed(error, result.value)
      }
    }
  }

  /** Cancels the consumer and gives what was not seen back. */
  async return(): Promise<IteratorResult<Message<T>, undefined>> {
    this.#end ??= { error: undefined }
    try {
      await (await this.#subscription)?.cancel()
    } catch {
      // It never started.
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  // Receiver

  /** @internal */
  deliver(message: Message): void {
    const value = message as Message<T>
    if (this.#end !== undefined) return void value.requeue()
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value })
      return
    }
    this.#arrived.push(value)
    this.#pause.look(this.#arrived.length)
  }

  /** @internal */
  lost(): void {
    this.#arrived.takeAll()
    this.#pause.look(0)
  }

  /** @internal */
  ended(error: Error | undefined): void {
    this.#end ??= { error }
    for (const message of this.#arrived.takeAll()) message.requeue()
    this.#pause.look(0)
    for (const waiter of this.#waiters.takeAll()) {
      if (error === undefined) waiter.resolve({ done: true, value: undefined })
      else waiter.reject(error)
    }
  }

  #take(): Promise<IteratorResult<Message<T>, undefined>> {
    const value = this.#arrived.shift()
    if (value !== undefined) {
      this.#pause.look(this.#arrived.length)
      return Promise.resolve({ done: false, value })
    }
    if (this.#end?.error !== undefined) return Promise.reject(this.#end.error)
    if (this.#end !== undefined) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }
}
