/**
 * What a transactional channel holds back until `tx.commit`: publishes, already routed, and settlements.
 */

import type { MessageStore } from '../../log/message-store.ts'
import { Message } from '../../queue/message.ts'
import type { Queue } from '../../queue/queue.ts'
import type { UnackedMessage } from './unacked.ts'

/** How a message in the client's hands is to end. */
export interface HeldSettlement {
  readonly messages: readonly UnackedMessage[]
  /** Whether they go back to their queues instead of being done with. */
  readonly requeue: boolean
}

interface HeldPublish {
  readonly position: number
  readonly queues: readonly Queue[]
  readonly mandatory: boolean
}

export class Transaction {
  readonly #store: MessageStore
  readonly #message = new Message()
  #publishes: HeldPublish[] = []
  #settlements: HeldSettlement[] = []

  constructor(store: MessageStore) {
    this.#store = store
  }

  publish(message: Message, queues: readonly Queue[], mandatory: boolean): void {
    if (queues.length === 0 && !mandatory) return
    this.#publishes.push({ position: this.#store.keep(message), queues: [...queues], mandatory })
  }

  settle(settlement: HeldSettlement): void {
    this.#settlements.push(settlement)
  }

  /** Messages whose settlement is held, oldest settlement first. */
  heldMessages(): UnackedMessage[] {
    return this.#settlements.flatMap((settlement) => settlement.messages)
  }

  /** Carries everything out: publishes in their order, then settlements; `returnMessage` hears of those that went unroutable. */
  commit(returnMessage: (message: Message) => void, settle: (settlement: HeldSettlement) => void): void {
    const publishes = this.#publishes
    const settlements = this.#settlements
    this.#publishes = []
    this.#settlements = []
    for (const { position, queues } of publishes) {
      this.#store.read(position, this.#message)
      for (const queue of queues) if (!queue.deleted) queue.publish(this.#message)
    }
    for (const settlement of settlements) settle(settlement)
    for (const { position, queues, mandatory } of publishes) {
      if (queues.length === 0 && mandatory) {
        this.#store.read(position, this.#message)
        returnMessage(this.#message)
      }
      this.#store.release(position)
    }
  }

  /** Drops the publishes and returns the messages whose settlement was held, oldest settlement first. */
  rollback(): UnackedMessage[] {
    for (const { position } of this.#publishes) this.#store.release(position)
    const messages = this.heldMessages()
    this.#publishes = []
    this.#settlements = []
    return messages
  }
}
