/**
 * Logins by an LDAP directory: a user is let in who can bind there with the password. As in RabbitMQ without queries, whoever is let in
 * may do everything and has no tags.
 *
 * The package ldapts speaks the protocol. It is loaded with the first login.
 */

import type { Logger } from '../../logging/logger.ts'
import type { AuthenticationBackend, Credentials, Login } from '../authentication-backend.ts'
import type { AuthorizationBackend } from '../authorization-backend.ts'

export interface LdapBackendOptions {
  /** `ldap://host:port` or `ldaps://host:port`, in turn until one answers. */
  readonly urls: readonly string[]
  /** The user's DN, with `${username}` in place of the name. */
  readonly userDnPattern: string
  readonly timeoutMs: number
}

/** The directory gives no rights to look at: every one is there. */
const EVERYTHING: AuthorizationBackend = {
  mayEnter: () => true,
  may: () => true,
  hasFreeTopics: () => true,
  mayUseTopic: () => true,
}

export class LdapBackend implements AuthenticationBackend {
  readonly #options: LdapBackendOptions
  readonly #logger: Logger

  constructor(options: LdapBackendOptions, logger: Logger) {
    this.#options = options
    this.#logger = logger
  }

  async authenticate({ user, password }: Credentials): Promise<Login | undefined> {
    // A bind with an empty password succeeds for anybody, as an anonymous one (RFC 4513 §5.1.2). Without one nothing can be asked.
    if (user === '' || password === undefined || password === '') return undefined
    const dn = this.#options.userDnPattern.replaceAll(/\$\{username\}/g, () => escapeDn(user))
    for (const url of this.#options.urls) {
      const bound = await this.#bind(url, dn, password)
      if (bound !== undefined) return bound ? { user, tags: [], authorization: [EVERYTHING] } : undefined
    }
    return undefined
  }

  /** Whether the directory takes the password; `undefined` when it cannot be asked. */
  async #bind(url: string, dn: string, password: string): Promise<boolean | undefined> {
    const { Client, ResultCodeError } = await import('ldapts')
    const { timeoutMs } = this.#options
    const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs })
    try {
      await client.bind(dn, password)
      return true
    } catch (error) {
      this.#logger.warn({ url, reason: (error as Error).message }, 'the LDAP directory refused a login')
      return error instanceof ResultCodeError ? false : undefined
    } finally {
      await client.unbind().catch(() => {})
    }
  }
}

/** A value in a DN (RFC 4514 §2.4): every byte that is no letter or digit is written in hex, so that no name can end the value. */
export function escapeDn(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}
