/** What AMQP connections need of the broker they belong to. */

import type { AccessVersion } from '../../access/access-version.ts'
import type { Authenticator } from '../../access/authenticator.ts'
import type { UserStore } from '../../access/user-store.ts'
import type { Alarms } from '../../alarms/alarms.ts'
import type { BlockedConnections } from '../../alarms/blocked-connections.ts'
import type { Clock, RandomSource } from '../../clock.ts'
import type { ResolvedBrokerOptions } from '../../config/options.ts'
import type { BrokerEvents } from '../../events/broker-events.ts'
import type { UserUsages } from '../../limits/user-limits.ts'
import type { Journal } from '../../log/journal.ts'
import type { MessageStore } from '../../log/message-store.ts'
import type { LogLimit } from '../../logging/log-limit.ts'
import type { Logger } from '../../logging/logger.ts'
import type { MetadataRecorder } from '../../metadata/metadata-recorder.ts'
import type { Turn } from '../../scheduler/turn.ts'
import type { BrokerStatistics } from '../../statistics/broker-statistics.ts'
import type { Vhost } from '../../vhost/vhost.ts'
import type { AmqpConnection } from './connection.ts'
import type { CreditDelay } from './credit-delay.ts'
import type { DeliveryTimeouts } from './delivery-timeouts.ts'

export interface AmqpServices {
  readonly options: ResolvedBrokerOptions
  readonly vhosts: ReadonlyMap<string, Vhost>
  readonly store: MessageStore
  readonly journal: Journal
  /** `undefined` where nothing is durable. */
  readonly metadata: MetadataRecorder | undefined
  readonly turn: Turn
  readonly creditDelay: CreditDelay
  readonly deliveryTimeouts: DeliveryTimeouts
  readonly clock: Clock
  readonly random: RandomSource
  readonly authenticator: Authenticator
  readonly accessVersion: AccessVersion
  readonly users: UserStore
  readonly usages: UserUsages
  readonly alarms: Pick<Alarms, 'active' | 'reason'>
  readonly blockedConnections: BlockedConnections
  readonly statistics: BrokerStatistics
  readonly events: BrokerEvents
  readonly logger: Logger
  /** For what clients cause who have not opened a connection. */
  readonly logLimit: LogLimit
  /** Connections that are not gone yet. */
  readonly connections: Set<AmqpConnection>
  /** A connection and all that belonged to it is gone. */
  connectionGone(connection: AmqpConnection): void
}
