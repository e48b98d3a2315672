/** Vhosts, as an operator changes them. */

import { AdministrationError } from '../access/access-error.ts'
import { ALL_PERMISSIONS } from '../access/permissions.ts'
import { assertName } from '../access/user-store.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { VhostMetadata } from '../vhost/vhost-metadata.ts'
import type { AdministeredParts } from './administration.ts'

export interface VhostAdministration {
  vhosts(): Promise<readonly string[]>
  /**
   * Makes a vhost with the predeclared exchanges, and gives the default user all rights in it. One that exists stays as it is, but for what is
   * said of it in `metadata`.
   */
  putVhost(name: string, metadata?: VhostMetadata): Promise<void>
  /** Ends a vhost, all that is in it, the rights in it, and its connections: 320 `vhost 'name' is down`. */
  deleteVhost(name: string): Promise<void>
}

export function createVhostAdministration(parts: AdministeredParts): VhostAdministration {
  const { vhosts, users, connections, defaultUser } = parts
  return {
    async vhosts() {
      return [...vhosts.keys()]
    },
    async putVhost(name, metadata) {
      assertName('vhost', name)
      const present = vhosts.get(name)
      if (present === undefined) parts.limits.assertRoomForVhost(name)
      const vhost = present ?? parts.createVhost(name)
      if (metadata !== undefined) vhost.describe(metadata)
      if (present !== undefined) return
      vhosts.set(name, vhost)
      if (users.get(defaultUser) !== undefined) users.putPermissions(defaultUser, name, ALL_PERMISSIONS)
    },
    async deleteVhost(name) {
      const vhost = vhosts.get(name)
      if (vhost === undefined) return
      vhosts.delete(name)
      users.vhostDeleted(name)
      for (const connection of connections) {
        if (connection.session?.vhost === vhost) connection.forceClose(`vhost '${name}' is down`)
      }
      await vhost.delete()
    },
  }
}

/** @throws AdministrationError NOT_FOUND */
export function expectVhost(vhosts: ReadonlyMap<string, Vhost>, name: string): Vhost {
  const vhost = vhosts.get(name)
  if (vhost === undefined) throw new AdministrationError('NOT_FOUND', `vhost '${name}' does not exist`)
  return vhost
}
