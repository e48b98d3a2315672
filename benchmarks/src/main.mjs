/**
 * `npm run bench`: measures whole brokers. docs/performance.md says what the numbers mean.
 *
 * The tables go to the standard output, progress to the standard error, and every single run to `.cache/bench/results.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { constants, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { stopBrokers } from './brokers.mjs'
import { compare } from './compare.mjs'
import { UsageError } from './errors.mjs'
import { compileLoadGenerator } from './load-generator.mjs'
import { resolveOptions, usage } from './options.mjs'
import { cacheFolder } from './paths.mjs'
import { profileScenario } from './profile-run.mjs'
import { formatStartTimes, formatTables } from './report.mjs'
import { scenarios } from './scenarios.mjs'
import { measureStart } from './start-time.mjs'

/**
 * @typedef {import('./options.mjs').BenchOptions} BenchOptions
 * @typedef {import('./scenarios.mjs').Scenario} Scenario
 */

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => stopBrokers().finally(() => process.exit(128 + constants.signals[signal])))
}

try {
  const options = resolveOptions(process.argv.slice(2))
  if (options.help) process.stdout.write(usage)
  else await runBenchmarks(options)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`bench: ${error.message}`)
  process.exitCode = 2
}

/** @param {BenchOptions} options */
async function runBenchmarks(options) {
  const wanted = scenarios.filter(({ id }) => options.scenarios.includes(id))
  const loaded = wanted.filter(({ kind }) => kind !== 'start')
  const loadProgram = loaded.length > 0 ? await compileLoadGenerator(options.loadGenerator) : ''
  if (options.profile) {
    const profiled = loaded.filter(({ kind }) => kind !== 'single')
    if (profiled.length === 0) throw new UsageError('--profile needs a scenario with load that runs more than once')
    for (const scenario of profiled) console.log(await profileScenario(scenario, options, loadProgram))
    return
  }

  const results = await compareAll(loaded, options, loadProgram)
  const startTimes = wanted.length > loaded.length && options.only !== 'rabbitmq' ? await measureStart() : undefined
  const machine = describeMachine()
  const products = [...new Set(results.flatMap((result) => result.products))]
  console.log(`${[...products, `Node.js ${process.version}`, machine].join('; ')}; ${describeOptions(options)}\n`)
  if (results.length > 0) console.log(formatTables(results))
  if (startTimes) console.log(formatStartTimes(startTimes))
  writeResults({
    date: new Date().toISOString(),
    products,
    node: process.version,
    machine,
    options,
    results,
    startTimes,
  })
}

/**
 * All scenarios in turn. One that fails is told of and left out; the others still count.
 *
 * @param {Scenario[]} wanted
 * @param {BenchOptions} options
 * @param {string} loadProgram
 */
async function compareAll(wanted, options, loadProgram) {
  const results = []
  for (const scenario of wanted) {
    try {
      results.push(await compare(scenario, options, loadProgram, (line) => console.error(line)))
    } catch (error) {
      if (error instanceof UsageError) throw error
      console.error(`bench: scenario ${scenario.id} failed: ${error instanceof Error ? error.message : error}`)
      process.exitCode = 1
    }
  }
  return results
}

function describeMachine() {
  const memoryGiB = (totalmem() / 2 ** 30).toFixed(0)
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, ${memoryGiB} GiB, Linux ${release().split('-')[0]}`
}

/** @param {BenchOptions} options */
function describeOptions({ rounds, seconds, warmUpSeconds, messages }) {
  return `${rounds} rounds of ${seconds} s after ${warmUpSeconds} s, ${messages} messages in P and D`
}

/** @param {object} results */
function writeResults(results) {
  mkdirSync(cacheFolder, { recursive: true })
  const file = join(cacheFolder, 'results.json')
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  console.error(`bench: every run is in ${file}`)
}
