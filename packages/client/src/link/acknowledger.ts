/**
 * Puts acknowledgements of a channel together.
 *
 * Hot path (`benchmarks/src/clients`). As long as deliveries are settled in order, those of a tick need one `basic.ack` with `multiple`. One that is settled
 * out of order is acknowledged by itself at once, and remembered until all before it are settled.
 *
 *     settled and told │ settled, to be told │ open, but for what is in #ahead
 *                   #told                #settled
 */

import { TagRuns } from './tag-runs.ts'

/** Where acknowledgements go. */
export interface AckOutput {
  writeAck(deliveryTag: number, multiple: boolean): void
  /** Has `flush` called at the end of the tick. */
  scheduleAcks(): void
}

export class Acknowledger {
  readonly #output: AckOutput
  /** All deliveries up to this one are settled, and the broker knows. */
  #told = 0
  /** All deliveries up to this one are settled. */
  #settled = 0
  /** Settled deliveries behind the first that is not. The broker knows. */
  readonly #ahead = new TagRuns()

  constructor(output: AckOutput) {
    this.#output = output
  }

  /** Acknowledges a delivery. */
  acknowledge(deliveryTag: number): void {
    if (deliveryTag !== this.#settled + 1) {
      this.#output.writeAck(deliveryTag, false)
      this.#ahead.add(deliveryTag)
      return
    }
    if (this.#told === this.#settled) this.#output.scheduleAcks()
    this.#settled = deliveryTag
    // What is ahead has been told. A `multiple` must end at a delivery that is open, so it cannot reach over it.
    if (this.#ahead.runCount > 0) {
      this.flush()
      this.#passAhead()
    }
  }

  /** A delivery that needs no acknowledgement, or is settled in another way. */
  settled(deliveryTag: number): void {
    if (deliveryTag !== this.#settled + 1) {
      this.#ahead.add(deliveryTag)
      return
    }
    this.flush()
    this.#settled = deliveryTag
    this.#told = deliveryTag
    this.#passAhead()
  }

  /** Tells the broker of what is settled. */
  flush(): void {
    const count = this.#settled - this.#told
    if (count === 0) return
    this.#output.writeAck(this.#settled, count > 1)
    this.#told = this.#settled
  }

  #passAhead(): void {
    this.#settled = this.#ahead.takeFrom(this.#settled + 1)
    this.#told = this.#settled
  }
}
