/**
 * One request of the HTTP API: path, credentials, time limit, and what the answer means.
 *
 * It uses the global `fetch` and nothing of Node's, so that it runs in browsers as well.
 */

import { ManagementError } from './errors.ts'
import { readAnswer } from './read-answer.ts'
import { readEvents } from './read-events.ts'
import type { EventStream, StreamedEvent } from './types/stream.ts'

/** How a client reaches a broker. */
export interface ManagementClientOptions {
  /**
   * Where the HTTP API is: scheme, host, port and, if the broker has one, the path prefix, without `/api`. Credentials in it are
   * used when `user` and `password` are missing.
   *
   * @default http://localhost:15672
   */
  readonly url?: string
  /** @default guest */
  readonly user?: string
  /** @default guest */
  readonly password?: string
  /** A bearer token, which takes the place of user and password. */
  readonly token?: string
  /** How long an answer may take, in milliseconds, body included; 0 stands for no limit. @default 60000 */
  readonly timeoutMs?: number
  /** Ends every request of the client. */
  readonly signal?: AbortSignal
  /** In place of the global `fetch`: for a proxy, or certificates of your own. */
  readonly fetch?: typeof fetch
}

/** What may be said of a single request. */
export interface RequestOptions {
  /** Ends this request with `ABORTED`. */
  readonly signal?: AbortSignal
  /** In place of the client's, in milliseconds; 0 stands for no limit. */
  readonly timeoutMs?: number
}

/** A value of the query string; `undefined` leaves it out, a list is joined with commas. */
export type QueryValue = string | number | boolean | readonly string[] | undefined

/** A request that a resource wants made. */
export interface ManagementRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below `/api`, not encoded. */
  readonly path: readonly string[]
  readonly query?: Readonly<Record<string, QueryValue>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

const DEFAULT_URL = 'http://localhost:15672'
const DEFAULT_TIMEOUT_MS = 60_000

export class Transport {
  /** Without credentials and without a slash at the end. */
  readonly url: string
  readonly #authorization: string
  readonly #timeoutMs: number
  readonly #signal: AbortSignal | undefined
  readonly #fetch: typeof fetch

  /** @throws TypeError when the URL is none. */
  constructor(options: ManagementClientOptions = {}) {
    const url = new URL(options.url ?? DEFAULT_URL)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new TypeError(`url ${url.protocol}//${url.host} must begin with http:// or https://`)
    }
    const user = options.user ?? (decodeURIComponent(url.username) || 'guest')
    const password = options.password ?? (decodeURIComponent(url.password) || 'guest')
    this.url = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`
    this.#authorization = options.token === undefined ? basic(user, password) : `Bearer ${options.token}`
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    this.#signal = options.signal
    this.#fetch = options.fetch ?? fetch
  }

  /** The parsed body of the answer; `undefined` when it has none. @throws ManagementError */
  async request<Answer>(request: ManagementRequest, options: RequestOptions = {}): Promise<Answer> {
    const path = pathOf(request)
    const { signal, timedOut, finish } = this.#limit(options)
    try {
      // RabbitMQ answers 406 to a change of limits that wants JSON alone: it has nothing to send.
      const response = await this.#ask(request, path, 'application/json, */*;q=0.1', signal)
      return (await readAnswer(response, request.method, path)) as Answer
    } catch (error) {
      throw this.#explain(error, request.method, path, timedOut())
    } finally {
      finish()
    }
  }

  /** Resolves when a stream of events is open; the time limit is for that alone. @throws ManagementError */
  async stream(request: ManagementRequest, options: RequestOptions = {}): Promise<EventStream> {
    const path = pathOf(request)
    const { signal, timedOut, finish } = this.#limit(options)
    try {
      const response = await this.#ask(request, path, 'text/event-stream, application/json;q=0.1', signal)
      if (response.ok && response.body !== null) return this.#explained(readEvents(response.body), request.method, path)
      await readAnswer(response, request.method, path)
      throw new ManagementError('INVALID_RESPONSE', `${request.method} ${path} was answered with no stream`)
    } catch (error) {
      throw this.#explain(error, request.method, path, timedOut())
    } finally {
      finish()
    }
  }

  async *#explained(events: EventStream, method: string, path: string): AsyncGenerator<StreamedEvent, void, void> {
    try {
      yield* events
    } catch (error) {
      throw this.#explain(error, method, path, false)
    }
  }

  #ask(request: ManagementRequest, path: string, accept: string, signal: AbortSignal): Promise<Response> {
    return this.#fetch(this.url + path, {
      method: request.method,
      headers: {
        accept,
        authorization: this.#authorization,
        // RabbitMQ answers 415 to a PUT or DELETE with a body of another type.
        'content-type': 'application/json',
        ...request.headers,
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      // Credentials go to the address that was given and to no other.
      redirect: 'manual',
      signal,
    })
  }

  #limit(options: RequestOptions): { signal: AbortSignal; timedOut: () => boolean; finish: () => void } {
    const controller = new AbortController()
    let timedOut = false
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs
    const expire = () => {
      timedOut = true
      controller.abort()
    }
    const timer = timeoutMs > 0 ? setTimeout(expire, timeoutMs) : undefined
    const signals = [controller.signal, this.#signal, options.signal].filter((signal) => signal !== undefined)
    return { signal: AbortSignal.any(signals), timedOut: () => timedOut, finish: () => clearTimeout(timer) }
  }

  #explain(error: unknown, method: string, path: string, timedOut: boolean): ManagementError {
    if (error instanceof ManagementError) return error
    if (timedOut) {
      return new ManagementError('TIMEOUT', `${this.url} did not answer in time`, { method, path, cause: error })
    }
    if (error instanceof Error && error.name === 'AbortError') {
      return new ManagementError('ABORTED', `${method} ${path} was given up`, { method, path, cause: error })
    }
    return new ManagementError('UNREACHABLE', `cannot reach ${this.url}: ${rootCause(error)}`, {
      method,
      path,
      cause: error,
    })
  }
}

function pathOf({ path, query }: ManagementRequest): string {
  return `/api/${path.map(encodeSegment).join('/')}${encodeQuery(query)}`
}

/** fetch says "fetch failed"; what failed is in the cause, or in the first of several attempts. */
function rootCause(error: unknown): string {
  let current = error
  for (let depth = 0; depth < 5; depth++) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0]
    else if (current instanceof Error && current.cause !== undefined) current = current.cause
    else break
  }
  return current instanceof Error ? current.message || current.name : String(current)
}

/**
 * A name as one segment of a path.
 *
 * URLs know no segment `.` or `..`, however encoded: they would be resolved, and address something else.
 */
function encodeSegment(name: string): string {
  if (name === '' || name === '.' || name === '..') {
    throw new ManagementError('UNADDRESSABLE_NAME', `the name '${name}' cannot be part of a URL`)
  }
  return encodeURIComponent(name)
}

function encodeQuery(query: Readonly<Record<string, QueryValue>> = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, typeof value === 'object' ? value.join(',') : String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

/** RFC 7617, with UTF-8. */
function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}
