import type { RequestOptions, Transport } from '../transport.ts'
import type { Policy, PolicyDefinition } from '../types/policy.ts'
import { Resource } from './resource.ts'

/** `/policies` or `/operator-policies`. */
export class Policies extends Resource {
  readonly #kind: string

  constructor(transport: Transport, kind: 'policies' | 'operator-policies') {
    super(transport)
    this.#kind = kind
  }

  /** Those of a vhost, or all that the user may see. */
  list(vhost?: string, options?: RequestOptions): Promise<Policy[]> {
    return this.fetch(vhost === undefined ? [this.#kind] : [this.#kind, vhost], {}, options)
  }

  /** Undefined when there is none. */
  find(vhost: string, name: string, options?: RequestOptions): Promise<Policy | undefined> {
    return this.fetchOptional([this.#kind, vhost, name], options)
  }

  async set(vhost: string, name: string, policy: PolicyDefinition, options?: RequestOptions): Promise<void> {
    await this.put([this.#kind, vhost, name], { priority: 0, 'apply-to': 'all', ...policy }, options)
  }

  async delete(vhost: string, name: string, options?: RequestOptions): Promise<void> {
    await this.remove([this.#kind, vhost, name], {}, options)
  }
}
