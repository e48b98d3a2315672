/**
 * A virtual host: exchanges, queues and the bindings between them, with RabbitMQ's rules for making and ending them.
 *
 * Names reach it cleaned, defaults resolved. It knows no protocol; a refusal is an exception with the reply code and text that RabbitMQ
 * gives.
 */

import { fieldTypeName, ReplyCode, type TypedTable } from '@warrenmq/codec'
import { type Binding, DefaultExchangeMatcher, type ExchangeMatcher, RoutingError, route } from '@warrenmq/routing'
import { DeadLetters } from '../dead-letter/dead-letters.ts'
import { ChannelException } from '../errors.ts'
import type { ExtensionEnvironment } from '../exchange/exchange-extension.ts'
import {
  assertExchangeType,
  assertTypeArguments,
  createExchangeMatcher,
  createExtension,
} from '../exchange/exchange-types.ts'
import type { TopologyLimits } from '../limits/topology-limits.ts'
import { NO_VHOST_LIMITS, type VhostLimits } from '../limits/vhost-limits.ts'
import type { VhostRecorder } from '../metadata/vhost-recorder.ts'
import { VhostParameters } from '../parameters/vhost-parameters.ts'
import { VhostPolicies } from '../policy/vhost-policies.ts'
import { Message } from '../queue/message.ts'
import { Queue, type QueueOwner, type QueueSettings } from '../queue/queue.ts'
import type { QueueEnvironment } from '../queue/queue-environment.ts'
import { ReleaseList } from '../queue/release-list.ts'
import { runInSlices } from '../scheduler/slices.ts'
import { VhostStatistics } from '../statistics/vhost-statistics.ts'
import { assertSameArguments, assertSameProperty } from './equivalence.ts'
import { type Destination, Exchange, type ExchangeSettings } from './exchange.ts'
import { assertQueueArguments, comparedArguments } from './queue-arguments.ts'
import { ReplyQueues } from './reply-queues.ts'
import { describeResource } from './resource-name.ts'
import { RouteCache } from './route-cache.ts'
import { RoutedMessage } from './routed-message.ts'
import type { VhostMetadata } from './vhost-metadata.ts'
import type { VhostServices } from './vhost-services.ts'

const NO_ARGUMENTS: TypedTable = Object.freeze(Object.create(null))
const PREDECLARED: readonly (readonly [name: string, type: string, internal: boolean])[] = [
  ['amq.direct', 'direct', false],
  ['amq.fanout', 'fanout', false],
  ['amq.topic', 'topic', false],
  ['amq.headers', 'headers', false],
  ['amq.match', 'headers', false],
  ['amq.rabbitmq.trace', 'topic', true],
]

/** Where a message went. */
export interface EffectiveRoute {
  readonly queues: readonly Queue[]
  /** Whether an exchange on the way keeps the message for later, or has had it before. */
  readonly heldBack: boolean
  /** To be called when one of the queues refuses the message. */
  refused(): void
}

export class Vhost {
  readonly name: string
  readonly exchanges: Map<string, Exchange> = new Map()
  readonly queues: Map<string, Queue> = new Map()
  readonly routes: RouteCache = new RouteCache()
  /** Queues of direct reply-to. */
  readonly replies: ReplyQueues
  /** Grows with every change that may lead a message elsewhere. */
  topologyVersion = 0
  readonly parameters: VhostParameters = new VhostParameters()
  readonly policies: VhostPolicies = new VhostPolicies(this)
  limits: VhostLimits = NO_VHOST_LIMITS
  /** Connections that are open. */
  connectionCount = 0
  readonly statistics: VhostStatistics

  readonly #environment: QueueEnvironment
  readonly #chance: () => number
  readonly #deadLetters: DeadLetters
  readonly #extensions: ExtensionEnvironment
  readonly #stored = new Message()
  readonly #limits: TopologyLimits
  /** Exchanges that have bindings to a destination. */
  readonly #sources = new Map<Destination, Set<Exchange>>()
  #metadata: VhostMetadata | undefined
  /** Where what must outlast a restart is recorded. */
  #recorder: VhostRecorder | undefined

