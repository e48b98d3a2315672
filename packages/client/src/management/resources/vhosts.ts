import type { RequestOptions } from '../transport.ts'
import type { Permission, TopicPermission, Vhost, VhostDefinition } from '../types/access.ts'
import { Resource } from './resource.ts'

/** `/vhosts`. */
export class Vhosts extends Resource {
  list(options?: RequestOptions): Promise<Vhost[]> {
    return this.fetch(['vhosts'], {}, options)
  }

  /** Undefined when there is none. */
  find(name: string, options?: RequestOptions): Promise<Vhost | undefined> {
    return this.fetchOptional(['vhosts', name], options)
  }

  /** Makes a vhost, or changes what is said of one. RabbitMQ gives the user who asks all rights in a new one. */
  async set(name: string, definition: VhostDefinition = {}, options?: RequestOptions): Promise<void> {
    const { description, tags, defaultQueueType, tracing } = definition
    const body = {
      description,
      tags: tags?.join(','),
      // RabbitMQ 3.10 reads the second spelling, newer ones the first.
      default_queue_type: defaultQueueType,
      defaultqueuetype: defaultQueueType,
      tracing,
    }
    await this.put(['vhosts', name], body, options)
  }

  /** With everything in it. */
  async delete(name: string, options?: RequestOptions): Promise<void> {
    await this.remove(['vhosts', name], {}, options)
  }

  permissions(name: string, options?: RequestOptions): Promise<Permission[]> {
    return this.fetch(['vhosts', name, 'permissions'], {}, options)
  }

  topicPermissions(name: string, options?: RequestOptions): Promise<TopicPermission[]> {
    return this.fetch(['vhosts', name, 'topic-permissions'], {}, options)
  }
}
