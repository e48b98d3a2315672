/** What the metrics are given of the broker. */

import type { BrokerAlarms } from '../alarms/broker-alarms.ts'
import type { ResourceMonitor } from '../alarms/resource-monitor.ts'
import type { BrokerStorage } from '../broker.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { Logger } from '../logging/logger.ts'
import type { AmqpConnection } from '../protocols/amqp/connection.ts'
import type { BrokerStatistics } from '../statistics/broker-statistics.ts'
import type { Sampler } from '../statistics/sampler.ts'
import type { Vhost } from '../vhost/vhost.ts'

export interface PrometheusParts {
  readonly options: ResolvedBrokerOptions
  /** Name of this broker: `warren@host`. */
  readonly nodeName: string
  readonly logger: Logger
  readonly vhosts: ReadonlyMap<string, Vhost>
  readonly connections: ReadonlySet<AmqpConnection>
  readonly statistics: BrokerStatistics
  readonly figures: Sampler
  readonly alarms: BrokerAlarms
  readonly monitor: Pick<ResourceMonitor, 'memoryUsed' | 'diskFree'>
  /** `undefined` for a broker that keeps nothing. */
  readonly storage: BrokerStorage | undefined
}
