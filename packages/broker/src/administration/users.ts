/** Users, as an operator changes them. */

import { AdministrationError } from '../access/access-error.ts'
import { checkPasswordHash, hashPassword, type PasswordHash } from '../access/password.ts'
import { assertName, type User } from '../access/user-store.ts'
import type { AdministeredParts } from './administration.ts'

/** What a user is made with. Without `password` and `passwordHash`, the user cannot log in by a password. */
export interface UserInput {
  /** Kept as a scrypt hash. An empty one never logs in. */
  readonly password?: string | undefined
  /** `base64(salt ‖ hash)`, as RabbitMQ exports it. */
  readonly passwordHash?: string | undefined
  /** How `passwordHash` was made; also the SHA-512 and MD5 kinds. @default rabbit_password_hashing_sha256 */
  readonly hashingAlgorithm?: string | undefined
  /** administrator, monitoring, policymaker, management, impersonator. */
  readonly tags: readonly string[]
}

export interface UserAdministration {
  users(): Promise<readonly User[]>
  user(name: string): Promise<User | undefined>
  /** Adds a user, or changes password and tags of one. */
  putUser(name: string, user: UserInput): Promise<void>
  /** Removes a user and ends their connections: 320 `user 'name' is deleted`. */
  deleteUser(name: string): Promise<void>
}

export function createUserAdministration({ users, connections, random }: AdministeredParts): UserAdministration {
  return {
    async users() {
      return users.users()
    },
    async user(name) {
      return users.get(name)
    },
    async putUser(name, { password, passwordHash, hashingAlgorithm, tags }) {
      assertName('user', name)
      assertTags(tags)
      if (password !== undefined && passwordHash !== undefined) {
        throw new AdministrationError('INVALID', 'a user has a password or a hash of one, not both')
      }
      const kept: PasswordHash =
        password === undefined || password === ''
          ? checkPasswordHash(passwordHash ?? '', hashingAlgorithm)
          : await hashPassword(password, random)
      users.put({ name, password: kept, tags: Object.freeze([...tags]) })
    },
    async deleteUser(name) {
      if (!users.delete(name)) return
      for (const connection of connections) {
        if (connection.user === name) connection.forceClose(`user '${name}' is deleted`)
      }
    },
  }
}

function assertTags(tags: readonly string[]): void {
  const wrong = tags.find((tag) => tag === '' || /[\s,]/.test(tag))
  if (wrong !== undefined)
    throw new AdministrationError('INVALID', `tag ${JSON.stringify(wrong)} is empty or has a separator`)
}
