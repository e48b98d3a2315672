/** Declaring, binding and deleting on a channel, and keeping a record of it for recovery. */

import type { Method, MethodInput, MethodName } from '@warrenmq/codec'
import type { RecordedBinding, TopologyRegistry } from '../recovery/topology-registry.ts'
import {
  type BindingOptions,
  type ExchangeOptions,
  type ExchangeType,
  type QueueOptions,
  queueArguments,
  type Topology,
} from '../topology.ts'
import type { WaitOptions } from '../waiting/deferred.ts'

/** A queue as the broker describes it. */
export interface QueueStatus {
  readonly queue: string
  /** Messages that are ready. */
  readonly messageCount: number
  readonly consumerCount: number
}

/** Sends a method and resolves to its answer. */
export type Call = <N extends MethodName>(name: N, args: MethodInput<N>, options: WaitOptions) => Promise<Method>

export class ChannelTopology {
  readonly #registry: TopologyRegistry
  readonly #call: Call

  constructor(registry: TopologyRegistry, call: Call) {
    this.#registry = registry
    this.#call = call
  }

  async declareExchange(
    exchange: string,
    type: ExchangeType,
    options: ExchangeOptions & WaitOptions = {},
  ): Promise<void> {
    const { durable = true, autoDelete = false, internal = false, alternateExchange } = options
    const table = { 'alternate-exchange': alternateExchange, ...options.arguments }
    const input = { exchange, type, durable, autoDelete, internal, arguments: table }
    await this.#call('exchange.declare', input, options)
    this.#registry.exchanges.set(exchange, input)
  }

  async checkExchange(exchange: string, options: WaitOptions = {}): Promise<void> {
    await this.#call('exchange.declare', { exchange, passive: true }, options)
  }

  async deleteExchange(exchange: string, options: { readonly ifUnused?: boolean } & WaitOptions = {}): Promise<void> {
    await this.#call('exchange.delete', { exchange, ifUnused: options.ifUnused ?? false }, options)
    this.#registry.removeExchange(exchange)
  }

  async declareQueue(queue = '', options: QueueOptions & WaitOptions = {}): Promise<QueueStatus> {
    const { exclusive = queue === '', autoDelete = false } = options
    const { durable = !exclusive } = options
    const input = { queue, durable, exclusive, autoDelete, arguments: queueArguments(options) }
    const status = statusOf(await this.#call('queue.declare', { ...input, queue: this.#name(queue) }, options))
    this.#registry.addQueue(status.queue, input, queue === '')
    return status
  }

  async checkQueue(queue: string, options: WaitOptions = {}): Promise<QueueStatus> {
    return statusOf(await this.#call('queue.declare', { queue: this.#name(queue), passive: true }, options))
  }

  async deleteQueue(
    queue: string,
    options: { readonly ifUnused?: boolean; readonly ifEmpty?: boolean } & WaitOptions = {},
  ): Promise<number> {
    const { ifUnused = false, ifEmpty = false } = options
    const name = this.#name(queue)
    const answer = await this.#call('queue.delete', { queue: name, ifUnused, ifEmpty }, options)
    this.#registry.removeQueue(name)
    return messageCountOf(answer)
  }

  async purgeQueue(queue: string, options: WaitOptions = {}): Promise<number> {
    return messageCountOf(await this.#call('queue.purge', { queue: this.#name(queue) }, options))
  }

  async bind(binding: BindingOptions, options: WaitOptions = {}): Promise<void> {
    const record = this.#record(binding)
    const { source, destination, routingKey, arguments: table } = record
    if (record.kind === 'exchange') {
      await this.#call('exchange.bind', { destination, source, routingKey, arguments: table }, options)
    } else {
      await this.#call('queue.bind', { queue: destination, exchange: source, routingKey, arguments: table }, options)
    }
    this.#registry.addBinding(record)
  }

  async unbind(binding: BindingOptions, options: WaitOptions = {}): Promise<void> {
    const record = this.#record(binding)
    const { source, destination, routingKey, arguments: table } = record
    if (record.kind === 'exchange') {
      await this.#call('exchange.unbind', { destination, source, routingKey, arguments: table }, options)
    } else {
      await this.#call('queue.unbind', { queue: destination, exchange: source, routingKey, arguments: table }, options)
    }
    this.#registry.removeBinding(record)
  }

  async declare(topology: Topology, options: WaitOptions = {}): Promise<void> {
    const { exchanges = {}, queues = {}, bindings = [] } = topology
    for (const [name, exchange] of Object.entries(exchanges)) {
      await this.declareExchange(name, exchange.type, { ...exchange, ...options })
    }
    for (const [name, queue] of Object.entries(queues)) await this.declareQueue(name, { ...queue, ...options })
    for (const binding of bindings) await this.bind(binding, options)
  }

  #record({ source, queue, exchange, routingKey = '', arguments: table = {} }: BindingOptions): RecordedBinding {
    const destination = queue === undefined ? (exchange as string) : this.#name(queue)
    return { kind: queue === undefined ? 'exchange' : 'queue', source, destination, routingKey, arguments: table }
  }

  /** A queue that the broker named may have another name by now. */
  #name(queue: string): string {
    return this.#registry.currentName(queue)
  }
}

function statusOf(answer: Method): QueueStatus {
  if (answer.name !== 'queue.declare-ok') throw new TypeError(`${answer.name} has no counts`)
  const { queue, messageCount, consumerCount } = answer.args
  return { queue, messageCount, consumerCount }
}

function messageCountOf(answer: Method): number {
  if (answer.name !== 'queue.delete-ok' && answer.name !== 'queue.purge-ok')
    throw new TypeError(`${answer.name} has no count`)
  return answer.args.messageCount
}
