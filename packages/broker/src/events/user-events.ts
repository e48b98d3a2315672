/** Tells what happens to users and to what they may do. Never passwords. */

import type { Permissions, TopicPermissions } from '../access/permissions.ts'
import type { User } from '../access/user-store.ts'
import type { JsonObject } from '../parameters/json-value.ts'
import type { BrokerEvents, EventName } from './broker-events.ts'

export class UserEvents {
  readonly #events: BrokerEvents

  constructor(events: BrokerEvents) {
    this.#events = events
  }

  userPut({ name, tags, password }: User, before: User | undefined): void {
    if (before === undefined) this.#emit('user.created', { name, tags })
    else {
      if (password !== before.password) this.#emit('user.password.changed', { name })
      if (tags.join() !== before.tags.join()) this.#emit('user.tags.set', { name, tags })
    }
  }

  userDeleted(name: string): void {
    this.#emit('user.deleted', { name })
  }

  permissionsPut(user: string, vhost: string, { configure, write, read }: Permissions): void {
    this.#emit('permission.created', { user, vhost, configure, write, read })
  }

  permissionsDeleted(user: string, vhost: string): void {
    this.#emit('permission.deleted', { user, vhost })
  }

  topicPermissionsPut(user: string, vhost: string, { exchange, write, read }: TopicPermissions): void {
    this.#emit('topic.permission.created', { user, vhost, exchange, write, read })
  }

  topicPermissionsDeleted(user: string, vhost: string, exchange: string): void {
    this.#emit('topic.permission.deleted', { user, vhost, exchange })
  }

  /** @param protocol `AMQP 0-9-1` or `HTTP`. */
  loggedIn(name: string, peerHost: string | undefined, protocol: string, succeeded: boolean): void {
    const what = succeeded ? 'user.authentication.success' : 'user.authentication.failure'
    this.#emit(what, { name, peer_host: peerHost ?? null, protocol })
  }

  #emit(name: EventName, details: JsonObject): void {
    this.#events.emit(name, () => ({ details }))
  }
}
