import { type ListOptions, listQuery } from '../pagination.ts'
import type { RequestOptions } from '../transport.ts'
import type { Arguments } from '../types/common.ts'
import type { Binding, BindingEnds } from '../types/exchange.ts'
import { Resource } from './resource.ts'

/** `/bindings`. */
export class Bindings extends Resource {
  /** Those of a vhost, or all that the user may see; the implicit ones of the default exchange too. */
  list(vhost?: string, options?: ListOptions): Promise<Binding[]> {
    return this.fetch(vhost === undefined ? ['bindings'] : ['bindings', vhost], listQuery(options), options)
  }

  /** Those between two ends. */
  between(ends: BindingEnds, options?: RequestOptions): Promise<Binding[]> {
    return this.fetch(endsPath(ends), {}, options)
  }

  async create(ends: BindingEnds, routingKey = '', args: Arguments = {}, options?: RequestOptions): Promise<void> {
    const body = { routing_key: routingKey, arguments: args }
    await this.send({ method: 'POST', path: endsPath(ends), body }, options)
  }

  /** `propertiesKey` as listed. */
  async delete(ends: BindingEnds, propertiesKey: string, options?: RequestOptions): Promise<void> {
    await this.remove([...endsPath(ends), propertiesKey], {}, options)
  }
}

function endsPath({ vhost, source, destination, destinationType = 'queue' }: BindingEnds): string[] {
  return ['bindings', vhost, 'e', source || 'amq.default', destinationType === 'queue' ? 'q' : 'e', destination]
}
