/**
 * One run of one library: `client-program.mjs LIBRARY SCENARIO PORT SIZE SECONDS`. Prints `{ value, cpu }`: what the scenario counts, and microseconds of CPU time of this
 * process for each message or request.
 */
import { randomUUID } from 'node:crypto'

/**
 * What a library is asked to do.
 *
 * @typedef {object} ClientUnderTest
 * @property {(queue: string, body: Uint8Array, settled: () => void) => void} publish Publishes with a confirm.
 * @property {(queue: string, handled: () => void) => Promise<void>} consume Acknowledges everything, with a prefetch of 1000.
 * @property {(queue: string) => Promise<(body: Uint8Array) => Promise<unknown>>} openRpc Serves a queue with echoes, and returns what asks it.
 * @property {(queue: string, args: Record<string, unknown>) => Promise<unknown>} declare A queue that is not durable.
 * @property {() => Promise<unknown>} close
 */

const WINDOW = 1000
const [library, scenario, port, size, seconds] = process.argv.slice(2)
/** Each is loaded in its own runs alone. @type {Record<string, () => Promise<{ open(port: number): Promise<any> }>>} */
const libraries = {
  warren: () => import('./libraries/warren.mjs'),
  amqplib: () => import('./libraries/amqplib.mjs'),
  'rabbitmq-client': () => import('./libraries/rabbitmq-client.mjs'),
}
/** @type {ClientUnderTest} */
const client = await (await libraries[library]()).open(Number(port))
const body = Buffer.alloc(Number(size), 'x')
const queue = `bench-${randomUUID()}`
const measure = { publish: measurePublish, consume: measureConsume, rpc: measureRpc }[scenario]
if (measure === undefined) throw new Error(`unknown scenario ${scenario}`)
console.log(JSON.stringify(await measure(Number(seconds) * 1000)))
process.exit(0)

/** @param {number} windowMs */
async function measurePublish(windowMs) {
  await client.declare(queue, { 'x-max-length': 1000, 'x-expires': 60_000 })
  let settled = 0
  let open = 0
  let stop = false
  const refill = () => {
    while (open < WINDOW && !stop) {
      open++
      client.publish(queue, body, () => {
        settled++
        open--
        if (open < WINDOW / 2) refill()
      })
    }
  }
  refill()
  await pause(windowMs / 3)
  const result = await count(windowMs, () => settled)
  stop = true
  return result
}

/** As many messages as there is time for are put in the queue before they are consumed. @param {number} windowMs */
async function measureConsume(windowMs) {
  await client.declare(queue, { 'x-expires': 60_000 })
  const filler = await (await import('./libraries/warren.mjs')).open(Number(port))
  const total = await filler.fill(queue, body, windowMs)
  await filler.close()
  let handled = 0
  let started = { at: 0, cpu: 0, handled: 0 }
  let finish = () => {}
  const done = new Promise((resolve) => {
    finish = () => resolve(undefined)
  })
  const limit = setTimeout(() => finish(), windowMs * 2)
  await client.consume(queue, () => {
    handled++
    // A compiler is to have seen the code.
    if (handled === total >> 2) started = { at: performance.now(), cpu: cpuMicroseconds(), handled }
    if (handled === total) finish()
  })
  await done
  clearTimeout(limit)
  const elapsed = performance.now() - started.at
  const counted = handled - started.handled
  return { value: (counted * 1000) / elapsed, cpu: (cpuMicroseconds() - started.cpu) / counted }
}

/** @param {number} windowMs */
async function measureRpc(windowMs) {
  await client.declare(queue, { 'x-expires': 60_000 })
  const request = await client.openRpc(queue)
  const warm = performance.now() + windowMs / 3
  while (performance.now() < warm) await request(body)
  /** @type {number[]} */
  const samples = []
  const cpu = cpuMicroseconds()
  const end = performance.now() + windowMs
  for (;;) {
    const start = performance.now()
    if (start > end) break
    await request(body)
    samples.push((performance.now() - start) * 1000)
  }
  samples.sort((a, b) => a - b)
  return { value: samples[samples.length >> 1], cpu: (cpuMicroseconds() - cpu) / samples.length }
}

/**
 * @param {number} windowMs
 * @param {() => number} counter
 */
async function count(windowMs, counter) {
  const from = { at: performance.now(), cpu: cpuMicroseconds(), counted: counter() }
  await pause(windowMs)
  const counted = counter() - from.counted
  const elapsed = performance.now() - from.at
  return { value: (counted * 1000) / elapsed, cpu: (cpuMicroseconds() - from.cpu) / counted }
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function cpuMicroseconds() {
  const { user, system } = process.cpuUsage()
  return user + system
}
