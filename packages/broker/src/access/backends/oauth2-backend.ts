/**
 * Logins by an OAuth 2 access token, a signed JWT that is sent as the password; its scopes are the rights.
 *
 * The package jose checks signatures. It is loaded with the first login.
 */

import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logging/logger.ts'
import type { AccessVersion } from '../access-version.ts'
import type { AuthenticationBackend, Credentials, Login } from '../authentication-backend.ts'
import type { AuthorizationBackend, Subject } from '../authorization-backend.ts'
import type { Right } from '../permissions.ts'
import { parseScopes, type Scopes, scopesAllow, scopesAllowVhost } from './oauth2-scopes.ts'

/** Signatures that are taken: those with a private key, which nobody can make who can check them. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
/** Longest token, in characters. */
const TOKEN_LENGTH_MAX = 64 * 1024
const KEYS_TIMEOUT_MS = 5000

export interface Oauth2BackendOptions {
  /** Where the keys are that tokens are signed with: a JSON Web Key Set. */
  readonly jwksUrl: string
  /** What has to be in the claim `aud`, and in front of each scope. */
  readonly resourceServerId: string
  /** Claims that may name the user; the first that is there counts. */
  readonly usernameClaims: readonly string[]
}

interface Token {
  readonly user: string
  readonly scopes: Scopes
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

type Verify = (token: string) => Promise<Readonly<Record<string, unknown>>>

export class Oauth2Backend implements AuthenticationBackend {
  readonly #options: Oauth2BackendOptions
  readonly #clock: Clock
  readonly #version: AccessVersion
  readonly #logger: Logger
  #verify: Promise<Verify> | undefined

  constructor(options: Oauth2BackendOptions, clock: Clock, version: AccessVersion, logger: Logger) {
    this.#options = options
    this.#clock = clock
    this.#version = version
    this.#logger = logger
  }

  async authenticate({ password }: Credentials): Promise<Login | undefined> {
    const token = await this.#read(password)
    if (token === undefined) return undefined
    const authorization = new Oauth2Authorization(token, this.#clock)
    const renew = async (secret: string) => {
      const renewed = await this.#read(secret)
      if (renewed?.user !== token.user) return false
      authorization.token = renewed
      this.#version.changed()
      return true
    }
    const expiresAt = () => authorization.token.expiresAt
    return { user: token.user, tags: token.scopes.tags, authorization: [authorization], renew, expiresAt }
  }

  /** `undefined` for what is no token, or not a valid one. */
  async #read(text: string | undefined): Promise<Token | undefined> {
    if (text === undefined || text.length > TOKEN_LENGTH_MAX || !text.includes('.')) return undefined
    try {
      this.#verify ??= loadVerify(this.#options, this.#clock)
      const claims = await (await this.#verify)(text)
      const { usernameClaims, resourceServerId } = this.#options
      const user = usernameClaims
        .map((claim) => claims[claim])
        .find((value) => typeof value === 'string' && value !== '')
      if (typeof user !== 'string') return undefined
      const expiresAt = typeof claims.exp === 'number' ? claims.exp * 1000 : Number.POSITIVE_INFINITY
      return { user, scopes: parseScopes(claims.scope, resourceServerId), expiresAt }
    } catch (error) {
      this.#logger.warn({ reason: (error as Error).message }, 'an OAuth 2 token was refused')
      return undefined
    }
  }
}

/** The rights of one token. They end with it. */
class Oauth2Authorization implements AuthorizationBackend {
  token: Token
  readonly #clock: Clock

  constructor(token: Token, clock: Clock) {
    this.token = token
    this.#clock = clock
  }

  mayEnter({ vhost }: Subject): boolean {
    return this.#isValid && scopesAllowVhost(this.token.scopes, vhost)
  }

  may({ vhost }: Subject, right: Right, _kind: string, name: string): boolean {
    return this.#isValid && scopesAllow(this.token.scopes, right, vhost, name)
  }

  hasFreeTopics(): boolean {
    return false
  }

  mayUseTopic({ vhost }: Subject, right: 'write' | 'read', exchange: string, key: string): boolean {
    return this.#isValid && scopesAllow(this.token.scopes, right, vhost, exchange, key)
  }

  get #isValid(): boolean {
    return this.#clock.now() < this.token.expiresAt
  }
}

async function loadVerify({ jwksUrl, resourceServerId }: Oauth2BackendOptions, clock: Clock): Promise<Verify> {
  const { createRemoteJWKSet, jwtVerify } = await import('jose')
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: KEYS_TIMEOUT_MS })
  return async (token) => {
    const currentDate = new Date(clock.now())
    const verified = await jwtVerify(token, keys, { audience: resourceServerId, algorithms: ALGORITHMS, currentDate })
    return verified.payload
  }
}
