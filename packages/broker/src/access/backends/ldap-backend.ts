/**
 * Logins by an LDAP directory: a user is let in who can bind there with the password. As in RabbitMQ without queries, whoever is let in
 * may do everything and has no tags.
 */

import type { Logger } from '../../logging/logger.ts'
import type { AuthenticationBackend, Credentials, Login } from '../authentication-backend.ts'
import type { AuthorizationBackend } from '../authorization-backend.ts'
import { type LdapServerOptions, withDirectory } from './ldap-connection.ts'

export interface LdapBackendOptions extends LdapServerOptions {
  /** `ldap://host:port` or `ldaps://host:port`, in turn until one answers. */
  readonly urls: readonly string[]
  /** The user's DN, with `${username}` in place of the name. */
  readonly userDnPattern: string
  /** How a user's DN is looked up; without it the pattern gives the DN. */
  readonly lookup: DnLookup | undefined
}

/** Looks for the one entry under `base` whose `attribute` is what the pattern gives. */
export interface DnLookup {
  readonly attribute: string
  readonly base: string
  /** Who looks; empty for nobody in particular. */
  readonly bindDn: string
  readonly bindPassword: string
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
    for (const url of this.#options.urls) {
      const known = await this.#ask(url, user, password)
      if (known !== undefined) return known ? { user, tags: [], authorization: [EVERYTHING] } : undefined
    }
    return undefined
  }

  /** Whether the directory takes the password; `undefined` when it cannot be asked. */
  async #ask(url: string, user: string, password: string): Promise<boolean | undefined> {
    const { ResultCodeError, SASL_MECHANISMS } = await import('ldapts')
    try {
      const dn = (await this.#lookUp(url, user)) ?? this.#fill(user, escapeDn)
      // The client would take such a name for a way to log in.
      if ((SASL_MECHANISMS as readonly string[]).includes(dn)) return false
      await withDirectory(url, this.#options, (client) => client.bind(dn, password))
      return true
    } catch (error) {
      this.#logger.warn({ url, reason: (error as Error).message }, 'the LDAP directory refused a login')
      return error instanceof ResultCodeError ? false : undefined
    }
  }

  /** The DN of the user's entry; `undefined` when none is to be looked for, or not exactly one is there. */
  async #lookUp(url: string, user: string): Promise<string | undefined> {
    const { lookup } = this.#options
    if (lookup === undefined) return undefined
    const { EqualityFilter } = await import('ldapts')
    const { attribute, base, bindDn, bindPassword } = lookup
    const filter = new EqualityFilter({ attribute, value: this.#fill(user, String) })
    const found = await withDirectory(url, this.#options, async (client) => {
      if (bindDn !== '') await client.bind(bindDn, bindPassword)
      return client.search(base, { scope: 'sub', filter, attributes: ['1.1'] })
    })
    if (found.searchEntries.length === 1) return found.searchEntries[0].dn
    this.#logger.warn({ url, entries: found.searchEntries.length }, 'not one entry of a user in the LDAP directory')
    return undefined
  }

  #fill(user: string, encode: (value: string) => string): string {
    return this.#options.userDnPattern.replaceAll(/\$\{username\}/g, () => encode(user))
  }
}

/** A value in a DN (RFC 4514 §2.4): every byte that is no letter or digit is written in hex, so that no name can end the value. */
export function escapeDn(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}
