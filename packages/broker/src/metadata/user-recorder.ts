/** Records users and what each may do. */

import type { Permissions, TopicPermissions } from '../access/permissions.ts'
import type { User } from '../access/user-store.ts'
import type { UserLimits } from '../limits/user-limits.ts'
import { formatKey, type UserValue } from './metadata-key.ts'
import type { MetadataRecorder } from './metadata-recorder.ts'

export class UserRecorder {
  readonly #recorder: MetadataRecorder

  constructor(recorder: MetadataRecorder) {
    this.#recorder = recorder
  }

  userPut({ name, password: { hash, algorithm }, tags }: User, limits: UserLimits): void {
    const value: UserValue = { password: { hash, algorithm }, tags, limits }
    this.#recorder.put(formatKey('user', name), JSON.stringify(value))
  }

  /** The user's rights are gone already. */
  userDeleted(name: string): void {
    this.#recorder.delete(formatKey('user', name))
  }

  permissionsPut(user: string, vhost: string, { configure, write, read }: Permissions): void {
    this.#recorder.put(formatKey('permission', user, vhost), JSON.stringify({ configure, write, read }))
  }

  permissionsDeleted(user: string, vhost: string): void {
    this.#recorder.delete(formatKey('permission', user, vhost))
  }

  topicPermissionsPut(user: string, vhost: string, { exchange, write, read }: TopicPermissions): void {
    this.#recorder.put(formatKey('topic-permission', user, vhost, exchange), JSON.stringify({ exchange, write, read }))
  }

  topicPermissionsDeleted(user: string, vhost: string, exchange: string): void {
    this.#recorder.delete(formatKey('topic-permission', user, vhost, exchange))
  }
}
