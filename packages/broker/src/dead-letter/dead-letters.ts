/**
 * Messages of a vhost that died and are on their way to a dead-letter exchange.
 *
 * They go at the end of the turn, in slices. One may die again where it arrives; what follows from a message is done with before the next
 * one, on a list and not on the stack, so that long chains of queues and full queues in a circle cost neither stack nor order.
 *
 * What has no exchange to go to, or no queue behind it, is dropped.
 */

import { PropertyFlag } from '@warrenmq/codec'
import { RouteKind, routeKind } from '@warrenmq/routing'
import { Message } from '../queue/message.ts'
import type { Queue } from '../queue/queue.ts'
import { DeathReason } from '../queue/queue-environment.ts'
import { TurnPhase, type TurnTask } from '../scheduler/turn.ts'
import type { Exchange } from '../vhost/exchange.ts'
import { RoutedMessage } from '../vhost/routed-message.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { VhostServices } from '../vhost/vhost-services.ts'
import { createDeadLetter, type DeadLetter } from './dead-letter.ts'
import { deathQueues, isCycle } from './deaths.ts'
import { FirstDeaths } from './first-deaths.ts'

/** Steps of work in one turn, of about a microsecond; more, up to the maximum, when many messages wait. */
const STEPS_MIN = 2000
const STEPS_MAX = 8000
/** Steps that a message with headers takes more, and each death that they tell of. */
const HEADERS_STEPS = 10
const DEATH_STEPS = 3
/** Bytes of a body whose copying counts as a step. */
const BYTES_PER_STEP = 16_384
/** Dead-letter circles that are remembered so that each is logged once. */
const KNOWN_CYCLES_MAX = 1000

interface DeadMessage {
  readonly queue: Queue
  readonly position: number
  readonly sequence: number
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
  /** Those that die while a message is sent on. */
  readonly #dying: DeadMessage[] = []
  #isSending = false
  /** Whether the disk is to catch up first: on a full one, letters that go round would pile up in memory. */
  #isHeld = false
  readonly #dead = new Message()
  readonly #letter = new Message()
  readonly #firstDeaths = new FirstDeaths()
  readonly #knownCycles = new Set<string>()

  constructor(vhost: Vhost, services: VhostServices) {
    this.#vhost = vhost
    this.#services = services
  }

  /** Messages that wait to be sent on. */
  get count(): number {
    return this.#list.length - this.#next + this.#consequences.length
  }

  /** Calls `visit` with every message that waits to be sent on, as long as its queue is there. */
  visit(visit: (queue: Queue, sequence: number, position: number, isExpired: boolean) => void): void {
    for (const dead of [...this.#list.slice(this.#next), ...this.#consequences]) {
      if (dead.sequence < 0) continue
      visit(dead.queue, dead.sequence, dead.position, dead.reason === DeathReason.expired)
    }
  }

  /** Takes a message over with its queue's reference to it. */
  add(queue: Queue, position: number, sequence: number, reason: DeathReason): void {
    const dead = { queue, position, sequence, reason }
    if (this.#isSending) {
      this.#dying.push(dead)
      return
    }
    this.#list.push(dead)
    this.#services.turn.add(TurnPhase.deliver, this)
  }

  runTurn(): void {
    if (this.#isHeld) return
    this.#isHeld = this.#services.journal.awaitRoom(this.#resume)
    if (this.#isHeld) return
    let budget = Math.min(STEPS_MAX, Math.max(STEPS_MIN, this.count))
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

  readonly #resume = (): void => {
    this.#isHeld = false
    if (this.count > 0) this.#services.turn.add(TurnPhase.deliver, this)
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
    // What the disk has damaged becomes no letter, and is not recorded as gone: perhaps it can be read after the next start.
    const isReadable = exchange === undefined || this.#services.store.read(dead.position, this.#dead)
    this.#isSending = true
    try {
      return exchange === undefined || !isReadable ? 1 : this.#publish(dead, exchange)
    } finally {
      // Not before it is where it goes, so that a crash finds it in one place at least.
      if (dead.sequence < 0) this.#services.store.release(dead.position)
      else if (!isReadable) dead.queue.keepUnreadable(dead.position, dead.sequence)
      else dead.queue.end(dead.position, dead.sequence)
      this.#isSending = false
      for (let next = this.#dying.pop(); next !== undefined; next = this.#dying.pop()) this.#consequences.push(next)
    }
  }

  /** Returns the steps: for the message, each queue, what its header tells of, and so many bytes. */
  #publish(dead: DeadMessage, exchange: Exchange): number {
    const letter = this.#letter
    const created = this.#createLetter(dead, exchange.name)
    const { deaths } = created
    const queues = this.#route(exchange, created)
    for (let i = 0; i < queues.length; i++) {
      const target = queues[i]
      if (dead.reason !== DeathReason.rejected && isCycle(deaths, target.name))
        this.#logCycle([target.name, ...deathQueues(deaths)])
      else target.publish(letter)
    }
    const hasHeaders = (this.#dead.propertyFlags & PropertyFlag.headers) !== 0
    const headersSteps = hasHeaders ? HEADERS_STEPS + deaths.length * DEATH_STEPS : 0
    return 1 + queues.length + headersSteps + Math.floor(letter.bodySize / BYTES_PER_STEP)
  }

  /** Where `#letter` goes. Found once for all that go to one exchange with one key, where these alone decide. */
  #route(exchange: Exchange, { routingKeys, memo }: DeadLetter): readonly Queue[] {
    const vhost = this.#vhost
    const { topologyVersion } = vhost
    if (memo?.version === topologyVersion && memo.queues !== undefined) return memo.queues
    const queues = vhost.route(exchange, routingKeys, new RoutedMessage(this.#letter))
    if (memo === undefined || memo.version === topologyVersion) return queues
    memo.version = topologyVersion
    // Reply queues come and go without another version.
    const isFixed = routeKind(exchange) === RouteKind.fixed && !vhost.replies.owns(routingKeys[0])
    memo.queues = isFixed ? queues : undefined
    return queues
  }

  /** Points `#letter` at what goes to the exchange, made of `#dead`. */
  #createLetter({ queue, reason }: DeadMessage, exchange: string): DeadLetter {
    const timeSeconds = Math.floor(this.#services.clock.now() / 1000)
    const first = this.#firstDeaths.create(this.#dead, queue, reason, timeSeconds, this.#letter)
    if (first !== undefined) return first
    const routingKey = queue.features.deadLetterRoutingKey
    return createDeadLetter(this.#dead, { queue: queue.name, reason, timeSeconds, exchange, routingKey }, this.#letter)
  }

  #logCycle(queues: readonly string[]): void {
    const key = JSON.stringify(queues)
    if (this.#knownCycles.has(key)) return
    if (this.#knownCycles.size >= KNOWN_CYCLES_MAX) this.#knownCycles.clear()
    this.#knownCycles.add(key)
    this.#services.logger.warn({ queues }, 'message dropped: it would be dead-lettered in a circle that nobody breaks')
  }
}
