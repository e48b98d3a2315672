/** What went into a queue and out of it since the broker started. */

import type { Exchange } from '../vhost/exchange.ts'
import { QUEUE_STATS } from './counts.ts'

export class QueueStatistics {
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
      pair = { totals: new Float64Array(1) }
      this.#exchanges.set(exchange, pair)
    }
    pair.totals[0] += count
  }
}

/** What went from one object to another. */
export interface PairCounts {
  readonly totals: Float64Array
}

const NO_PAIRS: ReadonlyMap<Exchange, PairCounts> = new Map()
