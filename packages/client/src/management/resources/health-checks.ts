import { isManagementError } from '../errors.ts'
import type { RequestOptions } from '../transport.ts'
import type { HealthCheck } from '../types/node.ts'
import { Resource } from './resource.ts'

/** `/health/checks`. A check that fails resolves to what it found; only a broker that cannot be asked rejects. */
export class HealthChecks extends Resource {
  /** Alarms anywhere in the cluster. */
  alarms(options?: RequestOptions): Promise<HealthCheck> {
    return this.#check(['alarms'], options)
  }

  /** Alarms of the node that is asked. */
  localAlarms(options?: RequestOptions): Promise<HealthCheck> {
    return this.#check(['local-alarms'], options)
  }

  virtualHosts(options?: RequestOptions): Promise<HealthCheck> {
    return this.#check(['virtual-hosts'], options)
  }

  portListener(port: number, options?: RequestOptions): Promise<HealthCheck> {
    return this.#check(['port-listener', String(port)], options)
  }

  protocolListener(protocol: string, options?: RequestOptions): Promise<HealthCheck> {
    return this.#check(['protocol-listener', protocol], options)
  }

  /** Whether a certificate of a listener expires within so much time. */
  certificateExpiration(
    within: number,
    unit: 'days' | 'weeks' | 'months' | 'years',
    options?: RequestOptions,
  ): Promise<HealthCheck> {
    return this.#check(['certificate-expiration', String(within), unit], options)
  }

  nodeIsQuorumCritical(options?: RequestOptions): Promise<HealthCheck> {
    return this.#check(['node-is-quorum-critical'], options)
  }

  nodeIsMirrorSyncCritical(options?: RequestOptions): Promise<HealthCheck> {
    return this.#check(['node-is-mirror-sync-critical'], options)
  }

  async #check(path: readonly string[], options?: RequestOptions): Promise<HealthCheck> {
    try {
      return await this.fetch<HealthCheck>(['health', 'checks', ...path], {}, options)
    } catch (error) {
      if (isManagementError(error, 'CHECK_FAILED')) return error.body as HealthCheck
      throw error
    }
  }
}
