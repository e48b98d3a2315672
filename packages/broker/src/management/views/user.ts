/** A user, as RabbitMQ shows it to administrators. */

import type { PasswordHash } from '../../access/password.ts'
import type { User } from '../../access/user-store.ts'
import type { UserLimits } from '../../limits/user-limits.ts'
import type { JsonObject } from '../../parameters/json-value.ts'

export function viewUser({ name, tags }: User, { hash, algorithm }: PasswordHash, limits: UserLimits): JsonObject {
  return { name, password_hash: hash, hashing_algorithm: algorithm, tags, limits: { ...limits } }
}
