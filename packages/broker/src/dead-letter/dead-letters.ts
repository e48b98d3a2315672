/**
 * Messages of a vhost that died and are on their way to a dead-letter exchange.
 *
 * They go at the end of the turn, in slices. One may die again where it arrives; what follows from a message is done with before the next
 * one, on a list and not on the stack, so that long chains of queues and full queues in a circle cost neither stack nor order.
 *
 * What has no exchange to go to, or no queue behind it, is dropped.
 */

import { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import type { DeathReason } from '../queue/queue-environment.ts'
import { TurnPhase, type TurnTask } from '../scheduler/turn.ts'
import type { Exchange } from '../vhost/exchange.ts'
import { RoutedMessage } from '../vhost/routed-message.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { VhostServices } from '../vhost/vhost-services.ts'
import { createDeadLetter } from './dead-letter.ts'
import { deathQueues, isCycle } from './deaths.ts'

/** Steps of work in one turn; more, up to the maximum, when many messages wait. */
const STEPS_MIN = 1000
const STEPS_MAX = 4000
/** Bytes of a body whose copying counts as a step. */
const BYTES_PER_STEP = 16_384
/** Dead-letter circles that are remembered so that each is logged once. */
const KNOWN_CYCLES_MAX = 1000

interface DeadMessage {
  readonly queue: Queue
  readonly position: number
  readonly reason: DeathReason
}

export class DeadLetters implements TurnTask {
  scheduled = false
  readonly #vhost: Vhost
  readonly #services: VhostServices
  /** Those that died outside of here, oldest first from `#next` on. */
  #list: DeadMessage[] = []
  #next = 0
  /** Those that died because of the message that is being sent on; the last goes first. */
  #consequences: DeadMessage[] = []
  /** Those that die while a message is sent on; `undefined` at other times. */
  #dying: DeadMessage[] | undefined
  readonly #dead = new Message()
  readonly #letter = new Message()
  readonly #knownCycles = new Set<string>()

  constructor(vhost: Vhost, services: VhostServices) {
    this.#vhost = vhost
    this.#services = services
  }

  /** Messages that wait to be sent on. */
  get count(): number {
    return this.#list.length - this.#next + this.#consequences.length
  }

  /** Takes a message over with its queue's reference to it. */
  add(queue: Queue, position: number, reason: DeathReason): void {
    const dead = { queue, position, reason }
    if (this.#dying !== undefined) {
      this.#dying.push(dead)
      return
    }
    this.#list.push(dead)
    this.#services.turn.add(TurnPhase.deliver, this)
  }

  runTurn(): void {
    let budget = Math.min(STEPS_MAX, Math.max(STEPS_MIN, this.count >> 3))
    try {
      while (budget > 0) {
        const dead = this.#consequences.pop() ?? this.#shift()
        if (dead === undefined) return
        budget -= this.#sendOn(dead)
      }
    } finally {
      // Also when one message brought a bug to light: the others go on.
      if (this.count > 0) this.#services.turn.add(TurnPhase.deliver, this)
    }
  }

  /** Forgets everything: the store ends too. */
  close(): void {
    this.#list = []
    this.#next = 0
    this.#consequences = []
  }

  #shift(): DeadMessage | undefined {
    const dead = this.#list[this.#next++]
    if (dead !== undefined && this.#next < 1024) return dead
    // What went is cut off now and then, when that is at least half of it.
    if (dead === undefined || this.#next * 2 > this.#list.length) {
      this.#list.splice(0, this.#next)
      this.#next = 0
    }
    return dead
  }

  /** Sends a message on and returns how many steps that was. */
  #sendOn(dead: DeadMessage): number {
    const { deadLetterExchange } = dead.queue.features
    const exchange = deadLetterExchange === undefined ? undefined : this.#vhost.exchanges.get(deadLetterExchange)
    this.#dying = []
    try {
      return exchange === undefined ? 1 : this.#publish(dead, exchange)
    } finally {
      this.#services.store.release(dead.position)
      this.#consequences.push(...this.#dying.reverse())
      this.#dying = undefined
    }
  }

  /** Returns the steps: one for the message, each queue, each death that its header tells of, and so many bytes. */
  #publish({ queue, position, reason }: DeadMessage, exchange: Exchange): number {
    const { store, clock } = this.#services
    const letter = this.#letter
    store.read(position, this.#dead)
    const { routingKeys, deaths } = createDeadLetter(
      this.#dead,
      {
        queue: queue.name,
        reason,
        timeSeconds: Math.floor(clock.now() / 1000),
        exchange: exchange.name,
        routingKey: queue.features.deadLetterRoutingKey,
      },
      letter,
    )
    const queues = this.#vhost.route(exchange, routingKeys, new RoutedMessage(letter))
    for (const target of queues) {
      if (reason !== 'rejected' && isCycle(deaths, target.name)) this.#logCycle([target.name, ...deathQueues(deaths)])
      else target.publish(letter)
    }
    return 1 + queues.length + deaths.length + Math.floor(letter.bodySize / BYTES_PER_STEP)
  }

  #logCycle(queues: readonly string[]): void {
    const key = JSON.stringify(queues)
    if (this.#knownCycles.has(key)) return
    if (this.#knownCycles.size >= KNOWN_CYCLES_MAX) this.#knownCycles.clear()
    this.#knownCycles.add(key)
    this.#services.logger.warn({ queues }, 'message dropped: it would be dead-lettered in a circle that nobody breaks')
  }
}
