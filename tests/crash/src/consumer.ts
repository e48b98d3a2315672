/** Consumes from one queue, and does with what comes whatever a client may do. */

import type { MethodArgs } from '@warrenmq/codec'
import type { Content, RawPeer } from '@warrenmq/testkit'
import { CHANNEL, connect, listen } from './actor.ts'
import type { Ledger } from './ledger.ts'
import type { RandomNumbers } from './random-numbers.ts'
import type { QueueRules } from './topology.ts'

const PREFETCH_MAX = 60
const POLL_PAUSE_MAX_MS = 5

/** Consumes until the broker is gone. */
export async function runConsumer(
  queue: QueueRules,
  port: number,
  ledger: Ledger,
  random: RandomNumbers,
): Promise<void> {
  const peer = await connect(port)
  if (peer === undefined) return
  await using _ = peer
  const hand = new Hand(queue, peer, ledger, random)
  const listening = listen(peer, (method, content) => {
    if (method.name === 'basic.deliver') hand.take(method.args as MethodArgs<'basic.deliver'>, content as Content)
  })
  peer.send(CHANNEL, 'basic.qos', { prefetchCount: random.between(1, PREFETCH_MAX) })
  peer.send(CHANNEL, 'basic.consume', { queue: queue.name, noAck: queue.isAutoAck })
  await listening
}

/** Asks for message after message until the broker is gone. */
export async function runPoller(queue: QueueRules, port: number, ledger: Ledger, random: RandomNumbers): Promise<void> {
  const peer = await connect(port)
  if (peer === undefined) return
  await using _ = peer
  const hand = new Hand(queue, peer, ledger, random)
  const ask = () => peer.send(CHANNEL, 'basic.get', { queue: queue.name })
  const listening = listen(peer, (method, content) => {
    if (method.name === 'basic.get-ok') hand.take(method.args as MethodArgs<'basic.get-ok'>, content as Content)
    setTimeout(ask, random.below(POLL_PAUSE_MAX_MS))
  })
  ask()
  await listening
}

/** Messages that a client has in hand, and how it lets go of them. */
class Hand {
  readonly #queue: QueueRules
  readonly #peer: RawPeer
  readonly #ledger: Ledger
  readonly #random: RandomNumbers
  /** By delivery tag. */
  readonly #held = new Map<number, string>()

  constructor(queue: QueueRules, peer: RawPeer, ledger: Ledger, random: RandomNumbers) {
    this.#queue = queue
    this.#peer = peer
    this.#ledger = ledger
    this.#random = random
  }

  take(
    args: { readonly deliveryTag: number | bigint; readonly redelivered: boolean },
    { properties, body }: Content,
  ): void {
    const { name, isAutoAck, deadLetterQueue } = this.#queue
    const id = properties.messageId ?? ''
    this.#ledger.delivered(name, { id, body, redelivered: args.redelivered })
    if (isAutoAck) {
      this.#ledger.settling(name, id)
      return
    }
    const deliveryTag = Number(args.deliveryTag)
    this.#held.set(deliveryTag, id)
    const what = this.#random.below(100)
    if (what < 55) this.#acknowledge(deliveryTag, false)
    else if (what < 70) this.#acknowledge(deliveryTag, true)
    else if (what < 85) this.#requeue(deliveryTag)
    else if (what < 90 && deadLetterQueue !== undefined) this.#reject(deliveryTag)
    // Else it stays in hand, until a later one is acknowledged together with it, or the broker is gone.
  }

  #acknowledge(deliveryTag: number, multiple: boolean): void {
    for (const [tag, id] of this.#held) {
      if (tag !== deliveryTag && !(multiple && tag < deliveryTag)) continue
      this.#held.delete(tag)
      this.#ledger.settling(this.#queue.name, id)
    }
    this.#peer.send(CHANNEL, 'basic.ack', { deliveryTag, multiple })
  }

  #requeue(deliveryTag: number): void {
    this.#held.delete(deliveryTag)
    this.#peer.send(CHANNEL, 'basic.nack', { deliveryTag, requeue: true })
  }

  #reject(deliveryTag: number): void {
    this.#ledger.rejecting(this.#queue.name, this.#held.get(deliveryTag) ?? '')
    this.#held.delete(deliveryTag)
    this.#peer.send(CHANNEL, 'basic.reject', { deliveryTag, requeue: false })
  }
}
