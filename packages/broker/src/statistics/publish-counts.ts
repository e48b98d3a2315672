/**
 * What a channel publishes to one exchange.
 *
 * Hot path (`npm run bench`): plain integers, moved to the totals now and then, so that they stay small ones.
 */

import type { Exchange } from '../vhost/exchange.ts'
import { PUBLISHING } from './counts.ts'
import type { History } from './history.ts'

export class PublishCounts {
  readonly exchange: Exchange
  /** Since the channel opened, by {@link PUBLISHING}. */
  readonly totals: Float64Array = new Float64Array(PUBLISHING.length)
  /** Since they were last taken: messages confirmed, returned to the publisher, and dropped because no queue was bound. */
  confirmed = 0
  returned = 0
  dropped = 0
  history: History | undefined = undefined

  constructor(exchange: Exchange) {
    this.exchange = exchange
  }

  /** Moves what was counted to `into`. Returns whether there was anything. */
  take(into: Float64Array): boolean {
    if ((this.confirmed | this.returned | this.dropped) === 0) return false
    into[0] = 0
    into[1] = this.confirmed
    into[2] = this.returned
    into[3] = this.dropped
    this.confirmed = 0
    this.returned = 0
    this.dropped = 0
    return true
  }
}
