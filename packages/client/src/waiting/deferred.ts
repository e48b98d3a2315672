/** Promises that are settled from outside, and waits that end. */

import { abortedError, ClientError } from '../errors.ts'

/** A promise with its two ends. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

/** A promise that is settled from outside. */
export function defer<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((resolveIt, rejectIt) => {
    resolve = resolveIt
    reject = rejectIt
  })
  return { promise, resolve, reject }
}

/** Keeps the rejection of a promise that nobody may be waiting for from ending the process. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** What bounds a wait. */
export interface WaitOptions {
  /** Ends the wait with `ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Longest wait in milliseconds; 0 for none. At its end: `TIMEOUT`. */
  readonly timeoutMs?: number | undefined
}

/**
 * Resolves as `promise` does, unless time is up or the signal is given first.
 *
 * @param what What is waited for, in words, for the message.
 * @throws ClientError TIMEOUT, ABORTED.
 */
export function bounded<T>(promise: Promise<T>, what: string, options: WaitOptions): Promise<T> {
  const { signal, timeoutMs = 0 } = options
  if (signal === undefined && timeoutMs === 0) return promise
  if (signal?.aborted) {
    quiet(promise)
    return Promise.reject(abortedError(signal, what))
  }
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const abort = () => finish(() => reject(abortedError(signal as AbortSignal, what)))
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      settle()
    }
    signal?.addEventListener('abort', abort, { once: true })
    if (timeoutMs > 0) {
      const expire = () => reject(new ClientError('TIMEOUT', `${what} took longer than ${timeoutMs} ms`))
      timer = setTimeout(() => finish(expire), timeoutMs)
    }
    promise.then(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    )
  })
}

/** Resolves after a while, or at once when the signal is given. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}

/** Whether a value is a promise, of whatever make. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
