/**
 * What figures cost: pages of 10,000 queues, the metrics, and the samples behind them, beside a probe that publishes and consumes.
 *
 *     node benchmarks/src/figures.mjs [warren.js]
 *
 * The probe is this process; requests are sent by another one, so that what it does with answers does not count as the broker's.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { encodeContentFrames, encodeMethodFrame } from '@warrenmq/codec'
import { openPeer } from './amqp-peer.mjs'
import { residentMiB } from './disk.mjs'
import { endProgram, findFreePort, startProgram } from './processes.mjs'

const QUEUES = 10_000
const PROBE = 'figures-probe'
const WINDOW_MS = 10_000
/** The probe publishes once in this time. */
const PROBE_INTERVAL_MS = 2
/** Time from an answer to the next request. */
const PAUSE_MS = 100
const FRAME_MAX = 131_072
const AUTHORIZATION = `Basic ${Buffer.from('guest:guest').toString('base64')}`

/** Pages that are asked for, by what they are. */
const REQUESTS = {
  'a page of 100 queues': '/api/queues?page=50&page_size=100',
  'a page of 500 queues': '/api/queues?page=10&page_size=500',
  'a page of 100, by messages': '/api/queues?page=1&page_size=100&sort=messages&sort_reverse=true',
  'a page of 100, by name filter': '/api/queues?page=1&page_size=100&name=999',
  overview: '/api/overview',
}

/** @param {readonly number[]} values @param {number} share */
function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** @param {readonly number[]} values */
function describe(values) {
  const [p50, p99, max] = [percentile(values, 0.5), percentile(values, 0.99), Math.max(...values)]
  return `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, most ${max.toFixed(2)} ms (${values.length})`
}

/**
 * Sends one request after the other for a while, and prints how long each took.
 *
 * @param {string} url
 * @param {number} durationMs
 */
async function request(url, durationMs) {
  const times = []
  const end = performance.now() + durationMs
  while (performance.now() < end) {
    const start = performance.now()
    const answer = await fetch(url, { headers: { authorization: AUTHORIZATION } })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
    times.push(performance.now() - start)
    await delay(PAUSE_MS)
  }
  process.send?.(times)
}

/**
 * The same in another process.
 *
 * @param {string} url
 * @returns {Promise<number[]>}
 */
function requestElsewhere(url) {
  const child = fork(fileURLToPath(import.meta.url), ['--request', url])
  return new Promise((fulfil, reject) => {
    child.once('message', (times) => fulfil(/** @type {number[]} */ (times)))
    child.once('exit', (code) => reject(new Error(`requests ended with ${code}`)))
  })
}

/**
 * Times from publishing to delivery, in milliseconds.
 *
 * @param {number} port
 * @param {() => boolean} isOver
 */
async function probe(port, isOver) {
  const peer = await openPeer(port)
  await peer.call(1, 'queue.declare', { queue: PROBE, autoDelete: true }, 'queue.declare-ok')
  await peer.call(1, 'basic.consume', { queue: PROBE, noAck: true }, 'basic.consume-ok')
  const message = publishing(PROBE)
  const times = []
  while (!isOver()) {
    const start = performance.now()
    peer.write(message)
    await peer.expect('basic.deliver')
    times.push(performance.now() - start)
    await delay(PROBE_INTERVAL_MS)
  }
  await peer.close()
  return times
}

/** @param {string} queue */
function publishing(queue) {
  const body = Buffer.from('sixteen bytes ..')
  return Buffer.concat([
    encodeMethodFrame(1, 'basic.publish', { routingKey: queue }),
    ...encodeContentFrames(1, {}, body, FRAME_MAX),
  ])
}

/** @param {number} port */
async function declareQueues(port) {
  const peer = await openPeer(port)
  for (let i = 0; i < QUEUES; i++) {
    peer.send(1, 'queue.declare', { queue: `figures-${i}` })
    if (i % 500 === 499) for (let j = 0; j < 500; j++) await peer.expect('queue.declare-ok')
  }
  await peer.close()
}

/**
 * Publishes to all queues, so that all of their counts change.
 *
 * @param {number} port
 * @param {() => boolean} isOver
 */
async function keepBusy(port, isOver) {
  const peer = await openPeer(port)
  while (!isOver()) {
    for (let i = 0; i < QUEUES; i++) {
      peer.write(publishing(`figures-${i}`))
      peer.send(1, 'basic.get', { queue: `figures-${i}`, noAck: true })
      await peer.expect('basic.get-ok')
    }
  }
  await peer.close()
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {(ports: { amqp: number, http: number, metrics: number, pid: number }) => Promise<void>} measure
 */
async function withBroker(program, args, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'warren-figures-'))
  const [amqp, http, metrics] = [await findFreePort(), await findFreePort(), await findFreePort()]
  const ports = ['--port', `${amqp}`, '--management-port', `${http}`, '--prometheus-port', `${metrics}`]
  const own = ['--host', '127.0.0.1', '--data-directory', '', '--log-level', 'warning']
  const child = startProgram(process.execPath, [program, ...own, ...ports, ...args], join(folder, 'log'))
  try {
    for (let i = 0; ; i++) {
      const peer = await openPeer(amqp).catch(() => undefined)
      await peer?.close()
      if (peer !== undefined) break
      if (i === 100) throw new Error('the broker does not start')
      await delay(100)
    }
    await measure({ amqp, http, metrics, pid: /** @type {number} */ (child.pid) })
  } finally {
    await endProgram(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} program */
async function measureFigures(program) {
  await withBroker(program, [], async ({ amqp, http, metrics, pid }) => {
    console.log(`memory without queues: ${residentMiB(pid).now.toFixed(0)} MiB`)
    await declareQueues(amqp)
    await delay(6000)
    console.log(`memory with ${QUEUES} idle queues: ${residentMiB(pid).now.toFixed(0)} MiB`)
    const alone = performance.now() + WINDOW_MS
    console.log(`probe alone, samples every 5 s: ${describe(await probe(amqp, () => performance.now() > alone))}`)
    for (const [what, path] of [...Object.entries(REQUESTS), ['metrics', '']]) {
      const url = path === '' ? `http://127.0.0.1:${metrics}/metrics` : `http://127.0.0.1:${http}${path}`
      await measureBeside(amqp, what, url)
    }
    await measureBeside(amqp, 'metrics per object', `http://127.0.0.1:${metrics}/metrics/per-object`)
  })
  await withBroker(program, ['--collect-statistics-interval-ms', '250'], async ({ amqp, pid }) => {
    await declareQueues(amqp)
    const before = residentMiB(pid).now
    let isOver = false
    const busy = keepBusy(amqp, () => isOver)
    await delay(8000)
    const end = performance.now() + WINDOW_MS
    console.log(`probe beside samples every 250 ms: ${describe(await probe(amqp, () => performance.now() > end))}`)
    isOver = true
    await busy
    console.log(
      `memory with ${QUEUES} queues, idle then all used: ${before.toFixed(0)}, ${residentMiB(pid).now.toFixed(0)} MiB`,
    )
  })
}

/**
 * @param {number} amqp
 * @param {string} what
 * @param {string} url
 */
async function measureBeside(amqp, what, url) {
  let isOver = false
  const requests = requestElsewhere(url).finally(() => {
    isOver = true
  })
  const times = await probe(amqp, () => isOver)
  console.log(`${what}: ${describe(await requests)}\n  probe beside it: ${describe(times)}`)
}

const [first, second] = process.argv.slice(2)
if (first === '--request') await request(second, WINDOW_MS)
else await measureFigures(resolve(first ?? 'packages/broker/dist/bin/warren.js'))
