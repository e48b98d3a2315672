import type { RequestOptions } from '../transport.ts'
import type {
  BrowsedMessages,
  BrowseMessages,
  MovedMessages,
  MoveMessages,
  QueuedMessage,
  RedriveMessages,
  RedrivenMessages,
} from '../types/message.ts'
import { Resource } from './resource.ts'
import { searchQuery } from './search-query.ts'

/** Single messages of a queue: `/queues/<vhost>/<queue>/messages`. With WarrenMQ only; others reject with `NOT_FOUND`. */
export class Messages extends Resource {
  /** Looks at messages, which stay where they are. */
  browse(
    vhost: string,
    queue: string,
    { search, ...rest }: BrowseMessages = {},
    options?: RequestOptions,
  ): Promise<BrowsedMessages> {
    return this.fetch(messagesPath(vhost, queue), { ...rest, ...searchQuery(search) }, options)
  }

  /** One with all of its payload; undefined when it is not there. */
  find(vhost: string, queue: string, id: number, options?: RequestOptions): Promise<QueuedMessage | undefined> {
    return this.fetchOptional([...messagesPath(vhost, queue), String(id)], options)
  }

  /** Removes one, also from the hands of a consumer. */
  async delete(vhost: string, queue: string, id: number, options?: RequestOptions): Promise<void> {
    await this.remove([...messagesPath(vhost, queue), String(id)], {}, options)
  }

  /** Moves messages to another queue, or publishes and removes them: all of them or none. */
  move(vhost: string, queue: string, what: MoveMessages, options?: RequestOptions): Promise<MovedMessages> {
    return this.send({ method: 'POST', path: [...messagesPath(vhost, queue), 'move'], body: what }, options)
  }

  /** Sends messages of a dead-letter queue back to the queues in which they died. */
  redrive(
    vhost: string,
    queue: string,
    how: RedriveMessages = {},
    options?: RequestOptions,
  ): Promise<RedrivenMessages> {
    return this.send({ method: 'POST', path: ['queues', vhost, queue, 'redrive'], body: how }, options)
  }
}

function messagesPath(vhost: string, queue: string): string[] {
  return ['queues', vhost, queue, 'messages']
}
