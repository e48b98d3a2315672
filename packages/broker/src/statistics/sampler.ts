/**
 * Takes samples of all objects of the broker every few seconds, in slices.
 *
 * Runs only where somebody can ask for figures. A pass adds up first what channels have counted, so that the totals of everything else are
 * of that moment.
 */

import type { Clock, Timer } from '../clock.ts'
import type { Queue } from '../queue/queue.ts'
import { runInSlices } from '../scheduler/slices.ts'
import type { Exchange } from '../vhost/exchange.ts'
import type { Vhost } from '../vhost/vhost.ts'
import type { BrokerStatistics } from './broker-statistics.ts'
import type { ChannelStatistics } from './channel-statistics.ts'
import type { ConnectionStatistics } from './connection-statistics.ts'
import { isAny, MESSAGE_STATS, QUEUE_STATS } from './counts.ts'
import {
  BROKER_CHURN_AT,
  BROKER_DISK_AT,
  BROKER_HISTORY,
  BROKER_LENGTHS_AT,
  CHANNEL_HISTORY,
  CHURN,
  CONNECTION_HISTORY,
  DELIVERING_HISTORY,
  EXCHANGE_HISTORY,
  PAIR_HISTORY,
  PUBLISHING_HISTORY,
  QUEUE_HISTORY,
  QUEUE_LENGTHS_AT,
  VHOST_HISTORY,
  VHOST_LENGTHS_AT,
  VHOST_OCTETS_AT,
} from './histories.ts'
import { History, type HistoryShape } from './history.ts'
import type { NodeFigures } from './node-figures.ts'
import type { RatesMode } from './rates-mode.ts'
import { Timeline } from './timeline.ts'

/** What a pass looks at of a connection. */
export interface SampledConnection {
  readonly statistics: ConnectionStatistics
  readonly session: { readonly channels: ReadonlyMap<number, SampledChannel> } | undefined
}

interface SampledChannel {
  readonly statistics: ChannelStatistics
  collectCounts(): void
}

export interface SamplerParts {
  readonly clock: Clock
  readonly vhosts: ReadonlyMap<string, Vhost>
  readonly connections: Iterable<SampledConnection>
  readonly statistics: BrokerStatistics
  readonly node: NodeFigures
  /** Messages written to the log so far. */
  readonly messagesWritten: () => number
  /** Milliseconds between two passes. */
  readonly intervalMs: number
  /** What is kept: what went between which two objects too; without that; or no rates at all. */
  readonly ratesMode: RatesMode
  readonly onError: (error: unknown) => void
}

/** How much of the last measurement counts in what is told of consumers. */
const UTILISATION_WEIGHT = 0.5
/** How long a slice of a pass may hold other work up, in milliseconds. */
const SLICE_MS = 1

export class Sampler {
  readonly timeline: Timeline
  readonly ratesMode: RatesMode
  readonly #parts: SamplerParts
  readonly #broker: Float64Array = new Float64Array(BROKER_HISTORY.size)
  readonly #vhost: Float64Array = new Float64Array(VHOST_HISTORY.size)
  readonly #queue: Float64Array = new Float64Array(QUEUE_HISTORY.size)
  #node: History | undefined
  #timer: Timer | undefined
  #pass: Promise<void> | undefined
  readonly #listeners = new Set<() => void>()

  constructor(parts: SamplerParts) {
    this.#parts = parts
    this.ratesMode = parts.ratesMode
    this.timeline = new Timeline(parts.intervalMs)
  }

  /** Takes samples from now on. */
  start(): void {
    this.#parts.statistics.keepsPairs = this.ratesMode === 'detailed'
    this.#parts.node.start()
    this.#timer = this.#parts.clock.setInterval(() => void this.sample(), this.#parts.intervalMs)
    void this.sample()
  }

  close(): void {
    this.#timer?.clear()
    this.#parts.node.close()
  }

  /** Figures of the process and its machine. */
  get nodeFigures(): NodeFigures {
    return this.#parts.node
  }

  /** History of these figures. */
  get node(): History | undefined {
    return this.#node
  }

