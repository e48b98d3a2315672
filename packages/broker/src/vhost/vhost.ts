/**
 * A virtual host: exchanges, queues and the bindings between them, with RabbitMQ's rules for making and ending them.
 *
 * Names reach it cleaned, defaults resolved. It knows no protocol; a refusal is an exception with the reply code and text that RabbitMQ
 * gives.
 */

import { ReplyCode } from '@warrenmq/codec'
import { type Binding, DefaultExchangeMatcher, type ExchangeMatcher, RoutingError, route } from '@warrenmq/routing'
import { DeadLetters } from '../dead-letter/dead-letters.ts'
import { ChannelException } from '../errors.ts'
import { VhostEvents } from '../events/vhost-events.ts'
import type { ExtensionEnvironment } from '../exchange/exchange-extension.ts'
import { assertTypeArguments, createExchangeMatcher, createExtension } from '../exchange/exchange-types.ts'
import type { TopologyLimits } from '../limits/topology-limits.ts'
import { NO_VHOST_LIMITS, type VhostLimits } from '../limits/vhost-limits.ts'
import { type Tap, TappedIntake } from '../messages/taps.ts'
import type { VhostRecorder } from '../metadata/vhost-recorder.ts'
import { VhostParameters } from '../parameters/vhost-parameters.ts'
import { VhostPolicies } from '../policy/vhost-policies.ts'
import type { Message } from '../queue/message.ts'
import { Queue, type QueueOwner, type QueueSettings } from '../queue/queue.ts'
import type { QueueEnvironment } from '../queue/queue-environment.ts'
import { ReleaseList } from '../queue/release-list.ts'
import { runInSlices } from '../scheduler/slices.ts'
import { VhostStatistics } from '../statistics/vhost-statistics.ts'
import { BindingSources } from './binding-sources.ts'
import { type Destination, Exchange, type ExchangeSettings } from './exchange.ts'
import { assertExchangeSettings, assertSameExchange } from './exchange-declaration.ts'
import { DEFAULT_EXCHANGE, PREDECLARED_EXCHANGES } from './predeclared-exchanges.ts'
import { assertQueueArguments } from './queue-arguments.ts'
import { assertSameQueue, isLockedFor, queueLocked } from './queue-declaration.ts'
import { ReplyQueues } from './reply-queues.ts'
import { describeResource } from './resource-name.ts'
import { RouteCache } from './route-cache.ts'
import type { RoutedMessage } from './routed-message.ts'
import type { VhostMetadata } from './vhost-metadata.ts'
import { type EffectiveRoute, routeEffectively, StoredPublisher } from './vhost-routing.ts'
import type { VhostServices } from './vhost-services.ts'

export class Vhost {
  readonly name: string
  readonly exchanges: Map<string, Exchange> = new Map()
  readonly queues: Map<string, Queue> = new Map()
  readonly routes: RouteCache = new RouteCache()
  /** Queues of direct reply-to. */
  readonly replies: ReplyQueues
  /** Grows with every change that may lead a message elsewhere. */
  topologyVersion = 0
  readonly parameters: VhostParameters
  readonly policies: VhostPolicies = new VhostPolicies(this)
  limits: VhostLimits = NO_VHOST_LIMITS
  /** Connections that are open. */
  connectionCount = 0
  readonly statistics: VhostStatistics

  readonly #events: VhostEvents
  readonly #environment: QueueEnvironment
  readonly #chance: () => number
  readonly #deadLetters: DeadLetters
  readonly #extensions: ExtensionEnvironment
  readonly #limits: TopologyLimits
  readonly #sources = new BindingSources()
  #metadata: VhostMetadata | undefined
  /** Where what must outlast a restart is recorded. */
  #recorder: VhostRecorder | undefined

