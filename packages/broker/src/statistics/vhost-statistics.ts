/** What happened in a vhost, of which nothing is taken back when queues, channels or connections go. */

import type { Queue } from '../queue/queue.ts'
import type { QueueType } from '../queue/queue-type.ts'
import type { Exchange } from '../vhost/exchange.ts'
import type { BrokerStatistics } from './broker-statistics.ts'
import { addTo, DELIVERING_OFFSET, MESSAGE_STATS } from './counts.ts'
import type { History } from './history.ts'

export class VhostStatistics {
  /** By {@link MESSAGE_STATS}. */
  readonly totals: Float64Array = new Float64Array(MESSAGE_STATS.length)
  /** Bytes received from and sent to connections, those included that are gone. */
  receivedBytes = 0
  sentBytes = 0
  history: History | undefined
  readonly broker: BrokerStatistics

  constructor(broker: BrokerStatistics) {
    this.broker = broker
  }

  /** So many messages were published to an exchange and went to these queues. */
  published(exchange: Exchange, queues: readonly Queue[], count: number, confirms: boolean): void {
    const { totals, broker } = this
    totals[0] += count
    broker.totals[0] += count
    if (confirms) broker.receivedConfirm += count
    broker.routed += count * queues.length
    exchange.statistics.totals[0] += count
    exchange.statistics.totals[1] += count * queues.length
    for (const { statistics } of queues) statistics.totals[0] += count
    if (broker.keepsPairs) for (const { statistics } of queues) statistics.publishedFrom(exchange, count)
  }

  /** Messages were confirmed, returned or dropped. */
  answered(counts: Float64Array): void {
    addTo(this.totals, counts)
    addTo(this.broker.totals, counts)
  }

  /** Messages were taken from a queue, or acknowledged. */
  delivered(type: QueueType, counts: Float64Array): void {
    addTo(this.totals, counts, DELIVERING_OFFSET)
    addTo(this.broker.totals, counts, DELIVERING_OFFSET)
    addTo(this.broker.delivered[type], counts)
  }
}
