/** Bounded waits. Every wait of a test has a limit, and says what it waited for when that is reached. */

import { setTimeout as sleep } from 'node:timers/promises'

const POLL_INTERVAL_MS = 10
/** How long a test waits for what should happen at once. Generous: the machine may be busy. */
export const WAIT_LIMIT_MS = 10_000

/** What is waited for, in words; a function is asked when the time is up. */
type Description = string | (() => string)

/** Resolves as `promise` does. @throws Error naming `what` when it takes longer than `limitMs`. */
export async function within<T>(promise: Promise<T>, what: Description, limitMs: number = WAIT_LIMIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`waited ${limitMs} ms for ${typeof what === 'string' ? what : what()}`)),
      limitMs,
    )
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Asks again until `condition` gives something true, and resolves to that.
 *
 * @throws Error naming `what` after `limitMs`; the last error of `condition` is its cause.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  what: string,
  limitMs: number = WAIT_LIMIT_MS,
): Promise<T> {
  const deadline = performance.now() + limitMs
  let cause: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value) return value
    } catch (error) {
      cause = error
    }
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`, { cause })
    await sleep(POLL_INTERVAL_MS)
  }
}
