/** The user whose name and password stand in the configuration. */

import type { RandomSource } from '../clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import { AdministrationError } from './access-error.ts'
import type { InternalAuthentication } from './internal-authentication.ts'
import { hashPassword, type PasswordHash, SCRYPT } from './password.ts'
import { assertPermission } from './permissions.ts'
import type { User, UserStore } from './user-store.ts'

/**
 * With all rights, unless configured otherwise. The password is there in plain text, so no hash of it is derived unless it is to be kept, as that would take longer than
 * all the rest of the start: the hash is one that no password has, and the backend remembers the password for it.
 */
export class DefaultUser {
  readonly #options: ResolvedBrokerOptions
  readonly #users: UserStore
  readonly #internal: InternalAuthentication
  readonly #random: RandomSource
  /** What stands for its password until a hash is needed. */
  #placeholder: PasswordHash | undefined

  constructor(
    options: ResolvedBrokerOptions,
    users: UserStore,
    internal: InternalAuthentication,
    random: RandomSource,
  ) {
    this.#options = options
    this.#users = users
    this.#internal = internal
    this.#random = random
  }

  /** Adds it, with its permissions in the configured vhosts. @param durable Whether its record is to outlast this broker. */
  async add(durable: boolean): Promise<void> {
    const { defaultUser, defaultPassword, defaultUserTags: tags, vhosts } = this.#options
    const permissions = {
      configure: this.#options.defaultPermissionsConfigure,
      write: this.#options.defaultPermissionsWrite,
      read: this.#options.defaultPermissionsRead,
    }
    const placeholder = { hash: Buffer.from(this.#random(48)).toString('base64'), algorithm: SCRYPT }
    const password = durable ? await hashPassword(defaultPassword, this.#random) : placeholder
    this.#users.put({ name: defaultUser, password, tags })
    for (const vhost of vhosts) this.#users.putPermissions(defaultUser, vhost, permissions)
    this.#internal.configure(defaultPassword, password)
    if (!durable) this.#placeholder = placeholder
  }

  /** A user's password hash; that of the configured password is derived now. */
  async passwordToExport(user: User): Promise<PasswordHash> {
    const placeholder = this.#placeholder
    if (user.password !== placeholder) return user.password
    const { defaultPassword } = this.#options
    const password = await hashPassword(defaultPassword, this.#random)
    // It may have been changed meanwhile.
    if (this.#users.get(user.name)?.password === placeholder) {
      this.#users.put({ ...user, password })
      this.#internal.configure(defaultPassword, password)
    }
    return password
  }
}

/**
 * To be called before anything is made of the options.
 *
 * @throws ConfigurationError for permissions of the default user that are no regular expressions.
 */
export function assertDefaultPermissions(options: ResolvedBrokerOptions): void {
  for (const name of ['defaultPermissionsConfigure', 'defaultPermissionsWrite', 'defaultPermissionsRead'] as const) {
    try {
      assertPermission(options[name])
    } catch (error) {
      if (!(error instanceof AdministrationError)) throw error
      throw new ConfigurationError('INVALID_VALUE', `${name}: ${error.message}`)
    }
  }
}
