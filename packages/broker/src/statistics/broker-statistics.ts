/** What happened in a broker since it started. Nothing here ever falls but the number of publishers. */

import { QueueType } from '../queue/queue-type.ts'
import { DELIVERING, MESSAGE_STATS } from './counts.ts'
import { AllDeathCounts } from './death-counts.ts'
import type { History } from './history.ts'

/** What was opened, closed, made and deleted. */
export class Churn {
  connection_created = 0
  connection_closed = 0
  channel_created = 0
  channel_closed = 0
  /** Queues declared, those included that were there already. */
  queue_declared = 0
  queue_created = 0
  queue_deleted = 0
}

/** Logins by one protocol. */
export interface LoginCounts {
  succeeded: number
  failed: number
}

export class BrokerStatistics {
  /** By {@link MESSAGE_STATS}. */
  readonly totals: Float64Array = new Float64Array(MESSAGE_STATS.length)
  /** By {@link DELIVERING}. */
  readonly delivered: { readonly [Type in QueueType]: Float64Array } = {
    [QueueType.classic]: new Float64Array(DELIVERING.length),
    [QueueType.quorum]: new Float64Array(DELIVERING.length),
  }
  /** Messages published on channels in confirm mode. */
  receivedConfirm = 0
  /** Copies of messages put in queues by publishers. */
  routed = 0
  /** Channels that have published. */
  publishers = 0
  /** Messages read from disk, and written to it. */
  diskReads = 0
  diskWrites = 0
  history: History | undefined
  readonly churn: Churn = new Churn()
  readonly deaths: AllDeathCounts = new AllDeathCounts()
  readonly logins: Map<string, LoginCounts> = new Map()
  /** Whether it is counted what went from which exchange to which queue (`rates_mode` detailed). @default false */
  keepsPairs = false

  /** Somebody tried to log in, by `amqp091` or `http`. */
  loggedIn(protocol: string, succeeded: boolean): void {
    let counts = this.logins.get(protocol)
    if (counts === undefined) {
      counts = { succeeded: 0, failed: 0 }
      this.logins.set(protocol, counts)
    }
    if (succeeded) counts.succeeded++
    else counts.failed++
  }
}
