/** What clients published to an exchange, and how many copies of that reached queues. */

import { EXCHANGE_STATS } from './counts.ts'
import type { History } from './history.ts'

export class ExchangeStatistics {
  history: History | undefined
  #totals: Float64Array | undefined

  /** By {@link EXCHANGE_STATS}. Made when it is first asked for. */
  get totals(): Float64Array {
    this.#totals ??= new Float64Array(EXCHANGE_STATS.length)
    return this.#totals
  }

  /** The same, unless nothing was counted yet. */
  get counted(): Float64Array | undefined {
    return this.#totals
  }
}
