/**
 * One measured run of a scenario against one broker, by the kind of the scenario.
 *
 * The queue of a run is deleted at its end, so that every run finds the broker without a backlog.
 */
import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { openPeer } from './amqp-peer.mjs'
import { measureSync } from './disk.mjs'
import { declareTopology, deleteTopology } from './topology.mjs'

/**
 * @typedef {import('./load-generator.mjs').LoadGenerator} LoadGenerator
 * @typedef {import('./load-generator.mjs').LoadReport} LoadReport
 * @typedef {import('./scenarios.mjs').Scenario} Scenario
 */

/**
 * @typedef {object} Run
 * @property {number} rate Of what the scenario counts, per second.
 * @property {number} cpuUs Of the broker, for each of them.
 * @property {number} rssMiB Resident memory of the broker when the window closed.
 * @property {number} loadAverage Of the machine over the last minute, when the run began.
 * @property {number} seconds Length of the window.
 * @property {Latency} [latency]
 */

/**
 * Microseconds from publishing to delivery, and to the confirm; and those the disk alone takes to write and sync, just before.
 *
 * @typedef {object} Latency
 * @property {number} p50
 * @property {number} p99
 * @property {number} confirmP50
 * @property {number} confirmP99
 * @property {number} syncP50
 * @property {number} syncP99
 */

/**
 * What a scenario of kind `single` found out.
 *
 * @typedef {object} Figure
 * @property {string} what
 * @property {number} value
 * @property {number} [digits] Behind the point. Large numbers are shortened without it.
 * @property {string} [goal]
 */

/** @typedef {{ broker: import('./brokers.mjs').RunningBroker, load: LoadGenerator }} SingleParts */

/**
 * @typedef {(parts: SingleParts, scenario: Scenario, options: { backlog: number }) => Promise<Figure[]>} SingleMeasurement
 */

/** A broker with the load generator that is pointed at it. */
export class Subject {
  broker
  #load
  #options
  /**
   * Window of the next drain. It shrinks until a drain does not find the end of the queue, which would count idle time.
   *
   * @type {number}
   */
  #drainSeconds

  /**
   * @param {import('./brokers.mjs').RunningBroker} broker
   * @param {LoadGenerator} load
   * @param {{ seconds: number, warmUpSeconds: number, messages: number }} options
   */
  constructor(broker, load, options) {
    this.broker = broker
    this.#load = load
    this.#options = options
    this.#drainSeconds = options.seconds
  }

  /**
   * @param {Scenario} scenario
   * @returns {Promise<Run>}
   */
  async measure(scenario) {
    const loadAverage = loadavg()[0]
    const sync = scenario.latency ? measureSync() : undefined
    const report = await this.#runKind(scenario)
    return {
      rate: scenario.per === 'message' ? report.publish : report.consume,
      cpuUs: report.brokerUsPerMsg,
      rssMiB: report.rssKiB / 1024,
      loadAverage,
      seconds: report.seconds,
      ...(sync && { latency: toLatency(report, sync) }),
    }
  }

  /**
   * @param {import('./measure.mjs').SingleMeasurement} measurement
   * @param {Scenario} scenario
   * @param {{ backlog: number }} options
   */
  measureOnce(measurement, scenario, options) {
    return measurement({ broker: this.broker, load: this.#load }, scenario, options)
  }

  /** @param {Scenario} scenario */
  #runKind(scenario) {
    const { seconds, warmUpSeconds } = this.#options
    switch (scenario.kind) {
      case 'publish':
        return this.#fill(scenario, 'bench-publish').finally(() => this.#load.deleteQueue('bench-publish'))
      case 'drain':
        return this.#drain(scenario)
      default:
        return scenario.topology
          ? this.#runOn(scenario.topology, scenario)
          : this.#load.run(scenario.args, seconds, warmUpSeconds)
    }
  }

  /**
   * Declares what the scenario wants, and takes it down when the run is over.
   *
   * @param {import('./scenarios.mjs').Topology} topology
   * @param {Scenario} scenario
   */
  async #runOn(topology, scenario) {
    const { seconds, warmUpSeconds } = this.#options
    const peer = await openPeer(this.broker.port)
    try {
      await declareTopology(peer, topology)
      return await this.#load.run([...scenario.args, '-N'], seconds, warmUpSeconds)
    } finally {
      await deleteTopology(peer, topology)
      await peer.close()
    }
  }

  /**
   * Publishes the given number of messages into a queue that stays. The window is as long as that takes.
   *
   * @param {Scenario} scenario
   * @param {string} queue
   */
  #fill(scenario, queue) {
    return this.#load.run([...scenario.args, '-q', queue, '-K', '-y', '0', '-C', `${this.#options.messages}`], 0, 0)
  }

  /**
   * Fills a queue and consumes from it for a while, again with a shorter window when the queue ran dry.
   *
   * @param {Scenario} scenario
   * @returns {Promise<LoadReport>}
   */
  async #drain(scenario) {
    const queue = 'bench-drain'
    const peer = await openPeer(this.broker.port)
    try {
      for (;;) {
        try {
          await this.#fill(scenario, queue)
          await waitUntilFull(peer, queue, this.#options.messages)
          const report = await this.#load.run([...scenario.args, '-q', queue, '-K', '-x', '0'], this.#drainSeconds, 0)
          if ((await peer.readyCount(queue)) > 0) return report
        } finally {
          await this.#load.deleteQueue(queue)
        }
        this.#drainSeconds *= DRAIN_SHRINKS_TO
        if (this.#drainSeconds < DRAIN_SECONDS_MIN)
          throw new Error('D finds its queue empty too soon: raise --messages')
      }
    } finally {
      await peer.close()
    }
  }
}

/**
 * @param {LoadReport} report
 * @param {import('./disk.mjs').SyncTimes} sync
 * @returns {Latency}
 */
function toLatency({ lat, confirmLat }, sync) {
  return {
    p50: lat.p50,
    p99: lat.p99,
    confirmP50: confirmLat.p50,
    confirmP99: confirmLat.p99,
    syncP50: sync.p50,
    syncP99: sync.p99,
  }
}

const DRAIN_SHRINKS_TO = 0.7

/** The kernel counts CPU time in hundredths of a second; a shorter window would measure mostly that. */
const DRAIN_SECONDS_MIN = 0.1

const FILL_LIMIT_MS = 60_000

/**
 * Waits until everything that was published has reached the queue: RabbitMQ answers the publisher's close before that.
 *
 * @param {import('./amqp-peer.mjs').AmqpPeer} peer
 * @param {string} queue
 * @param {number} messages
 */
async function waitUntilFull(peer, queue, messages) {
  const endMs = performance.now() + FILL_LIMIT_MS
  while ((await peer.readyCount(queue)) < messages) {
    if (performance.now() > endMs) throw new Error(`the queue did not receive ${messages} messages in time`)
    await delay(100)
  }
}
