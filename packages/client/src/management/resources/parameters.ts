import type { RequestOptions } from '../transport.ts'
import type { GlobalParameter, Parameter } from '../types/policy.ts'
import { Resource } from './resource.ts'

/** `/parameters`, `/global-parameters`. */
export class Parameters extends Resource {
  /** All that the user may see. */
  list(options?: RequestOptions): Promise<Parameter[]> {
    return this.fetch(['parameters'], {}, options)
  }

  async set(component: string, vhost: string, name: string, value: unknown, options?: RequestOptions): Promise<void> {
    await this.put(['parameters', component, vhost, name], { component, vhost, name, value }, options)
  }

  async delete(component: string, vhost: string, name: string, options?: RequestOptions): Promise<void> {
    await this.remove(['parameters', component, vhost, name], {}, options)
  }

  listGlobal(options?: RequestOptions): Promise<GlobalParameter[]> {
    return this.fetch(['global-parameters'], {}, options)
  }

  async setGlobal(name: string, value: unknown, options?: RequestOptions): Promise<void> {
    await this.put(['global-parameters', name], { name, value }, options)
  }

  async deleteGlobal(name: string, options?: RequestOptions): Promise<void> {
    await this.remove(['global-parameters', name], {}, options)
  }
}