  constructor(name: string, services: VhostServices) {
    this.name = name
    const { store, journal, turn, clock } = services
    this.#chance = services.chance
    this.#deadLetters = new DeadLetters(this, services)
    this.#limits = services.limits
    this.statistics = new VhostStatistics(services.statistics)
    this.#environment = {
      store,
      journal,
      turn,
      clock,
      deaths: services.statistics.deaths,
      releases: new ReleaseList(store, turn),
      deadLetter: (queue, position, sequence, reason) => this.#deadLetters.add(queue, position, sequence, reason),
      queueExpired: (queue) => this.deleteQueue(queue),
    }
    this.replies = new ReplyQueues(this.#environment, () => this.exchange(''))
    const publish = this.#publishStored.bind(this)
    this.#extensions = { store, journal, turn, clock, publish, releases: this.#environment.releases }
    const find = (exchange: string) => this.exchanges.get(exchange)
    const defaultMatcher = new DefaultExchangeMatcher<Destination>(
      (queue) => this.queues.get(queue) ?? this.replies.find(queue),
    )
    this.exchanges.set('', new Exchange(exchangeSettings('', 'direct', false), defaultMatcher, find))
    for (const [exchange, type, internal] of PREDECLARED) this.addExchange(exchangeSettings(exchange, type, internal))
  }

  /** What an operator says of it. */
  get metadata(): VhostMetadata | undefined {
    return this.#metadata
  }

  describe(metadata: VhostMetadata): void {
    this.#metadata = metadata
    this.#recorder?.vhostPut(metadata)
  }

  /** Records every change from now on; none for `undefined`. */
  recordIn(recorder: VhostRecorder | undefined): void {
    this.#recorder = recorder
    this.parameters.recordIn(recorder)
  }

  /** @throws ChannelException NOT_FOUND. */
  exchange(name: string): Exchange {
    const exchange = this.exchanges.get(name)
    if (exchange === undefined) {
      throw new ChannelException(ReplyCode.NOT_FOUND, `no ${describeResource('exchange', name, this.name)}`)
    }
    return exchange
  }

  /** @throws ChannelException NOT_FOUND. */
  queue(name: string): Queue {
    const queue = this.queues.get(name)
    if (queue === undefined) {
      throw new ChannelException(ReplyCode.NOT_FOUND, `no ${describeResource('queue', name, this.name)}`)
    }
    return queue
  }

  /**
   * The queue of that name, for a use that an exclusive queue allows its owner only.
   *
   * @throws ChannelException NOT_FOUND, RESOURCE_LOCKED.
   */
  queueFor(name: string, owner: QueueOwner): Queue {
    const queue = this.queue(name)
    if (isLockedFor(queue, owner)) throw this.#locked(name)
    return queue
  }

  /** Messages that died and are still to be sent on. */
  get deadLetterCount(): number {
    return this.#deadLetters.count
  }

  /** Calls `visit` with every message that waits to be dead-lettered. */
  visitDeadLetters(visit: (queue: Queue, sequence: number, position: number, isExpired: boolean) => void): void {
    this.#deadLetters.visit(visit)
  }

