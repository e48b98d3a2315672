/**
 * Who may log in: asks the configured backends one after the other.
 */

import { addressSource } from '../net/address-source.ts'
import type { AuthenticationBackend, Credentials, Login } from './authentication-backend.ts'
import type { LoginDelay } from './login-delay.ts'

/** Where a login comes from. */
export interface LoginSource {
  readonly address: string | undefined
  /** Whether it connects from this machine's loopback interface. */
  readonly fromLoopback: boolean
}

/** Why nobody was let in; for the log, not for the client. */
export interface LoginRefusal {
  readonly refused: string
  /** Whether the credentials were right, but the user may come from this machine only. */
  readonly localOnly: boolean
}

export class Authenticator {
  readonly #backends: readonly AuthenticationBackend[]
  readonly #loopbackUsers: ReadonlySet<string>
  readonly #delay: LoginDelay

  /** The first of `backends` that lets a user in decides. Those in `loopbackUsers` come in only from the machine itself. */
  constructor(backends: readonly AuthenticationBackend[], loopbackUsers: readonly string[], delay: LoginDelay) {
    this.#backends = backends
    this.#loopbackUsers = new Set(loopbackUsers)
    this.#delay = delay
  }

  async authenticate(credentials: Credentials, { address, fromLoopback }: LoginSource): Promise<Login | LoginRefusal> {
    for (const backend of this.#backends) {
      const login = await backend.authenticate(credentials)
      if (login === undefined) continue
      if (fromLoopback || !this.#loopbackUsers.has(login.user)) return login
      await this.#delay.failed(addressSource(address))
      return { refused: `user '${login.user}' can only connect via localhost`, localOnly: true }
    }
    await this.#delay.failed(addressSource(address))
    return { refused: `login of user '${credentials.user}' was refused`, localOnly: false }
  }
}

/** Whether a peer's address is one of this machine's loopback addresses. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address))
}
