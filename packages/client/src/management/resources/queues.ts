import { type ListOptions, listQuery, type Page, type PageOptions, pageQuery } from '../pagination.ts'
import type { QueryValue, RequestOptions } from '../transport.ts'
import type { Binding } from '../types/exchange.ts'
import type { FetchedMessage, GetMessages, Queue, QueueDeclaration } from '../types/queue.ts'
import { Resource } from './resource.ts'

/** When a queue is to be deleted. */
export interface DeleteQueueOptions extends RequestOptions {
  /** Only without messages. @default false */
  readonly ifEmpty?: boolean
  /** Only without consumers. @default false */
  readonly ifUnused?: boolean
}

/** How queues are listed. */
export interface ListQueuesOptions extends ListOptions {
  /** Only what is declared and the three counts of messages: cheap for the broker, and up to date. @default false */
  readonly totalsOnly?: boolean
}

/** `/queues`. */
export class Queues extends Resource {
  /** Those of a vhost, or all that the user may see. */
  list(vhost?: string, options?: ListQueuesOptions): Promise<Queue[]> {
    return this.fetch(queuesPath(vhost), { ...listQuery(options), ...totalsQuery(options) }, options)
  }

  page(vhost?: string, options?: PageOptions & ListQueuesOptions): Promise<Page<Queue>> {
    return this.fetch(queuesPath(vhost), { ...pageQuery(options), ...totalsQuery(options) }, options)
  }

  /** Undefined when there is none. */
  find(vhost: string, name: string, options?: RequestOptions): Promise<Queue | undefined> {
    return this.fetchOptional(['queues', vhost, name], options)
  }

  /** Does nothing when it is there with the same properties. */
  async declare(vhost: string, name: string, queue: QueueDeclaration = {}, options?: RequestOptions): Promise<void> {
    await this.put(['queues', vhost, name], queue, options)
  }

  async delete(vhost: string, name: string, options: DeleteQueueOptions = {}): Promise<void> {
    const query = { 'if-empty': options.ifEmpty, 'if-unused': options.ifUnused }
    await this.remove(['queues', vhost, name], { query }, options)
  }

  /** Removes the messages that are ready. */
  async purge(vhost: string, name: string, options?: RequestOptions): Promise<void> {
    await this.remove(['queues', vhost, name, 'contents'], {}, options)
  }

  /** Fetches messages. Also with `requeue_true` they count as delivered, and are marked redelivered afterwards. */
  get(vhost: string, name: string, what: GetMessages = {}, options?: RequestOptions): Promise<FetchedMessage[]> {
    const body = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto', ...what }
    return this.send({ method: 'POST', path: ['queues', vhost, name, 'get'], body }, options)
  }

  /** What is bound to it, the implicit binding of the default exchange first. */
  bindings(vhost: string, name: string, options?: RequestOptions): Promise<Binding[]> {
    return this.fetch(['queues', vhost, name, 'bindings'], {}, options)
  }
}

function queuesPath(vhost: string | undefined): string[] {
  return vhost === undefined ? ['queues'] : ['queues', vhost]
}

function totalsQuery(options: ListQueuesOptions = {}): Record<string, QueryValue> {
  return options.totalsOnly ? { disable_stats: true, enable_queue_totals: true } : {}
}
