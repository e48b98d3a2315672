import { type ListOptions, listQuery, type Page, type PageOptions, pageQuery } from '../pagination.ts'
import type { RequestOptions } from '../transport.ts'
import type { Exchange, ExchangeDeclaration, PublishMessage } from '../types/exchange.ts'
import type { ExplainedMessage, ExplainedRoute } from '../types/route.ts'
import { Resource } from './resource.ts'

/** When an exchange is to be deleted. */
export interface DeleteExchangeOptions extends RequestOptions {
  /** Only without bindings. @default false */
  readonly ifUnused?: boolean
}

/** `/exchanges`. The default exchange is called `amq.default` in paths. */
export class Exchanges extends Resource {
  /** Those of a vhost, or all that the user may see. */
  list(vhost?: string, options?: ListOptions): Promise<Exchange[]> {
    return this.fetch(exchangesPath(vhost), listQuery(options), options)
  }

  page(vhost?: string, options?: PageOptions): Promise<Page<Exchange>> {
    return this.fetch(exchangesPath(vhost), pageQuery(options), options)
  }

  /** Undefined when there is none. */
  find(vhost: string, name: string, options?: RequestOptions): Promise<Exchange | undefined> {
    return this.fetchOptional(['exchanges', vhost, name || 'amq.default'], options)
  }

  /** Does nothing when it is there with the same properties. */
  async declare(vhost: string, name: string, exchange: ExchangeDeclaration, options?: RequestOptions): Promise<void> {
    await this.put(['exchanges', vhost, name], exchange, options)
  }

  async delete(vhost: string, name: string, options: DeleteExchangeOptions = {}): Promise<void> {
    await this.remove(['exchanges', vhost, name], { query: { 'if-unused': options.ifUnused } }, options)
  }

  /** Publishes one message; resolves to whether any queue got it. `''` is the default exchange. */
  async publish(vhost: string, name: string, message: PublishMessage, options?: RequestOptions): Promise<boolean> {
    const body = { properties: {}, payload_encoding: 'string', ...message }
    const path = ['exchanges', vhost, name || 'amq.default', 'publish']
    return (await this.send<{ routed: boolean }>({ method: 'POST', path, body }, options)).routed
  }

  /** Where a message would go and why; none is published. `''` is the default exchange. With WarrenMQ only. */
  explain(vhost: string, name: string, message: ExplainedMessage, options?: RequestOptions): Promise<ExplainedRoute> {
    const path = ['exchanges', vhost, name || 'amq.default', 'explain']
    return this.send({ method: 'POST', path, body: message }, options)
  }
}

function exchangesPath(vhost: string | undefined): string[] {
  return vhost === undefined ? ['exchanges'] : ['exchanges', vhost]
}
