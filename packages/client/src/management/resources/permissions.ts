import type { RequestOptions } from '../transport.ts'
import type { Permission, Rights, TopicPermission, TopicRights } from '../types/access.ts'
import { Resource } from './resource.ts'

/** `/permissions`, `/topic-permissions`. */
export class Permissions extends Resource {
  list(options?: RequestOptions): Promise<Permission[]> {
    return this.fetch(['permissions'], {}, options)
  }

  async set(vhost: string, user: string, rights: Rights, options?: RequestOptions): Promise<void> {
    await this.put(['permissions', vhost, user], rights, options)
  }

  async delete(vhost: string, user: string, options?: RequestOptions): Promise<void> {
    await this.remove(['permissions', vhost, user], {}, options)
  }

  listTopics(options?: RequestOptions): Promise<TopicPermission[]> {
    return this.fetch(['topic-permissions'], {}, options)
  }

  async setTopic(vhost: string, user: string, rights: TopicRights, options?: RequestOptions): Promise<void> {
    await this.put(['topic-permissions', vhost, user], rights, options)
  }

  /** Those on one exchange, or all of a user in a vhost. */
  async deleteTopic(vhost: string, user: string, exchange?: string, options?: RequestOptions): Promise<void> {
    const path = ['topic-permissions', vhost, user]
    await this.remove(exchange === undefined ? path : [...path, exchange], {}, options)
  }
}
