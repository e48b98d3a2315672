/** Rights, as an operator changes them. They hold for connections that are open, too. */

import { assertPermission, type Permissions, type TopicPermissions } from '../access/permissions.ts'
import type { AdministeredParts } from './administration.ts'
import { expectVhost } from './vhosts.ts'

export interface PermissionAdministration {
  /** A user's rights, by vhost. */
  permissions(user: string): Promise<ReadonlyMap<string, Permissions>>
  putPermissions(user: string, vhost: string, permissions: Permissions): Promise<void>
  /** Whoever is connected stays so, without rights. */
  deletePermissions(user: string, vhost: string): Promise<void>
  /** A user's rights on routing keys, by vhost, then by exchange. */
  topicPermissions(user: string): Promise<ReadonlyMap<string, ReadonlyMap<string, TopicPermissions>>>
  putTopicPermissions(user: string, vhost: string, permissions: TopicPermissions): Promise<void>
  /** Removes those on one exchange, or on all of the vhost. */
  deleteTopicPermissions(user: string, vhost: string, exchange?: string): Promise<void>
}

export function createPermissionAdministration({ users, vhosts }: AdministeredParts): PermissionAdministration {
  return {
    async permissions(user) {
      return users.permissionsOf(user)
    },
    async putPermissions(user, vhost, { configure, write, read }) {
      expectVhost(vhosts, vhost)
      for (const pattern of [configure, write, read]) assertPermission(pattern)
      users.putPermissions(user, vhost, { configure, write, read })
    },
    async deletePermissions(user, vhost) {
      users.deletePermissions(user, vhost)
    },
    async topicPermissions(user) {
      return users.topicPermissionsOf(user)
    },
    async putTopicPermissions(user, vhost, { exchange, write, read }) {
      expectVhost(vhosts, vhost)
      for (const pattern of [write, read]) assertPermission(pattern)
      users.putTopicPermissions(user, vhost, { exchange, write, read })
    },
    async deleteTopicPermissions(user, vhost, exchange) {
      users.deleteTopicPermissions(user, vhost, exchange)
    },
  }
}
