/** A message that was given to a publisher and is not settled. Hot path (`benchmarks/src/clients`): one object and one promise per message. */

import { abortedError, type ReturnedError } from '../errors.ts'
import type { PublishOptions } from './publish-options.ts'

let lastResolve: () => void
let lastReject: (error: Error) => void
/** One executor for all promises, instead of a closure for each. */
const capture = (resolve: () => void, reject: (error: Error) => void) => {
  lastResolve = resolve
  lastReject = reject
}

export class PendingMessage {
  readonly exchange: string
  readonly routingKey: string
  readonly body: Uint8Array
  readonly contentType: string | undefined
  readonly options: PublishOptions
  /** Tick of the publisher's sweep when it was given. */
  readonly madeAt: number
  readonly promise: Promise<void>
  isSettled = false
  /** Why it came back, which the confirm that follows makes final. */
  returned: ReturnedError | undefined = undefined
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void
  readonly #abort: (() => void) | undefined

  constructor(
    exchange: string,
    routingKey: string,
    body: Uint8Array,
    contentType: string | undefined,
    options: PublishOptions,
    madeAt: number,
  ) {
    this.exchange = exchange
    this.routingKey = routingKey
    this.body = body
    this.contentType = contentType
    this.options = options
    this.madeAt = madeAt
    this.promise = new Promise<void>(capture)
    this.#resolve = lastResolve
    this.#reject = lastReject
    this.#abort = options.signal === undefined ? undefined : this.#listen(options.signal)
  }

  resolve(): void {
    if (this.isSettled) return
    this.isSettled = true
    if (this.#abort !== undefined) this.options.signal?.removeEventListener('abort', this.#abort)
    this.#resolve()
  }

  /** Who is not waiting for this message hears of it from `flush`, so its rejection must not end the process. */
  reject(error: Error): void {
    if (this.isSettled) return
    this.isSettled = true
    if (this.#abort !== undefined) this.options.signal?.removeEventListener('abort', this.#abort)
    this.promise.catch(() => {})
    this.#reject(error)
  }

  #listen(signal: AbortSignal): () => void {
    const abort = () => this.reject(abortedError(signal, 'publishing'))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    return abort
  }
}
