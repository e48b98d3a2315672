/**
 * Who may log in.
 */

import { timingSafeEqual } from 'node:crypto'

/** What a client offers to prove who it is. */
export interface Credentials {
  readonly user: string
  readonly password: string
  /** Whether it connects from this machine's loopback interface. */
  readonly fromLoopback: boolean
}

/** Decides about logins. */
export interface Authenticator {
  /** Whether these credentials let their user in. Never rejects: a backend that fails refuses. */
  authenticate(credentials: Credentials): Promise<boolean>
}

/** One user with a password; users in `loopbackUsers` only from the machine itself. */
export class SingleUserAuthenticator implements Authenticator {
  readonly #user: string
  readonly #password: Uint8Array
  readonly #loopbackOnly: boolean

  constructor(user: string, password: string, loopbackUsers: readonly string[]) {
    this.#user = user
    this.#password = Buffer.from(password)
    this.#loopbackOnly = loopbackUsers.includes(user)
  }

  async authenticate({ user, password, fromLoopback }: Credentials): Promise<boolean> {
    if (user !== this.#user || (this.#loopbackOnly && !fromLoopback)) return false
    const offered = Buffer.from(password)
    return offered.length === this.#password.length && offered.length > 0 && timingSafeEqual(offered, this.#password)
  }
}

/** Whether a peer's address is one of this machine's loopback addresses. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address))
}
