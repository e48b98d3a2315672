/** Filling a queue with very many messages. */
import { setTimeout as delay } from 'node:timers/promises'

/** The load generator gives up on a number of messages after two minutes, so that more than these come in several runs. */
const PORTION = 250_000
const SETTLE_LIMIT_MS = 120_000

/**
 * @typedef {object} Fill
 * @property {number} rate Messages per second.
 * @property {number} cpuUs Of the broker, for each message.
 */

/**
 * Publishes into a queue that stays, and waits until all messages are in it.
 *
 * @param {import('../measure.mjs').SingleParts} parts
 * @param {string} queue
 * @param {string[]} args Of the load generator.
 * @param {number} messages
 * @returns {Promise<Fill>}
 */
export async function fillQueue({ broker, load }, queue, args, messages) {
  let seconds = 0
  let cpuUs = 0
  for (let done = 0; done < messages; done += PORTION) {
    const count = Math.min(PORTION, messages - done)
    const report = await load.run([...args, '-q', queue, '-K', '-y', '0', '-C', `${count}`], 0, 0)
    seconds += report.seconds
    cpuUs += report.brokerUsPerMsg * count
  }
  await waitForCount(broker, queue, messages, SETTLE_LIMIT_MS)
  return { rate: messages / seconds, cpuUs: cpuUs / messages }
}

/**
 * Waits until exactly so many messages are ready.
 *
 * @param {import('../brokers.mjs').RunningBroker} broker
 * @param {string} queue
 * @param {number} count
 * @param {number} limitMs
 */
export async function waitForCount(broker, queue, count, limitMs) {
  const endMs = performance.now() + limitMs
  for (;;) {
    const found = await broker.ask((peer) => peer.readyCount(queue))
    if (found === count) return
    if (performance.now() > endMs) throw new Error(`${queue} has ${found} messages ready instead of ${count}`)
    await delay(5)
  }
}
