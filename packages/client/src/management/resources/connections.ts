import { type ListOptions, listQuery, type Page, type PageOptions, pageQuery } from '../pagination.ts'
import type { RequestOptions } from '../transport.ts'
import type { Channel, Connection, Consumer } from '../types/connection.ts'
import { Resource } from './resource.ts'

/** `/connections`. */
export class Connections extends Resource {
  /** Those of a vhost, or all that the user may see. */
  list(vhost?: string, options?: ListOptions): Promise<Connection[]> {
    return this.fetch(ofVhost('connections', vhost), listQuery(options), options)
  }

  page(options?: PageOptions): Promise<Page<Connection>> {
    return this.fetch(['connections'], pageQuery(options), options)
  }

  /** Undefined when there is none. */
  find(name: string, options?: RequestOptions): Promise<Connection | undefined> {
    return this.fetchOptional(['connections', name], options)
  }

  /** Those of one user. */
  ofUser(user: string, options?: RequestOptions): Promise<Connection[]> {
    return this.fetch(['connections', 'username', user], {}, options)
  }

  /** The client is told the reason. */
  async close(name: string, reason?: string, options?: RequestOptions): Promise<void> {
    await this.remove(['connections', name], { headers: reasonHeader(reason) }, options)
  }

  /** Also when the user is unknown or has none. */
  async closeOfUser(user: string, reason?: string, options?: RequestOptions): Promise<void> {
    await this.remove(['connections', 'username', user], { headers: reasonHeader(reason) }, options)
  }
}

/** `/channels`. */
export class Channels extends Resource {
  /** Those of a vhost, or all that the user may see. */
  list(vhost?: string, options?: ListOptions): Promise<Channel[]> {
    return this.fetch(ofVhost('channels', vhost), listQuery(options), options)
  }

  page(options?: PageOptions): Promise<Page<Channel>> {
    return this.fetch(['channels'], pageQuery(options), options)
  }

  /** Undefined when there is none. */
  find(name: string, options?: RequestOptions): Promise<Channel | undefined> {
    return this.fetchOptional(['channels', name], options)
  }
}

/** `/consumers`. */
export class Consumers extends Resource {
  /** Those of a vhost, or all that the user may see. */
  list(vhost?: string, options?: RequestOptions): Promise<Consumer[]> {
    return this.fetch(vhost === undefined ? ['consumers'] : ['consumers', vhost], {}, options)
  }
}

function ofVhost(kind: string, vhost: string | undefined): string[] {
  return vhost === undefined ? [kind] : ['vhosts', vhost, kind]
}

/** Headers carry bytes; what is beyond ASCII is replaced rather than refused. */
function reasonHeader(reason: string | undefined): Record<string, string> {
  return reason === undefined ? {} : { 'X-Reason': reason.replace(/[^\x20-\x7e]/g, '?') }
}
