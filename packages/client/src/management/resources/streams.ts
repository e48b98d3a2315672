import type { QueryValue, RequestOptions } from '../transport.ts'
import type { EventStream, TapOptions } from '../types/stream.ts'
import { Resource } from './resource.ts'
import { searchQuery } from './search-query.ts'

/**
 * What flows and what happens, as it does. With WarrenMQ only; others reject with `NOT_FOUND`.
 *
 * Methods resolve when the stream is open; the time limit is for that alone.
 */
export class Streams extends Resource {
  /** Messages that pass an exchange; they go where they go. `''` is the default exchange. */
  tapExchange(vhost: string, name: string, what?: TapOptions, options?: RequestOptions): Promise<EventStream> {
    return this.stream(['exchanges', vhost, name || 'amq.default', 'tap'], tapQuery(what), options)
  }

  /** Messages that come to a queue; they stay there for its consumers. */
  tapQueue(vhost: string, name: string, what?: TapOptions, options?: RequestOptions): Promise<EventStream> {
    return this.stream(['queues', vhost, name, 'tap'], tapQuery(what), options)
  }

  /** Events with these names, in which `*` stands for anything. @param names all without any */
  events(names: readonly string[] = [], options?: RequestOptions): Promise<EventStream> {
    return this.stream(['events'], { events: names.length > 0 ? names : undefined }, options)
  }
}

function tapQuery({ routingKey, search, ...rest }: TapOptions = {}): Record<string, QueryValue> {
  return { ...searchQuery(search), routing_key: routingKey, ...rest }
}
