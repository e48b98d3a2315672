/** What the management API is given of the broker. */

import type { AccessVersion } from '../access/access-version.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { PasswordHash } from '../access/password.ts'
import type { User, UserStore } from '../access/user-store.ts'
import type { Administration } from '../administration/administration.ts'
import type { BrokerAlarms } from '../alarms/broker-alarms.ts'
import type { ResourceMonitor } from '../alarms/resource-monitor.ts'
import type { BrokerStorage } from '../broker.ts'
import type { Clock, RandomSource } from '../clock.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import type { BrokerEvents } from '../events/broker-events.ts'
import type { Journal } from '../log/journal.ts'
import type { MessageStore } from '../log/message-store.ts'
import type { LogLimit } from '../logging/log-limit.ts'
import type { Logger } from '../logging/logger.ts'
import type { MetadataRecorder } from '../metadata/metadata-recorder.ts'
import type { ListenerInfo } from '../net/open-listeners.ts'
import type { GlobalParameters } from '../parameters/global-parameters.ts'
import type { AmqpConnection } from '../protocols/amqp/connection.ts'
import type { BrokerStatistics } from '../statistics/broker-statistics.ts'
import type { Sampler } from '../statistics/sampler.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { Sessions } from './sessions.ts'

/** What the broker gives. */
export interface BrokerParts {
  readonly options: ResolvedBrokerOptions
  /** Name of this broker: `warren@host`. */
  readonly nodeName: string
  readonly clock: Clock
  readonly random: RandomSource
  readonly logger: Logger
  readonly logLimit: LogLimit
  readonly authenticator: Authenticator
  readonly accessVersion: AccessVersion
  readonly users: UserStore
  readonly vhosts: ReadonlyMap<string, Vhost>
  readonly connections: ReadonlySet<AmqpConnection>
  readonly alarms: BrokerAlarms
  readonly globalParameters: GlobalParameters
  readonly admin: Administration
  /** The user's password hash; that of the configured password is made for it. */
  passwordToExport(user: User): Promise<PasswordHash>
  readonly events: BrokerEvents
  readonly store: MessageStore
  readonly journal: Journal
  /** `undefined` where nothing is durable. */
  readonly metadata: MetadataRecorder | undefined
  /** All listeners of the broker, those of this API included. */
  readonly listeners: readonly ListenerInfo[]
  /** What is counted, and samples of it. */
  readonly statistics: BrokerStatistics
  readonly figures: Sampler
  /** What the machine has of memory and disk. */
  readonly monitor: Pick<ResourceMonitor, 'memoryUsed' | 'diskFree'>
  /** `undefined` for a broker that keeps nothing. */
  readonly storage: BrokerStorage | undefined
  /** Ends the broker in order. */
  shutDown(): void
}

/** The same with what belongs to the API. */
export interface ManagementParts extends BrokerParts {
  readonly sessions: Sessions
  /** What all paths of the API begin with. */
  readonly cookiePath: string
}