  /** Makes an exchange, or checks that the one that exists is the same. */
  declareExchange(settings: ExchangeSettings): Exchange {
    const resource = describeResource('exchange', settings.name, this.name)
    const existing = this.exchanges.get(settings.name)
    assertExchangeType(settings.type)
    const alternate = settings.arguments['alternate-exchange']
    if (alternate !== undefined && alternate.tag !== 'S') {
      const type = fieldTypeName(alternate.tag)
      const text = `invalid type '${type}' for arg 'alternate-exchange' in ${resource}`
      throw new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
    }
    if (existing === undefined) {
      if (settings.name.startsWith('amq.')) throw reservedName('exchange', settings.name)
      assertTypeArguments(settings, resource)
      this.#limits.assertRoomForExchange(this, settings.name)
      const exchange = this.addExchange(settings, this.#recorder?.exchangeLogId(settings))
      this.#recorder?.exchangeDeclared(exchange)
      return exchange
    }
    const current = existing.settings
    assertSameProperty('type', resource, typeAtom(settings.type), typeAtom(current.type))
    assertSameProperty('durable', resource, settings.durable, current.durable)
    assertSameProperty('auto_delete', resource, settings.autoDelete, current.autoDelete)
    assertSameProperty('internal', resource, settings.internal, current.internal)
    assertSameArguments(['alternate-exchange'], resource, settings.arguments, current.arguments)
    return existing
  }

  /** Ends an exchange with its bindings; one that does not exist is no error. */
  deleteExchange(name: string, ifUnused: boolean): void {
    const resource = describeResource('exchange', name, this.name)
    if (name.startsWith('amq.')) {
      throw new ChannelException(ReplyCode.ACCESS_REFUSED, `deletion of system ${resource} not allowed`)
    }
    const exchange = this.exchanges.get(name)
    if (exchange === undefined) return
    if (ifUnused && exchange.matcher.size > 0) {
      throw new ChannelException(ReplyCode.PRECONDITION_FAILED, `${resource} in use`)
    }
    this.#removeExchange(exchange)
  }

  /** Makes a queue, or checks that the one that exists is the same. Returns it and whether it is new. */
  declareQueue(settings: QueueSettings, owner: QueueOwner): { readonly queue: Queue; readonly created: boolean } {
    const resource = describeResource('queue', settings.name, this.name)
    const existing = this.queues.get(settings.name)
    const { churn } = this.statistics.broker
    if (existing !== undefined) {
      this.#assertSameQueue(existing, settings, owner, resource)
      churn.queue_declared++
      return { queue: existing, created: false }
    }
    this.#limits.assertRoomForQueue(this, settings.name)
    assertQueueArguments(settings, resource)
    const queue = this.addQueue(settings, this.#recorder?.queueLogId(settings))
    this.#recorder?.queueDeclared(queue)
    churn.queue_declared++
    churn.queue_created++
    return { queue, created: true }
  }

  /** Adds a queue that was checked, and recorded if it has a log id. */
  addQueue(settings: QueueSettings, logId = 0): Queue {
    const queue = new Queue(settings, this.#environment)
    if (logId !== 0) queue.recordAs(logId)
    this.policies.assignQueue(queue)
    this.queues.set(queue.name, queue)
    this.topologyVersion++
    return queue
  }

  /** Ends a queue with its bindings and messages; returns the number of ready messages dropped. */
  deleteQueue(queue: Queue): number {
    if (queue.deleted) return 0
    this.queues.delete(queue.name)
    queue.settings.exclusiveOwner?.forgetQueue(queue)
    this.#removeDestination(queue)
    this.#recorder?.queueDeleted(queue)
    this.statistics.broker.churn.queue_deleted++
    this.topologyVersion++
    return queue.delete()
  }

  /** Ends the queue if it was to go with its last consumer, and that one has left. */
  consumerLeft(queue: Queue): void {
    if (queue.settings.autoDelete && queue.hadConsumer && queue.consumers.size === 0) this.deleteQueue(queue)
  }

  /** Binds; the same binding again is no error. */
  bind(source: Exchange, binding: Binding<Destination>): void {
    try {
      if (!source.matcher.bind(binding)) return
    } catch (error) {
      throw refusedByRouting(error)
    }
    const sources = this.#sources.get(binding.destination)
    if (sources === undefined) this.#sources.set(binding.destination, new Set([source]))
    else sources.add(source)
    this.#recorder?.bound(source, binding)
    this.topologyVersion++
    source.intake?.bound(binding.destination)
  }

  /** Removes a binding; one that does not exist is no error. */
  unbind(source: Exchange, binding: Binding<Destination>): void {
    if (!source.matcher.unbind(binding)) return
    this.#recorder?.unbound(source, binding)
    this.topologyVersion++
    this.#afterUnbind(source, binding.destination)
  }

  /**
   * Removes a binding of a queue.
   *
   * @throws ChannelException RESOURCE_LOCKED when another connection owns the queue, and the binding exists.
   */
  unbindQueue(source: Exchange, binding: Binding<Queue>, owner: QueueOwner): void {
    if (!isLockedFor(binding.destination, owner)) {
      this.unbind(source, binding)
    } else if (source.matcher.unbind(binding)) {
      source.matcher.bind(binding)
      throw this.#locked(binding.destination.name)
    }
  }

  /** The queues that a message published to `exchange` with these keys goes to, each once. */
  route(exchange: Exchange, routingKeys: readonly string[], content: RoutedMessage | undefined): Queue[] {
    return route<Queue>(exchange, routingKeys, content)
  }

  /** The same for an exchange whose route is `effective`; `heldBack` says that an exchange on the way keeps the message for later. */
  routeEffectively(exchange: Exchange, routingKeys: readonly string[], message: Message): EffectiveRoute {
    if (this.exchanges.get(exchange.name) !== exchange) return { queues: [], heldBack: false, refused() {} }
    const content = new RoutedMessage(message)
    return {
      queues: route<Queue>(exchange, routingKeys, content),
      heldBack: content.heldBack,
      refused: () => content.refused(),
    }
  }

  /** Brings a stored message on from a queue or exchange; the reference to `position` stays the caller's. */
  #publishStored(destination: Destination, position: number, routingKeys: readonly string[], waited: boolean): void {
    const { store } = this.#environment
    store.read(position, this.#stored)
    const queues =
      destination.kind === 'queue'
        ? [destination]
        : route<Queue>(destination, routingKeys, new RoutedMessage(this.#stored, waited ? destination : undefined))
    for (const queue of queues) {
      // Read anew for each: what routing and queues do with a message may use the store.
      store.read(position, this.#stored)
      queue.publish(this.#stored)
    }
  }

  /** Ends the vhost for good, in slices when much is in it. Nobody may find it any more. */
  async delete(): Promise<void> {
    this.#recorder?.vhostDeleted()
    await runInSlices(this.#deleteAll())
    this.#recorder?.vhostEnded()
    this.close()
  }

  /** Ends everything, for the end of the broker. What is recorded stays so. */
  close(): void {
    this.recordIn(undefined)
    for (const queue of [...this.queues.values()]) this.deleteQueue(queue)
    for (const exchange of this.exchanges.values()) exchange.intake?.close()
    this.#environment.releases.close()
    this.#deadLetters.close()
  }

  *#deleteAll(): Generator<void> {
    for (const queue of this.queues.values()) yield void this.deleteQueue(queue)
    for (const exchange of this.exchanges.values()) if (exchange.name !== '') yield this.#removeExchange(exchange)
    for (const { component, name } of this.parameters.all()) yield void this.parameters.delete(component, name)
  }

  /** Adds an exchange that was checked, and recorded if it is to be. */
  addExchange(settings: ExchangeSettings, logId = 0): Exchange {
    const matcher = this.#createMatcher(settings)
    const find = (name: string) => this.exchanges.get(name)
    const exchange = new Exchange(settings, matcher, find, (each) => createExtension(each, this.#extensions), logId)
    this.exchanges.set(settings.name, exchange)
    this.topologyVersion++
    this.policies.assignExchange(exchange)
    return exchange
  }

  #createMatcher(settings: ExchangeSettings): ExchangeMatcher<Destination> {
    try {
      return createExchangeMatcher(settings, this.#chance)
    } catch (error) {
      throw refusedByRouting(error)
    }
  }

  #removeExchange(exchange: Exchange): void {
    this.#forgetExchange(exchange)
    this.#removeDestination(exchange)
  }

  #forgetExchange(exchange: Exchange): void {
    this.exchanges.delete(exchange.name)
    exchange.deleted = true
    this.#recorder?.exchangeDeleted(exchange)
    exchange.intake?.close()
    this.topologyVersion++
    for (const { destination } of exchange.matcher.bindings()) this.#sources.get(destination)?.delete(exchange)
  }

  /** Takes a destination out of all bindings; auto-delete exchanges that lose their last one go too, in a chain of any length. */
  #removeDestination(destination: Destination): void {
    const gone: Destination[] = [destination]
    for (let next = gone.pop(); next !== undefined; next = gone.pop()) {
      const sources = this.#sources.get(next)
      this.#sources.delete(next)
      for (const source of sources ?? []) {
        this.#recorder?.destinationUnbound(source, next)
        if (source.matcher.unbindDestination(next) === 0 || !this.#isAbandoned(source)) continue
        this.#forgetExchange(source)
        gone.push(source)
      }
    }
  }

  #afterUnbind(source: Exchange, destination: Destination): void {
    const [left] = source.matcher.bindings(destination)
    if (left === undefined) this.#sources.get(destination)?.delete(source)
    if (this.#isAbandoned(source)) this.#removeExchange(source)
  }

  /** Whether an auto-delete exchange, still there, has lost its last binding. */
  #isAbandoned(source: Exchange): boolean {
    return source.settings.autoDelete && source.matcher.size === 0 && this.exchanges.get(source.name) === source
  }

  #assertSameQueue(existing: Queue, settings: QueueSettings, owner: QueueOwner, resource: string): void {
    const current = existing.settings
    const locked = current.exclusiveOwner !== undefined && current.exclusiveOwner !== owner
    if (locked || (current.exclusiveOwner === undefined) !== (settings.exclusiveOwner === undefined)) {
      throw this.#locked(settings.name)
    }
    assertSameProperty('durable', resource, settings.durable, current.durable)
    assertSameProperty('auto_delete', resource, settings.autoDelete, current.autoDelete)
    assertSameArguments(
      comparedArguments(existing.type, settings.arguments),
      resource,
      settings.arguments,
      current.arguments,
    )
  }

  #locked(name: string): ChannelException {
    const resource = describeResource('queue', name, this.name)
    return new ChannelException(
      ReplyCode.RESOURCE_LOCKED,
      `cannot obtain exclusive access to locked ${resource}. It could be originally declared on another connection ` +
        'or the exclusive property value does not match that of the original declaration.',
    )
  }
}

/** Types are atoms in RabbitMQ, printed in quotes unless they are one plain word: `'x-random'`. */
function typeAtom(type: string): string {
  return /^[a-z][A-Za-z0-9_@]*$/.test(type) ? type : `'${type}'`
}

/** What an exchange type refused, as the answer to the client. */
function refusedByRouting(error: unknown): unknown {
  return error instanceof RoutingError ? new ChannelException(ReplyCode.PRECONDITION_FAILED, error.message) : error
}

/** The refusal of a name that only the broker may give. */
export function reservedName(kind: 'queue' | 'exchange', name: string): ChannelException {
  return new ChannelException(ReplyCode.ACCESS_REFUSED, `${kind} name '${name}' contains reserved prefix 'amq.*'`)
}

function exchangeSettings(name: string, type: string, internal: boolean): ExchangeSettings {
  return { name, type, durable: true, autoDelete: false, internal, arguments: NO_ARGUMENTS }
}

function isLockedFor(queue: Queue, owner: QueueOwner): boolean {
  const { exclusiveOwner } = queue.settings
  return exclusiveOwner !== undefined && exclusiveOwner !== owner
}
