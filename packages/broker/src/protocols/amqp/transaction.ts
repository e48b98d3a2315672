/**
 * What a transactional channel holds back until `tx.commit`: publishes, already routed, and settlements.
 */

import type { MessageStore } from '../../log/message-store.ts'
import { Message } from '../../queue/message.ts'
import type { Queue } from '../../queue/queue.ts'
import type { ChannelStatistics } from '../../statistics/channel-statistics.ts'
import type { PublishCounts } from '../../statistics/publish-counts.ts'
import type { EffectiveRoute } from '../../vhost/vhost-routing.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { UnackedMessage } from './unacked.ts'

/**
 * What becomes of a message in the client's hands: done with; returned to its queue; back there because its delivery failed; or refused
 * for good.
 */
export type Outcome = 'ack' | 'return' | 'fail' | 'reject'

/** How messages in the client's hands are to end. */
export interface HeldSettlement {
  readonly messages: readonly UnackedMessage[]
  readonly outcome: Outcome
}

interface HeldPublish {
  readonly position: number
  /** Where it goes. Found out at commit when routing it changes something. */
  queues: readonly Queue[]
  readonly route: LateRoute | undefined
  refused: () => void
  /** Whether it is to be returned when no queue gets it. */
  mandatory: boolean
  /** Whether an exchange keeps the message, so that one without queues is not unroutable. */
  heldBack: boolean
  readonly counts: PublishCounts
}

function ignore(): void {}

/** Routes a message whose route is `effective`. */
type LateRoute = (message: Message) => EffectiveRoute

/** What a publish takes beside its bytes, about. */
const PUBLISH_SIZE = 128

export class Transaction {
  readonly #store: MessageStore
  readonly #held: HeldBytes
  readonly #queues: ReadonlyMap<string, Queue>
  readonly #statistics: ChannelStatistics
  readonly #message = new Message()
  #heldBytes = 0
  #publishes: HeldPublish[] = []
  #settlements: HeldSettlement[] = []
  /** Publishes that reach no queue, of which nothing is held. */
  #dropped = new Map<PublishCounts, number>()

  /**
   * @param held Counts what the publishes take.
   * @param queues Those of the vhost, by name.
   * @param statistics Count what is committed.
   */
  constructor(store: MessageStore, held: HeldBytes, queues: ReadonlyMap<string, Queue>, statistics: ChannelStatistics) {
    this.#store = store
    this.#held = held
    this.#queues = queues
    this.#statistics = statistics
  }

  publish(message: Message, queues: readonly Queue[], mandatory: boolean, counts: PublishCounts): void {
    if (queues.length === 0 && !mandatory) {
      this.#dropped.set(counts, (this.#dropped.get(counts) ?? 0) + 1)
      return
    }
    this.#hold(message, {
      position: this.#store.keep(message),
      queues: [...queues],
      route: undefined,
      refused: ignore,
      mandatory,
      heldBack: false,
      counts,
    })
  }

  /** Holds a message that is routed when the transaction is committed. */
  publishRouted(message: Message, route: LateRoute, mandatory: boolean, counts: PublishCounts): void {
    const position = this.#store.keep(message)
    this.#hold(message, { position, queues: [], route, refused: ignore, mandatory, heldBack: false, counts })
  }

  #hold(message: Message, publish: HeldPublish): void {
    this.#publishes.push(publish)
    const bytes = message.end - message.routeStart + PUBLISH_SIZE
    this.#heldBytes += bytes
    this.#held.add(bytes)
  }

  /** Publishes and settlements that wait for the commit. */
  get heldCounts(): { readonly publishes: number; readonly settlements: number } {
    const settlements = this.#settlements.reduce((sum, { messages }) => sum + messages.length, 0)
    return { publishes: this.#publishes.length, settlements }
  }

  settle(settlement: HeldSettlement): void {
    this.#settlements.push(settlement)
  }

  /** Messages whose settlement is held, oldest settlement first. */
  heldMessages(): UnackedMessage[] {
    return this.#settlements.flatMap((settlement) => settlement.messages)
  }

  /**
   * Carries everything out: publishes in their order, then settlements; `returnMessage` hears of those that went unroutable. Returns
   * `false` when a queue refused a message.
   */
  commit(returnMessage: (message: Message) => void, settle: (settlement: HeldSettlement) => void): boolean {
    const publishes = this.#publishes
    const settlements = this.#settlements
    this.#countDropped()
    this.#clear()
    let complete = true
    for (const publish of publishes) {
      const { position } = publish
      if (publish.route !== undefined) this.#routeLate(publish, publish.route)
      else if (publish.queues.some((queue) => queue.deleted)) publish.queues = this.#replaceDeleted(publish.queues)
      this.#count(publish)
      let place = position
      for (const queue of publish.queues) {
        // Read anew for each: what a queue does with a message may use the store.
        this.#store.read(place, this.#message)
        if (!queue.deleted && !queue.publish(this.#message)) {
          complete = false
          publish.refused()
        }
        // Where a queue has it in the log, the next ones need only refer to it.
        const { position: kept } = this.#message
        if (kept >= 0 && this.#store.isLogged(kept)) place = kept
      }
    }
    for (const settlement of settlements) settle(settlement)
    for (const { position, queues, mandatory } of publishes) {
      if (queues.length === 0 && mandatory) {
        this.#store.read(position, this.#message)
        returnMessage(this.#message)
      }
      this.#store.release(position)
    }
    return complete
  }

  #routeLate(publish: HeldPublish, route: LateRoute): void {
    this.#store.read(publish.position, this.#message)
    const found = route(this.#message)
    publish.queues = found.queues
    publish.refused = found.refused
    publish.heldBack = found.heldBack
    if (found.heldBack) publish.mandatory = false
  }

  /** A message was routed to names: one may have another queue by now, or none. */
  #replaceDeleted(queues: readonly Queue[]): readonly Queue[] {
    return queues.flatMap((queue) => (queue.deleted ? (this.#queues.get(queue.name) ?? []) : queue))
  }

  /** Drops the publishes and returns the messages whose settlement was held, oldest settlement first. */
  rollback(): UnackedMessage[] {
    for (const { position } of this.#publishes) this.#store.release(position)
    const messages = this.heldMessages()
    this.#clear()
    return messages
  }

  #count({ queues, mandatory, heldBack, counts }: HeldPublish): void {
    this.#statistics.published(counts, queues, 1, false)
    if (queues.length > 0 || heldBack) return
    if (mandatory) counts.returned++
    else counts.dropped++
  }

  #countDropped(): void {
    for (const [counts, count] of this.#dropped) {
      this.#statistics.published(counts, [], count, false)
      counts.dropped += count
    }
  }

  #clear(): void {
    this.#dropped.clear()
    this.#publishes = []
    this.#settlements = []
    this.#held.remove(this.#heldBytes)
    this.#heldBytes = 0
  }
}
