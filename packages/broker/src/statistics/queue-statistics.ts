/** What went into a queue and out of it since the broker started. */

import type { Exchange } from '../vhost/exchange.ts'
import { QUEUE_STATS } from './counts.ts'
import type { History } from './history.ts'

export class QueueStatistics {
  history: History | undefined
  /** When a sample last found that something had happened, in milliseconds since the epoch; 0 for never. */
  changedAt = 0
  /** How often, from 0 to 1, samples found that a message would be delivered at once; the last ones count more. */
  utilisation = 1
  #totals: Float64Array | undefined
  #exchanges: Map<Exchange, PairCounts> | undefined

  /** By {@link QUEUE_STATS}. Made when it is first asked for: most of many queues are idle. */
  get totals(): Float64Array {
    this.#totals ??= new Float64Array(QUEUE_STATS.length)
    return this.#totals
  }

  /** The same, unless nothing was counted yet. */
  get counted(): Float64Array | undefined {
    return this.#totals
  }

  /** How many messages came from which exchange, where that is kept. */
  get exchanges(): ReadonlyMap<Exchange, PairCounts> {
    return this.#exchanges ?? NO_PAIRS
  }

  publishedFrom(exchange: Exchange, count: number): void {
    this.#exchanges ??= new Map()
    let pair = this.#exchanges.get(exchange)
    if (pair === undefined) {
      for (const known of this.#exchanges.keys()) if (known.deleted) this.#exchanges.delete(known)
      pair = { totals: new Float64Array(1), history: undefined }
      this.#exchanges.set(exchange, pair)
    }
    pair.totals[0] += count
  }
}

/** What went from one object to another. */
export interface PairCounts {
  readonly totals: Float64Array
  history: History | undefined
}

const NO_PAIRS: ReadonlyMap<Exchange, PairCounts> = new Map()
