import type { RequestOptions } from '../transport.ts'
import type { FeatureFlag, Node, NodeMemory, Overview } from '../types/node.ts'
import { Resource } from './resource.ts'

/** `/overview`, `/nodes`, `/cluster-name`, `/feature-flags`. */
export class Nodes extends Resource {
  overview(options?: RequestOptions): Promise<Overview> {
    return this.fetch(['overview'], {}, options)
  }

  list(options?: RequestOptions): Promise<Node[]> {
    return this.fetch(['nodes'], {}, options)
  }

  /** Bytes by use. */
  memory(name: string, options?: RequestOptions): Promise<NodeMemory> {
    return this.fetch(['nodes', name, 'memory'], {}, options)
  }

  /** Stops a broker in order. WarrenMQ only; RabbitMQ answers with `NOT_FOUND`. */
  async shutDown(name: string, options?: RequestOptions): Promise<void> {
    await this.send({ method: 'POST', path: ['nodes', name, 'shutdown'], body: {} }, options)
  }

  async clusterName(options?: RequestOptions): Promise<string> {
    return (await this.fetch<{ name: string }>(['cluster-name'], {}, options)).name
  }

  async setClusterName(name: string, options?: RequestOptions): Promise<void> {
    await this.put(['cluster-name'], { name }, options)
  }

  featureFlags(options?: RequestOptions): Promise<FeatureFlag[]> {
    return this.fetch(['feature-flags'], {}, options)
  }

  async enableFeatureFlag(name: string, options?: RequestOptions): Promise<void> {
    await this.put(['feature-flags', name, 'enable'], { name }, options)
  }
}
