/** What a vhost needs of the broker it belongs to. */

import type { Clock } from '../clock.ts'
import type { BrokerEvents } from '../events/broker-events.ts'
import type { TopologyLimits } from '../limits/topology-limits.ts'
import type { Journal } from '../log/journal.ts'
import type { MessageStore } from '../log/message-store.ts'
import type { Logger } from '../logging/logger.ts'
import type { Queue } from '../queue/queue.ts'
import type { Turn } from '../scheduler/turn.ts'
import type { BrokerStatistics } from '../statistics/broker-statistics.ts'

export interface VhostServices {
  readonly store: MessageStore
  /** Records what must survive a restart. */
  readonly journal: Journal
  readonly turn: Turn
  readonly clock: Clock
  readonly logger: Logger
  /** Numbers from 0 to below 1, for exchanges that choose by chance. */
  readonly chance: () => number
  readonly limits: TopologyLimits
  readonly statistics: BrokerStatistics
  readonly events: BrokerEvents
  /** Sequence numbers of a queue's messages that are in somebody's hands; see `QueueEnvironment`. */
  readonly handedOut: (queue: Queue) => number[]
}
