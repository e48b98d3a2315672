/** Limits of vhosts and users, as an operator changes them. */

import { AdministrationError } from '../access/access-error.ts'
import { checkUserLimits, type UserLimits } from '../limits/user-limits.ts'
import { LIMITS_NAME, VHOST_LIMITS } from '../limits/vhost-limits.ts'
import { isJsonObject, type JsonObject } from '../parameters/json-value.ts'
import { setParameter } from '../parameters/parameter-components.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { AdministeredParts } from './administration.ts'
import { toJson } from './policies.ts'
import { expectVhost } from './vhosts.ts'

export interface LimitAdministration {
  /** A vhost's limits by name, as they were set. */
  vhostLimits(vhost: string): Promise<Readonly<Record<string, number>>>
  /** `max-connections` or `max-queues`: 0 allows none, a negative number any. What is there stays, also when it is more. */
  putVhostLimit(vhost: string, limit: string, value: number): Promise<void>
  deleteVhostLimit(vhost: string, limit: string): Promise<void>
  /** A user's limits by name, as they were set. */
  userLimits(user: string): Promise<UserLimits>
  /** `max-connections` or `max-channels`: 0 allows none, a negative number any. What is there stays, also when it is more. */
  putUserLimit(user: string, limit: string, value: number): Promise<void>
  deleteUserLimit(user: string, limit: string): Promise<void>
}

export function createLimitAdministration({ vhosts, users }: AdministeredParts): LimitAdministration {
  return {
    async vhostLimits(vhost) {
      return currentLimits(expectVhost(vhosts, vhost)) as Readonly<Record<string, number>>
    },
    async putVhostLimit(name, limit, value) {
      const vhost = expectVhost(vhosts, name)
      const changed = toJson({ ...currentLimits(vhost), [limit]: value })
      await setParameter(vhost, VHOST_LIMITS.name, LIMITS_NAME, changed)
    },
    async deleteVhostLimit(name, limit) {
      const vhost = expectVhost(vhosts, name)
      const { [limit]: _removed, ...rest } = currentLimits(vhost)
      await setParameter(vhost, VHOST_LIMITS.name, LIMITS_NAME, toJson(rest))
    },
    async userLimits(user) {
      return users.limitsOf(user)
    },
    async putUserLimit(user, limit, value) {
      const changed = toJson({ [limit]: value }) as JsonObject
      const current = users.limitsOf(user)
      const faults = checkUserLimits(changed)
      if (faults.length > 0) throw new AdministrationError('INVALID', faults.join('\n'))
      users.putLimits(user, { ...current, ...changed })
    },
    async deleteUserLimit(user, limit) {
      const rest = Object.entries(users.limitsOf(user)).filter(([name]) => name !== limit)
      users.putLimits(user, Object.fromEntries(rest))
    },
  }
}

function currentLimits(vhost: Vhost): JsonObject {
  const value = vhost.parameters.get(VHOST_LIMITS.name, LIMITS_NAME)
  return isJsonObject(value) ? value : {}
}
