/** Ends what is remembered of a connection's rights at the moment they expire, such as with an access token. */

import type { Clock, Timer } from '../clock.ts'
import type { AccessVersion } from './access-version.ts'
import type { Login } from './authentication-backend.ts'

/** Longest that is waited at a time, in milliseconds: a day. */
const WAIT_MAX_MS = 86_400_000

export class RightsExpiry {
  readonly #clock: Clock
  readonly #version: AccessVersion
  #timer: Timer | undefined

  constructor(clock: Clock, version: AccessVersion) {
    this.#clock = clock
    this.#version = version
  }

  /** Watches this login, from now or from its renewal on. */
  watch(login: Login): void {
    this.close()
    const leftMs = (login.expiresAt?.() ?? Number.POSITIVE_INFINITY) - this.#clock.now()
    if (leftMs === Number.POSITIVE_INFINITY) return
    // A timer may fire a little early: then the rest is waited for.
    if (leftMs > 0) this.#timer = this.#clock.setTimeout(() => this.watch(login), Math.min(leftMs, WAIT_MAX_MS))
    else this.#version.changed()
  }

  close(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }
}
