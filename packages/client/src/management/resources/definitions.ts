import type { RequestOptions } from '../transport.ts'
import type { Definitions } from '../types/policy.ts'
import { Resource } from './resource.ts'

/** `/definitions`. */
export class DefinitionsResource extends Resource {
  /** Of everything, or of one vhost. Messages are no part of it. */
  export(vhost?: string, options?: RequestOptions): Promise<Definitions> {
    return this.fetch(definitionsPath(vhost), {}, options)
  }

  /** Adds to what is there and changes it; removes nothing. */
  async import(definitions: Definitions, vhost?: string, options?: RequestOptions): Promise<void> {
    await this.send({ method: 'POST', path: definitionsPath(vhost), body: definitions }, options)
  }
}

function definitionsPath(vhost: string | undefined): string[] {
  return vhost === undefined ? ['definitions'] : ['definitions', vhost]
}
