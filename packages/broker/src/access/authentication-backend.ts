/** What decides who may log in: the broker's own users, or something that is asked. */

import type { AuthorizationBackend } from './authorization-backend.ts'

/** What a client offers to prove who it is. */
export interface Credentials {
  readonly user: string
  /** `undefined` when the transport has proved who it is, as for EXTERNAL. */
  readonly password: string | undefined
}

/** A login that succeeded. */
export interface Login {
  readonly user: string
  readonly tags: readonly string[]
  /** What decides about the user's rights. All of them have to agree. */
  readonly authorization: readonly AuthorizationBackend[]
  /**
   * Takes a new secret, of the same user (`connection.update-secret`). Whether it was taken; never rejects. Without it any secret is
   * taken and ignored.
   */
  renew?(secret: string): Promise<boolean>
  /** When the rights end, in milliseconds since the epoch, if they do. A renewal changes it. */
  expiresAt?(): number
}

/** Decides about logins. */
export interface AuthenticationBackend {
  /** Who the credentials let in; `undefined` to refuse. Never rejects: a backend that fails refuses. */
  authenticate(credentials: Credentials): Promise<Login | undefined>
}
