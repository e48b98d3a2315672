/** What of a broker is in its log, found by walking through it: for checkpoints, and to give back what was there. */

import type { CheckpointHolder, CheckpointSubject } from './log/journal/checkpoint.ts'
import type { RestoredHolder } from './log/message-log.ts'
import type { AmqpConnection } from './protocols/amqp/connection.ts'
import type { Queue } from './queue/queue.ts'
import type { Vhost } from './vhost/vhost.ts'

export class BrokerContents implements CheckpointSubject {
  readonly #vhosts: ReadonlyMap<string, Vhost>
  readonly #connections: Iterable<AmqpConnection>

  constructor(vhosts: ReadonlyMap<string, Vhost>, connections: Iterable<AmqpConnection>) {
    this.#vhosts = vhosts
    this.#connections = connections
  }

  /** Queues and exchanges with a number in the log. */
  *holders(): Generator<CheckpointHolder & RestoredHolder> {
    for (const vhost of this.#vhosts.values()) {
      for (const queue of vhost.queues.values()) if (queue.logId !== 0) yield queue
      for (const { holder } of vhost.exchanges.values()) if (holder !== undefined) yield holder
    }
  }

  /** Sequence numbers of a queue's messages that are in somebody's hands. */
  handedOut(queue: Queue): number[] {
    const sequences: number[] = []
    this.visitHandedOut((holder, sequence) => {
      if (holder === queue) sequences.push(sequence)
    })
    return sequences
  }

  visitHandedOut(visit: (holder: Queue, sequence: number, position: number, isExpired: boolean) => void): void {
    for (const { session } of this.#connections) {
      for (const channel of session?.channels.values() ?? []) {
        for (const held of [channel.unacked, channel.transaction?.heldMessages() ?? []]) {
          for (const { queue, sequence, position } of held) {
            if (queue.logId !== 0) visit(queue, sequence, position, false)
          }
        }
      }
    }
    for (const vhost of this.#vhosts.values()) vhost.visitDeadLetters(visit)
  }
}