  /** Takes a pass now, unless one is under way. Resolves when it is done; never rejects. */
  sample(): Promise<void> {
    this.#pass ??= runInSlices(this.#run(), SLICE_MS)
      .catch(this.#parts.onError)
      .finally(() => {
        this.#pass = undefined
      })
    return this.#pass
  }

  /** Calls `listener` after every pass, until what it returns is called. It must not throw. */
  onSample(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Adds up what channels have counted, in slices, so that all totals are of now. */
  async collect(): Promise<void> {
    await runInSlices(this.#collect(), SLICE_MS)
  }

  *#collect(): Generator<void> {
    for (const { session } of this.#parts.connections) {
      for (const channel of session?.channels.values() ?? []) yield channel.collectCounts()
    }
  }

  *#run(): Generator<void> {
    const { clock, connections, vhosts } = this.#parts
    this.timeline.begin(clock.now())
    for (const connection of connections) {
      yield this.#sampleConnection(connection)
      for (const channel of connection.session?.channels.values() ?? []) yield this.#sampleChannel(channel)
    }
    this.#broker.fill(0)
    for (const vhost of vhosts.values()) {
      this.#vhost.fill(0)
      for (const queue of vhost.queues.values()) yield this.#sampleQueue(queue)
      for (const exchange of vhost.exchanges.values()) yield this.#sampleExchange(exchange)
      this.#sampleVhost(vhost)
    }
    this.#sampleBroker()
    this.timeline.complete()
    for (const listener of this.#listeners) listener()
  }

  #sampleConnection({ statistics }: SampledConnection): void {
    statistics.collect()
    statistics.history ??= this.#open(CONNECTION_HISTORY)
    statistics.history.record(statistics.octets)
  }

  #sampleChannel(channel: SampledChannel): void {
    channel.collectCounts()
    const { statistics } = channel
    if (statistics.history === undefined && !isAny(statistics.totals)) return
    statistics.history ??= this.#open(CHANNEL_HISTORY)
    if (statistics.history.record(statistics.totals)) statistics.changedAt = this.#parts.clock.now()
    if (this.ratesMode !== 'detailed') return
    for (const counts of statistics.exchanges.values()) {
      counts.history ??= this.#open(PUBLISHING_HISTORY)
      counts.history.record(counts.totals)
    }
    for (const counts of statistics.queues.values()) {
      counts.history ??= this.#open(DELIVERING_HISTORY)
      counts.history.record(counts.totals)
    }
  }

  #sampleQueue(queue: Queue): void {
    const { statistics, readyCount, unackedCount } = queue
    const values = this.#queue
    const { counted } = statistics
    if (counted !== undefined) values.set(counted)
    else values.fill(0, 0, QUEUE_STATS.length)
    values[QUEUE_LENGTHS_AT] = readyCount
    values[QUEUE_LENGTHS_AT + 1] = unackedCount
    this.#vhost[VHOST_LENGTHS_AT] += readyCount
    this.#vhost[VHOST_LENGTHS_AT + 1] += unackedCount
    statistics.history ??= this.#open(QUEUE_HISTORY)
    if (statistics.history.record(values)) statistics.changedAt = this.#parts.clock.now()
    if (queue.consumers.size > 0) {
      const able = queue.canDeliver ? 1 : 0
      statistics.utilisation += (able - statistics.utilisation) * UTILISATION_WEIGHT
    }
    if (this.ratesMode !== 'detailed') return
    for (const pair of statistics.exchanges.values()) {
      pair.history ??= this.#open(PAIR_HISTORY)
      pair.history.record(pair.totals)
    }
  }

  #sampleExchange({ statistics }: Exchange): void {
    const { counted } = statistics
    if (counted === undefined) return
    statistics.history ??= this.#open(EXCHANGE_HISTORY)
    statistics.history.record(counted)
  }

  #sampleVhost({ statistics }: Vhost): void {
    const values = this.#vhost
    values.set(statistics.totals)
    values[VHOST_OCTETS_AT] = statistics.receivedBytes
    values[VHOST_OCTETS_AT + 1] = statistics.sentBytes
    statistics.history ??= this.#open(VHOST_HISTORY)
    statistics.history.record(values)
    this.#broker[BROKER_LENGTHS_AT] += values[VHOST_LENGTHS_AT]
    this.#broker[BROKER_LENGTHS_AT + 1] += values[VHOST_LENGTHS_AT + 1]
  }

  #sampleBroker(): void {
    const { statistics, node } = this.#parts
    const values = this.#broker
    statistics.diskReads = node.io.reads
    statistics.diskWrites = this.#parts.messagesWritten()
    values.set(statistics.totals.subarray(0, MESSAGE_STATS.length))
    values[BROKER_DISK_AT] = statistics.diskReads
    values[BROKER_DISK_AT + 1] = statistics.diskWrites
    for (let i = 0; i < CHURN.length; i++) values[BROKER_CHURN_AT + i] = statistics.churn[CHURN[i]]
    statistics.history ??= this.#open(BROKER_HISTORY)
    statistics.history.record(values)
    this.#node ??= this.#open(node.shape)
    this.#node.record(node.read())
  }

  #open(shape: HistoryShape): History {
    return new History(this.timeline, shape)
  }
}
