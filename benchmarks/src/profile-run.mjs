/** `--profile`: runs ours under V8's CPU profiler and tells where the time went. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startWarren } from './brokers.mjs'
import { LoadGenerator } from './load-generator.mjs'
import { Subject } from './measure.mjs'
import { cacheFolder } from './paths.mjs'
import { formatSelfTimes, topSelfTimes } from './profile.mjs'
import { formatRun } from './report.mjs'

const FUNCTIONS_SHOWN = 30

/**
 * Resolves to a text with the run's figures, slowed down by the profiler, and the most expensive functions. The profile itself stays
 * in the cache folder, for a viewer such as Chrome's developer tools.
 *
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {import('./options.mjs').BenchOptions} options
 * @param {string} loadProgram
 */
export async function profileScenario(scenario, options, loadProgram) {
  const folder = join(cacheFolder, `profile-${scenario.id}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const broker = await startWarren(options.program, scenario, ['--cpu-prof', `--cpu-prof-dir=${folder}`])
  let run
  try {
    run = await new Subject(broker, new LoadGenerator(loadProgram, broker), options).measure(scenario)
  } finally {
    await broker.stop()
  }
  const name = readdirSync(folder).find((file) => file.endsWith('.cpuprofile'))
  if (!name) throw new Error(`the profiler wrote nothing to ${folder}: did the broker end in an orderly way?`)
  const file = join(folder, name)
  const functions = topSelfTimes(JSON.parse(readFileSync(file, 'utf8')), FUNCTIONS_SHOWN)
  return `${scenario.id}: ${formatRun(run)}\n${file}\n${formatSelfTimes(functions)}`
}
