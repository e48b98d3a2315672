/**
 * `node benchmarks/src/clients/main.mjs`: this repository's client beside amqplib and rabbitmq-client, on both brokers. docs/performance.md says what the numbers
 * mean.
 *
 * Libraries take turns, each run in a process of its own, so that none finds what another left behind. Every run ends by itself.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { startRabbit, startWarren, stopBrokers } from '../brokers.mjs'
import { repositoryFolder } from '../paths.mjs'
import { summarise } from '../statistics.mjs'

const run = promisify(execFile)
const program = fileURLToPath(new URL('client-program.mjs', import.meta.url))
const libraries = ['warren', 'amqplib', 'rabbitmq-client']
const scenarios = ['publish', 'consume', 'rpc']

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    sizes: { type: 'string', default: '16,1024' },
    scenarios: { type: 'string', default: scenarios.join(',') },
    only: { type: 'string' },
  },
})

try {
  for (const name of values.only === undefined ? ['warren', 'rabbitmq'] : [values.only]) {
    const broker = await (name === 'warren'
      ? startWarren(`${repositoryFolder}/packages/broker/dist/bin/warren.js`)
      : startRabbit())
    console.log(`\nOn ${broker.product}:\n`)
    console.log('| | counts | @warrenmq/client | amqplib | rabbitmq-client | times the faster of both |')
    console.log('| --- | --- | --- | --- | --- | --- |')
    for (const scenario of values.scenarios.split(',')) {
      for (const size of values.sizes.split(',')) console.log(await compare(broker.port, scenario, size))
    }
    await broker.stop()
  }
} finally {
  await stopBrokers()
}

/**
 * @param {number} port
 * @param {string} scenario
 * @param {string} size
 */
async function compare(port, scenario, size) {
  /** @type {Map<string, { value: number, cpu: number }[]>} */
  const results = new Map(libraries.map((library) => [library, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const library of libraries) {
      const args = [program, library, scenario, `${port}`, size, values.seconds]
      const { stdout } = await run(process.execPath, args, { timeout: 60_000 })
      results.get(library)?.push(JSON.parse(stdout))
    }
  }
  const figures = libraries.map((library) => describe(scenario, results.get(library) ?? []))
  const [ours, ...theirs] = libraries.map((library) => medianOf(results.get(library) ?? [], 'value'))
  const factor = scenario === 'rpc' ? Math.min(...theirs) / ours : ours / Math.max(...theirs)
  const counts = scenario === 'rpc' ? 'µs, median' : 'per second'
  return `| ${scenario}, ${size} B | ${counts} | ${figures.join(' | ')} | ${factor.toFixed(1)} × |`
}

/**
 * @param {string} scenario
 * @param {{ value: number, cpu: number }[]} results
 */
function describe(scenario, results) {
  const format = (/** @type {number} */ value) =>
    scenario === 'rpc' ? value.toFixed(0) : `${(value / 1000).toFixed(1)} k`
  const all = results.map(({ value }) => value)
  const cpu = medianOf(results, 'cpu')
  return `${format(medianOf(results, 'value'))} (${format(Math.min(...all))}–${format(Math.max(...all))}), ${cpu.toFixed(1)} µs CPU`
}

/**
 * @param {{ value: number, cpu: number }[]} results
 * @param {'value' | 'cpu'} name
 */
function medianOf(results, name) {
  return summarise(results.map((result) => result[name]))?.median ?? Number.NaN
}
