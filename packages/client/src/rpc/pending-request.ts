/** A request that waits for its answer. It ends once: by the answer, an error, its limit or its signal. */

import { abortedError, ClientError } from '../errors.ts'
import type { Message } from '../message/message.ts'

export class PendingRequest {
  readonly exchange: string
  readonly routingKey: string
  readonly #resolve: (answer: Message) => void
  readonly #reject: (error: Error) => void
  readonly #ended: () => void
  #timer: ReturnType<typeof setTimeout> | undefined = undefined
  #signal: AbortSignal | undefined = undefined
  #abort: (() => void) | undefined = undefined

  constructor(
    exchange: string,
    routingKey: string,
    resolve: (answer: Message) => void,
    reject: (error: Error) => void,
    ended: () => void,
  ) {
    this.exchange = exchange
    this.routingKey = routingKey
    this.#resolve = resolve
    this.#reject = reject
    this.#ended = ended
  }

  /** Sets its limit, 0 for none, and its signal. */
  bound(timeoutMs: number, signal: AbortSignal | undefined): void {
    const what = `the answer to a request to '${this.routingKey}'`
    if (timeoutMs > 0) {
      const expire = () => this.reject(new ClientError('TIMEOUT', `${what} took longer than ${timeoutMs} ms`))
      this.#timer = setTimeout(expire, timeoutMs)
    }
    if (signal === undefined) return
    this.#signal = signal
    this.#abort = () => this.reject(abortedError(signal, what))
    signal.addEventListener('abort', this.#abort, { once: true })
  }

  resolve(answer: Message): void {
    this.#end()
    this.#resolve(answer)
  }

  reject(error: Error): void {
    this.#end()
    this.#reject(error)
  }

  #end(): void {
    clearTimeout(this.#timer)
    if (this.#abort !== undefined) this.#signal?.removeEventListener('abort', this.#abort)
    this.#ended()
  }
}
