import type { RequestOptions } from '../transport.ts'
import type { UserLimits, VhostLimits } from '../types/access.ts'
import { Resource } from './resource.ts'

/** `/vhost-limits`, `/user-limits`. */
export class Limits extends Resource {
  /** Those of one vhost, or of all that have any. */
  ofVhosts(vhost?: string, options?: RequestOptions): Promise<VhostLimits[]> {
    return this.fetch(vhost === undefined ? ['vhost-limits'] : ['vhost-limits', vhost], {}, options)
  }

  /** `limit` is `max-connections` or `max-queues`; -1 is no limit. */
  async setOfVhost(vhost: string, limit: string, value: unknown, options?: RequestOptions): Promise<void> {
    await this.put(['vhost-limits', vhost, limit], { value }, options)
  }

  async deleteOfVhost(vhost: string, limit: string, options?: RequestOptions): Promise<void> {
    await this.remove(['vhost-limits', vhost, limit], {}, options)
  }

  /** Those of one user, or of all that have any. */
  ofUsers(user?: string, options?: RequestOptions): Promise<UserLimits[]> {
    return this.fetch(user === undefined ? ['user-limits'] : ['user-limits', user], {}, options)
  }

  /** `limit` is `max-connections` or `max-channels`; -1 is no limit. */
  async setOfUser(user: string, limit: string, value: unknown, options?: RequestOptions): Promise<void> {
    await this.put(['user-limits', user, limit], { value }, options)
  }

  async deleteOfUser(user: string, limit: string, options?: RequestOptions): Promise<void> {
    await this.remove(['user-limits', user, limit], {}, options)
  }
}
