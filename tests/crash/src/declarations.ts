/** Durable queues and bindings that come and go: what was answered holds after a crash. */

import type { RawPeer } from '@warrenmq/testkit'
import { CHANNEL, connect, untilEnd } from './actor.ts'
import type { RandomNumbers } from './random-numbers.ts'

/** Most that are there at a time. */
const COUNT_MAX = 10
const PAUSE_MAX_MS = 20
const EXCHANGE = 'directory'

/** What is known of a queue and its binding: `unknown` while an answer is missing. */
type Known = 'there' | 'gone' | 'unknown'

interface Declared {
  readonly name: string
  queue: Known
  binding: Known
}

export class Declarations {
  readonly violations: string[] = []
  #declared: Declared[] = []
  #count = 0

  /** Declares, binds, unbinds and deletes until the broker is gone. */
  async run(port: number, random: RandomNumbers): Promise<void> {
    const peer = await connect(port)
    if (peer === undefined) return
    await using _ = peer
    await untilEnd(peer, async () => {
      await this.#change(peer, random)
      await new Promise((resolve) => setTimeout(resolve, random.below(PAUSE_MAX_MS)))
    })
  }

  /** After a start: compares what is there with what was answered. */
  async check(port: number): Promise<void> {
    const peer = await connect(port)
    if (peer === undefined) throw new Error('the broker is gone')
    await using _ = peer
    for (const declared of this.#declared) {
      const isThere = await this.#exists(peer, declared.name)
      if (isThere && declared.queue === 'gone')
        this.violations.push(`queue ${declared.name} is there, which was deleted`)
      if (!isThere && declared.queue === 'there') this.violations.push(`queue ${declared.name} is missing`)
      declared.queue = isThere ? 'there' : 'gone'
      const isBound = await this.#isRouted(peer, declared.name)
      if (isBound && declared.binding === 'gone')
        this.violations.push(`queue ${declared.name} is bound, which was unbound`)
      if (!isBound && declared.binding === 'there') this.violations.push(`queue ${declared.name} is not bound any more`)
      declared.binding = isBound ? 'there' : 'gone'
    }
    this.#declared = this.#declared.filter(({ queue }) => queue === 'there')
  }

  async #change(peer: RawPeer, random: RandomNumbers): Promise<void> {
    const there = this.#declared.filter(({ queue }) => queue === 'there')
    if (there.length >= COUNT_MAX || (there.length > 0 && random.chance(30))) {
      const declared = random.pick(there)
      if (random.chance(50)) await this.#delete(peer, declared)
      else if (declared.binding === 'there') await this.#unbind(peer, declared)
      else await this.#bind(peer, declared)
    } else {
      await this.#declare(peer)
    }
  }

  async #declare(peer: RawPeer): Promise<void> {
    const declared: Declared = { name: `declared-${++this.#count}`, queue: 'unknown', binding: 'gone' }
    this.#declared.push(declared)
    await peer.call(CHANNEL, 'queue.declare', { queue: declared.name, durable: true })
    declared.queue = 'there'
    await this.#bind(peer, declared)
  }

  async #bind(peer: RawPeer, declared: Declared): Promise<void> {
    declared.binding = 'unknown'
    await peer.call(CHANNEL, 'queue.bind', { queue: declared.name, exchange: EXCHANGE, routingKey: declared.name })
    declared.binding = 'there'
  }

  async #unbind(peer: RawPeer, declared: Declared): Promise<void> {
    declared.binding = 'unknown'
    await peer.call(CHANNEL, 'queue.unbind', { queue: declared.name, exchange: EXCHANGE, routingKey: declared.name })
    declared.binding = 'gone'
  }

  async #delete(peer: RawPeer, declared: Declared): Promise<void> {
    declared.queue = 'unknown'
    declared.binding = 'unknown'
    await peer.call(CHANNEL, 'queue.delete', { queue: declared.name })
    declared.queue = 'gone'
    declared.binding = 'gone'
  }

  async #exists(peer: RawPeer, queue: string): Promise<boolean> {
    peer.send(CHANNEL, 'queue.declare', { queue, passive: true })
    const answer = await peer.outcome()
    if (answer.startsWith('queue.declare-ok')) return true
    if (!answer.includes('404')) throw new Error(answer)
    await peer.call(CHANNEL, 'channel.open')
    return false
  }

  async #isRouted(peer: RawPeer, routingKey: string): Promise<boolean> {
    peer.publish(CHANNEL, { exchange: EXCHANGE, routingKey, mandatory: true })
    peer.send(CHANNEL, 'basic.qos', {})
    const isReturned = (await peer.peek(CHANNEL)).includes('basic.return')
    if (isReturned) await peer.expectContent(CHANNEL, 'basic.return')
    await peer.expect(CHANNEL, 'basic.qos-ok')
    return !isReturned
  }
}
