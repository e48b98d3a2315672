import type { RequestOptions } from '../transport.ts'
import type { LoginAttempts, Permission, TopicPermission, User, UserDefinition, WhoAmI } from '../types/access.ts'
import { Resource } from './resource.ts'

/** `/users`, `/whoami`, `/auth/attempts`. */
export class Users extends Resource {
  list(options?: RequestOptions): Promise<User[]> {
    return this.fetch(['users'], {}, options)
  }

  /** Undefined when there is none. */
  find(name: string, options?: RequestOptions): Promise<User | undefined> {
    return this.fetchOptional(['users', name], options)
  }

  /** Makes a user, or changes what one is. */
  async set(name: string, { tags, ...definition }: UserDefinition, options?: RequestOptions): Promise<void> {
    await this.put(['users', name], { ...definition, tags: tags.join(',') }, options)
  }

  async delete(name: string, options?: RequestOptions): Promise<void> {
    await this.remove(['users', name], {}, options)
  }

  permissions(name: string, options?: RequestOptions): Promise<Permission[]> {
    return this.fetch(['users', name, 'permissions'], {}, options)
  }

  topicPermissions(name: string, options?: RequestOptions): Promise<TopicPermission[]> {
    return this.fetch(['users', name, 'topic-permissions'], {}, options)
  }

  /** Whom the credentials of this client belong to. */
  whoAmI(options?: RequestOptions): Promise<WhoAmI> {
    return this.fetch(['whoami'], {}, options)
  }

  /** Logins counted by protocol. */
  loginAttempts(node: string, options?: RequestOptions): Promise<LoginAttempts[]> {
    return this.fetch(['auth', 'attempts', node], {}, options)
  }
}
