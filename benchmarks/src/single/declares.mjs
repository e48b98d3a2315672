/** How fast durable queues are declared by one connection, and how fast a broker starts that has them. */
import { measureSync } from '../disk.mjs'

const QUEUES = 10_000
const BATCH = 500

/** @type {import('../measure.mjs').SingleMeasurement} */
export async function measureDeclares({ broker }) {
  const sync = measureSync()
  const declareMs = await broker.ask((peer) => declareEach(peer))
  const restartMs = await broker.restart()
  await broker.ask((peer) => peer.readyCount(`bench-${QUEUES - 1}`))
  const pipelinedMs = await broker.ask((peer) => declarePipelined(peer))
  return [
    { what: 'µs of the disk alone to write and sync 1 KiB, median', value: sync.p50 },
    { what: 's to declare 10,000, each after the answer', value: declareMs / 1000, digits: 2, goal: '≤ 5' },
    { what: 's from start to client, after kill -9', value: restartMs / 1000, digits: 2, goal: '≤ 2' },
    { what: `s to declare 10,000, ${BATCH} at a time`, value: pipelinedMs / 1000, digits: 2 },
  ]
}

/** @param {import('../amqp-peer.mjs').AmqpPeer} peer */
async function declareEach(peer) {
  const startMs = performance.now()
  for (let i = 0; i < QUEUES; i++) {
    await peer.call(1, 'queue.declare', { queue: `bench-${i}`, durable: true }, 'queue.declare-ok')
  }
  return performance.now() - startMs
}

/** @param {import('../amqp-peer.mjs').AmqpPeer} peer */
async function declarePipelined(peer) {
  const startMs = performance.now()
  for (let sent = 0; sent < QUEUES; sent += BATCH) {
    for (let i = sent; i < sent + BATCH; i++) peer.send(1, 'queue.declare', { queue: `more-${i}`, durable: true })
    for (let i = 0; i < BATCH; i++) await peer.expect('queue.declare-ok')
  }
  return performance.now() - startMs
}