  constructor(name: string, services: VhostServices) {
    this.name = name
    const { store, journal, turn, clock } = services
    this.#events = new VhostEvents(services.events, name)
    this.parameters = new VhostParameters(this.#events)
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
      handedOut: services.handedOut,
      queueExpired: (queue) => this.deleteQueue(queue),
    }
    this.replies = new ReplyQueues(this.#environment, () => this.exchange(''))
    const stored = new StoredPublisher(store)
    const publish = stored.publish.bind(stored)
    this.#extensions = { store, journal, turn, clock, publish, releases: this.#environment.releases }
    const find = (exchange: string) => this.exchanges.get(exchange)
    const defaultMatcher = new DefaultExchangeMatcher<Destination>(
      (queue) => this.queues.get(queue) ?? this.replies.find(queue),
    )
    this.exchanges.set('', new Exchange(DEFAULT_EXCHANGE, defaultMatcher, find))
    for (const settings of PREDECLARED_EXCHANGES) this.addExchange(settings)
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
    assertExchangeSettings(settings, resource)
    if (existing === undefined) {
      if (settings.name.startsWith('amq.')) throw reservedName('exchange', settings.name)
      assertTypeArguments(settings, resource)
      this.#limits.assertRoomForExchange(this, settings.name)
      const exchange = this.addExchange(settings, this.#recorder?.exchangeLogId(settings))
      this.#recorder?.exchangeDeclared(exchange)
      return exchange
    }
    assertSameExchange(settings, existing.settings, resource)
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
      assertSameQueue(existing, settings, owner, resource)
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
    this.#events.queueCreated(queue)
    return queue
  }

  /** Ends a queue with its bindings and messages; returns the number of ready messages dropped. */
  deleteQueue(queue: Queue): number {
    if (queue.deleted) return 0
    this.queues.delete(queue.name)
    queue.settings.exclusiveOwner?.forgetQueue(queue)
    this.#removeDestination(queue)
    this.#recorder?.queueDeleted(queue)
    this.#events.queueDeleted(queue)
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
    this.#sources.bound(source, binding)
    this.#recorder?.bound(source, binding)
    this.#events.bound(source, binding)
    this.topologyVersion++
    source.intake?.bound(binding.destination)
  }

  /** Removes a binding; one that does not exist is no error. */
  unbind(source: Exchange, binding: Binding<Destination>): void {
    if (!source.matcher.unbind(binding)) return
    this.#recorder?.unbound(source, binding)
    this.#events.unbound(source, binding)
    this.topologyVersion++
    this.#sources.unbound(source, binding.destination)
    if (this.#isAbandoned(source)) this.#removeExchange(source)
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

  /** Has `tap` see every message that passes an exchange, until what it returns is called. Every route is old by that. */
  tapExchange(exchange: Exchange, tap: Tap): () => void {
    const tapped = exchange.intake instanceof TappedIntake ? exchange.intake : new TappedIntake(exchange)
    tapped.taps.add(tap)
    exchange.intake = tapped
    this.topologyVersion++
    return () => {
      tapped.taps.remove(tap)
      if (tapped.taps.size > 0 || exchange.intake !== tapped) return
      exchange.intake = tapped.inner
      this.topologyVersion++
    }
  }

  /** The queues that a message published to `exchange` with these keys goes to, each once. */
  route(exchange: Exchange, routingKeys: readonly string[], content: RoutedMessage | undefined): Queue[] {
    return route<Queue>(exchange, routingKeys, content)
  }

  /** The same for an exchange whose route is `effective`; `heldBack` says that an exchange on the way keeps the message for later. */
  routeEffectively(exchange: Exchange, routingKeys: readonly string[], message: Message): EffectiveRoute {
    if (this.exchanges.get(exchange.name) !== exchange) return { queues: [], heldBack: false, refused() {} }
    return routeEffectively(exchange, routingKeys, message)
  }

  /** Ends the vhost for good, in slices when much is in it. Nobody may find it any more. */
  async delete(): Promise<void> {
    this.#recorder?.vhostDeleted()
    this.#events.vhostDeleted()
    await runInSlices(this.#deleteAll())
    this.#recorder?.vhostEnded()
    // What is still to be given back is given back.
    this.#end()
  }

  /** Ends everything, for the end of the broker. What is recorded stays so. */
  close(): void {
    this.#end()
    this.#environment.releases.close()
  }

  #end(): void {
    this.recordIn(undefined)
    for (const queue of [...this.queues.values()]) this.deleteQueue(queue)
    for (const exchange of this.exchanges.values()) exchange.intake?.close()
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
    this.#events.exchangeCreated(exchange)
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
    this.#events.exchangeDeleted(exchange)
    exchange.intake?.close()
    this.topologyVersion++
    this.#sources.exchangeGone(exchange)
  }

  /** Takes a destination out of all bindings; auto-delete exchanges that lose their last one go too, in a chain of any length. */
  #removeDestination(destination: Destination): void {
    const gone: Destination[] = [destination]
    for (let next = gone.pop(); next !== undefined; next = gone.pop()) {
      for (const source of this.#sources.takeAll(next)) {
        this.#recorder?.destinationUnbound(source, next)
        this.#events.destinationUnbound(source, next)
        if (source.matcher.unbindDestination(next) === 0 || !this.#isAbandoned(source)) continue
        this.#forgetExchange(source)
        gone.push(source)
      }
    }
  }

  /** Whether an auto-delete exchange, still there, has lost its last binding. */
  #isAbandoned(source: Exchange): boolean {
    return source.settings.autoDelete && source.matcher.size === 0 && this.exchanges.get(source.name) === source
  }

  #locked(name: string): ChannelException {
    return queueLocked(describeResource('queue', name, this.name))
  }
}

/** What an exchange type refused, as the answer to the client. */
function refusedByRouting(error: unknown): unknown {
  return error instanceof RoutingError ? new ChannelException(ReplyCode.PRECONDITION_FAILED, error.message) : error
}

/** The refusal of a name that only the broker may give. */
export function reservedName(kind: 'queue' | 'exchange', name: string): ChannelException {
  return new ChannelException(ReplyCode.ACCESS_REFUSED, `${kind} name '${name}' contains reserved prefix 'amq.*'`)
}
