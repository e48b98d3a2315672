/**
 * What a channel takes from one queue.
 *
 * Hot path (`npm run bench`): plain integers, moved to the totals now and then, so that they stay small ones.
 */

import type { Queue } from '../queue/queue.ts'
import { DELIVERING } from './counts.ts'
import type { History } from './history.ts'

export class DeliveryCounts {
  readonly queue: Queue
  /** Since the channel first used the queue, by {@link DELIVERING}. */
  readonly totals: Float64Array = new Float64Array(DELIVERING.length)
  /** The rest since they were last taken. */
  deliver = 0
  deliverNoAck = 0
  get = 0
  getNoAck = 0
  getEmpty = 0
  redeliver = 0
  ack = 0
  history: History | undefined = undefined

  constructor(queue: Queue) {
    this.queue = queue
  }

  /** Moves what was counted to `into`. Returns whether there was anything. */
  take(into: Float64Array): boolean {
    into[0] = this.deliver
    into[1] = this.deliverNoAck
    into[2] = this.get
    into[3] = this.getNoAck
    into[4] = this.getEmpty
    into[5] = this.redeliver
    into[6] = this.ack
    for (const count of into) if (count > 0) return this.#clear()
    return false
  }

  #clear(): true {
    this.deliver = 0
    this.deliverNoAck = 0
    this.get = 0
    this.getNoAck = 0
    this.getEmpty = 0
    this.redeliver = 0
    this.ack = 0
    return true
  }
}
