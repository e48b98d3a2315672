/**
 * Users, and what each may do in which vhost.
 *
 * Every change raises the {@link AccessVersion}, by which kept results are known to be old.
 */

import type { UserEvents } from '../events/user-events.ts'
import type { UserLimitName, UserLimits } from '../limits/user-limits.ts'
import type { UserRecorder } from '../metadata/user-recorder.ts'
import { AdministrationError } from './access-error.ts'
import type { AccessVersion } from './access-version.ts'
import type { PasswordHash } from './password.ts'
import type { Permissions, TopicPermissions } from './permissions.ts'

/** Longest name of a user or vhost, in UTF-8 bytes. */
const NAME_SIZE_MAX = 255
const NO_LIMITS: UserLimits = Object.freeze({})

/** A user. */
export interface User {
  readonly name: string
  readonly password: PasswordHash
  /** RabbitMQ's: administrator, monitoring, policymaker, management, impersonator; others are kept and mean nothing. */
  readonly tags: readonly string[]
}

interface Entry {
  user: User
  limits: UserLimits
  /** By vhost. */
  readonly permissions: Map<string, Permissions>
  /** By vhost, then by exchange. */
  readonly topicPermissions: Map<string, Map<string, TopicPermissions>>
}

export class UserStore {
  readonly #entries = new Map<string, Entry>()
  readonly #version: AccessVersion
  readonly #events: UserEvents | undefined
  #recorder: UserRecorder | undefined

  /** @param events hear of every change. */
  constructor(version: AccessVersion, events?: UserEvents) {
    this.#version = version
    this.#events = events
  }

  /** Records every change from now on. */
  recordIn(recorder: UserRecorder): void {
    this.#recorder = recorder
  }

  get(name: string): User | undefined {
    return this.#entries.get(name)?.user
  }

  /** @throws AdministrationError NOT_FOUND */
  expect(name: string): User {
    return this.#entry(name).user
  }

  users(): User[] {
    return [...this.#entries.values()].map(({ user }) => user)
  }

  /** Adds a user, or changes one; rights stay. */
  put(user: User): void {
    assertName('user', user.name)
    const entry = this.#entries.get(user.name)
    this.#events?.userPut(user, entry?.user)
    if (entry === undefined) {
      this.#entries.set(user.name, {
        user,
        limits: NO_LIMITS,
        permissions: new Map(),
        topicPermissions: new Map(),
      })
    } else entry.user = user
    this.#recorder?.userPut(user, entry?.limits ?? NO_LIMITS)
    this.#version.changed()
  }

  /** Removes a user with all rights. Returns whether there was one. */
  delete(name: string): boolean {
    const entry = this.#entries.get(name)
    if (entry === undefined) return false
    for (const vhost of entry.permissions.keys()) this.#recorder?.permissionsDeleted(name, vhost)
    for (const vhost of entry.topicPermissions.keys()) this.#deleteTopicPermissionsIn(entry, vhost)
    this.#entries.delete(name)
    this.#recorder?.userDeleted(name)
    this.#events?.userDeleted(name)
    this.#version.changed()
    return true
  }

  /** The user's rights in a vhost; `undefined` for one that may not be entered. */
  permissions(user: string, vhost: string): Permissions | undefined {
    return this.#entries.get(user)?.permissions.get(vhost)
  }

  /** By vhost. */
  permissionsOf(user: string): ReadonlyMap<string, Permissions> {
    return this.#entry(user).permissions
  }

  /** @throws AdministrationError NOT_FOUND */
  putPermissions(user: string, vhost: string, permissions: Permissions): void {
    this.#entry(user).permissions.set(vhost, permissions)
    this.#recorder?.permissionsPut(user, vhost, permissions)
    this.#events?.permissionsPut(user, vhost, permissions)
    this.#version.changed()
  }

  deletePermissions(user: string, vhost: string): void {
    if (this.#entries.get(user)?.permissions.delete(vhost) === true) {
      this.#recorder?.permissionsDeleted(user, vhost)
      this.#events?.permissionsDeleted(user, vhost)
    }
    this.#version.changed()
  }

  /** The user's rights on an exchange's routing keys; `undefined` when any may be used. */
  topicPermissions(user: string, vhost: string, exchange: string): TopicPermissions | undefined {
    return this.#entries.get(user)?.topicPermissions.get(vhost)?.get(exchange)
  }

  /** By vhost, then by exchange. */
  topicPermissionsOf(user: string): ReadonlyMap<string, ReadonlyMap<string, TopicPermissions>> {
    return this.#entry(user).topicPermissions
  }

  /** @throws AdministrationError NOT_FOUND */
  putTopicPermissions(user: string, vhost: string, permissions: TopicPermissions): void {
    const { topicPermissions } = this.#entry(user)
    const inVhost = topicPermissions.get(vhost) ?? new Map<string, TopicPermissions>()
    topicPermissions.set(vhost, inVhost.set(permissions.exchange, permissions))
    this.#recorder?.topicPermissionsPut(user, vhost, permissions)
    this.#events?.topicPermissionsPut(user, vhost, permissions)
    this.#version.changed()
  }

  /** Removes the rights on one exchange, or on all of the vhost. */
  deleteTopicPermissions(user: string, vhost: string, exchange?: string): void {
    const entry = this.#entries.get(user)
    if (entry === undefined) return
    if (exchange === undefined) this.#deleteTopicPermissionsIn(entry, vhost)
    else if (entry.topicPermissions.get(vhost)?.delete(exchange) === true) {
      this.#recorder?.topicPermissionsDeleted(user, vhost, exchange)
      this.#events?.topicPermissionsDeleted(user, vhost, exchange)
    }
    this.#version.changed()
  }

  /** A limit of the user; `undefined` for none, or no such user. */
  limit(user: string, name: UserLimitName): number | undefined {
    const limit = this.#entries.get(user)?.limits[name]
    return limit === undefined || limit < 0 ? undefined : limit
  }

  /** As they were set. @throws AdministrationError NOT_FOUND */
  limitsOf(user: string): UserLimits {
    return this.#entry(user).limits
  }

  /** @throws AdministrationError NOT_FOUND */
  putLimits(user: string, limits: UserLimits): void {
    const entry = this.#entry(user)
    entry.limits = Object.freeze({ ...limits })
    this.#recorder?.userPut(entry.user, entry.limits)
  }

  /** Removes all rights in a vhost that is gone. */
  vhostDeleted(vhost: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.permissions.delete(vhost)) this.#recorder?.permissionsDeleted(entry.user.name, vhost)
      this.#deleteTopicPermissionsIn(entry, vhost)
    }
    this.#version.changed()
  }

  #deleteTopicPermissionsIn({ user, topicPermissions }: Entry, vhost: string): void {
    for (const exchange of topicPermissions.get(vhost)?.keys() ?? []) {
      this.#recorder?.topicPermissionsDeleted(user.name, vhost, exchange)
      this.#events?.topicPermissionsDeleted(user.name, vhost, exchange)
    }
    topicPermissions.delete(vhost)
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new AdministrationError('NOT_FOUND', `user '${name}' does not exist`)
    return entry
  }
}

/** @throws AdministrationError INVALID for a name that no client could give. */
export function assertName(kind: 'user' | 'vhost', name: string): void {
  if (name === '') throw new AdministrationError('INVALID', `the name of a ${kind} must not be empty`)
  const size = Buffer.byteLength(name)
  if (size > NAME_SIZE_MAX) {
    throw new AdministrationError(
      'INVALID',
      `the name of a ${kind} has ${size} bytes; at most ${NAME_SIZE_MAX} are taken`,
    )
  }
}
