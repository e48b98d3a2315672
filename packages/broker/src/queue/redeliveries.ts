/**
 * How often messages of a queue came back, what follows from that, and those that wait before they are delivered again.
 *
 * A quorum queue counts; so does any queue with delayed retries. A delivery *failed* when the client rejected it or was lost; one that it
 * returned (`basic.nack`, `basic.recover`) did not. Failed deliveries count against the delivery limit and lengthen the wait.
 */

import { type FieldTable, typed, withHeaders } from '@warrenmq/codec'
import { DelayedHeap, type DelayedMessage } from './delayed-heap.ts'
import { ExpiryTimer } from './expiry-timer.ts'
import type { Message } from './message.ts'
import { replaceHeaderPayload } from './message-header.ts'
import type { Queue } from './queue.ts'
import type { QueueEnvironment } from './queue-environment.ts'
import type { QueueFeatures } from './queue-features.ts'
import type { PositionSource } from './release-list.ts'

/** Most messages whose wait ends before other work gets its turn. */
const DUE_PER_TURN = 4096

/** What becomes of a message that came back. */
export type Fate = 'ready' | 'waits' | 'dies'

/** How often a message came back. */
export interface Returns {
  /** Times it came back. */
  readonly acquired: number
  /** Times it came back because its delivery failed. */
  readonly failed: number
}

const NEVER: Returns = { acquired: 0, failed: 0 }

/** Whether a queue with these features has to count what comes back. */
export function countsReturns(features: QueueFeatures): boolean {
  return features.deliveryLimit !== undefined || delaysRetries(features)
}

/** Whether messages wait before they are delivered again. */
export function delaysRetries({ delayedRetryType, delayedRetryMinMs }: QueueFeatures): boolean {
  return delayedRetryType !== undefined && delayedRetryType !== 'disabled' && delayedRetryMinMs !== undefined
}

export class Redeliveries {
  readonly #queue: Queue
  readonly #environment: QueueEnvironment
  readonly #comeBack: (position: number, sequence: number) => void
  readonly #returns = new Map<number, Returns>()
  #waiting = new DelayedHeap()
  readonly #timer: ExpiryTimer

  /** `comeBack` takes a message to its place whose wait is over. */
  constructor(queue: Queue, environment: QueueEnvironment, comeBack: (position: number, sequence: number) => void) {
    this.#queue = queue
    this.#environment = environment
    this.#comeBack = comeBack
    this.#timer = new ExpiryTimer(environment.clock, () => this.#endWaits())
  }

  /** Messages that wait. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  /** Messages that wait, in no order. */
  waiting(): readonly DelayedMessage[] {
    return this.#waiting.entries
  }

  /** Takes a message out that waits. Returns whether it does. */
  removeWaiting(sequence: number): boolean {
    return this.#waiting.remove(sequence)
  }

  get returns(): ReadonlyMap<number, Returns> {
    return this.#returns
  }

  /** Takes over counts from before the broker was started anew. */
  restore(returns: ReadonlyMap<number, Returns>): void {
    for (const [sequence, counts] of returns) this.#returns.set(sequence, counts)
  }

  /** Counts a message that came back, and keeps it here if it `waits`. */
  giveBack(position: number, sequence: number, failed: boolean): Fate {
    const { features } = this.#queue
    const before = this.#returns.get(sequence) ?? NEVER
    const returns = { acquired: before.acquired + 1, failed: before.failed + (failed ? 1 : 0) }
    const { deliveryLimit } = features
    if (deliveryLimit !== undefined && deliveryLimit >= 0 && returns.failed > deliveryLimit) return 'dies'
    this.#returns.set(sequence, returns)
    if (this.#environment.store.isLogged(position)) {
      this.#queue.log?.returned(sequence, returns.acquired, returns.failed)
    }
    const delay = retryDelay(features, failed, returns.failed)
    if (delay === 0) return 'ready'
    const dueAt = this.#environment.clock.now() + delay
    this.#waiting.push({ dueAt, sequence, position })
    this.#timer.set(dueAt)
    return 'waits'
  }

  /** A message is gone. */
  forget(sequence: number): void {
    this.#returns.delete(sequence)
  }

  /** Writes into `message`, which is delivered again, how often it came back; what the publisher wrote there is replaced. */
  stamp(message: Message, sequence: number): void {
    const returns = this.#returns.get(sequence)
    if (returns === undefined) return
    const changes: FieldTable = {
      'x-acquired-count': typed('l', returns.acquired),
      'x-delivery-count': returns.failed === 0 ? undefined : typed('l', returns.failed),
    }
    const { bytes, headerPayloadStart, headerPayloadEnd } = message
    replaceHeaderPayload(message, withHeaders(bytes, headerPayloadStart, headerPayloadEnd, changes))
  }

  /** Gives all that wait away; `forget` hears of each as it goes. */
  takeWaiting(forget: (sequence: number) => void): PositionSource {
    const waiting = this.#waiting
    this.#waiting = new DelayedHeap()
    this.#timer.clear()
    return {
      get length() {
        return waiting.length
      },
      shift() {
        const { sequence, position } = waiting.shift()
        forget(sequence)
        return position
      },
    }
  }

  close(): void {
    this.#timer.clear()
    this.#returns.clear()
  }

  #endWaits(): void {
    const now = this.#environment.clock.now()
    let budget = DUE_PER_TURN
    let next: DelayedMessage | undefined = this.#waiting.first
    for (; next !== undefined && next.dueAt <= now && budget-- > 0; next = this.#waiting.first) {
      const { position, sequence } = this.#waiting.shift()
      this.#comeBack(position, sequence)
    }
    if (next !== undefined) this.#timer.set(next.dueAt)
  }
}

/** How long a message waits that came back, in milliseconds. */
function retryDelay(features: QueueFeatures, failed: boolean, failures: number): number {
  if (!delaysRetries(features)) return 0
  const { delayedRetryType, delayedRetryMinMs = 0, delayedRetryMaxMs = Infinity } = features
  if (delayedRetryType === (failed ? 'returned' : 'failed')) return 0
  return Math.min(delayedRetryMinMs * Math.max(1, failures), Math.max(delayedRetryMinMs, delayedRetryMaxMs))
}
