/**
 * Runs a scenario in rounds, alternately against each broker, so that what else the machine does meets all of them.
 *
 * Every scenario gets new broker processes, and each of them one run that is not counted: it lets a just-in-time compiler see the
 * code first.
 */
import { startRabbit, startWarren } from './brokers.mjs'
import { LoadGenerator } from './load-generator.mjs'
import { Subject } from './measure.mjs'
import { formatFigures, formatRun } from './report.mjs'

/**
 * @typedef {import('./options.mjs').BenchOptions} BenchOptions
 * @typedef {import('./report.mjs').ScenarioResult} ScenarioResult
 * @typedef {import('./scenarios.mjs').Scenario} Scenario
 */

/**
 * @param {Scenario} scenario
 * @param {BenchOptions} options
 * @param {string} loadProgram
 * @param {(line: string) => void} tell
 * @returns {Promise<ScenarioResult & { products: string[] }>}
 */
export async function compare(scenario, options, loadProgram, tell) {
  /** @type {Subject[]} */
  const subjects = []
  try {
    if (options.only !== 'rabbitmq')
      subjects.push(toSubject(await startWarren(options.program, scenario), loadProgram, options))
    if (options.only !== 'warren') subjects.push(toSubject(await startRabbit(scenario), loadProgram, options))
    const products = subjects.map(({ broker }) => broker.product)
    const { single } = scenario
    if (single)
      return { id: scenario.id, products, runs: {}, figures: await runOnce(single, scenario, subjects, options, tell) }
    return { id: scenario.id, products, runs: await runRounds(scenario, subjects, options.rounds, tell) }
  } finally {
    await Promise.all(subjects.map(({ broker }) => broker.stop()))
  }
}

/**
 * @param {import('./measure.mjs').SingleMeasurement} single
 * @param {Scenario} scenario
 * @param {Subject[]} subjects
 * @param {BenchOptions} options
 * @param {(line: string) => void} tell
 */
async function runOnce(single, scenario, subjects, options, tell) {
  /** @type {NonNullable<ScenarioResult['figures']>} */
  const figures = {}
  for (const subject of subjects) {
    const { name } = subject.broker
    const found = await subject.measureOnce(single, scenario, options)
    tell(`${scenario.id}, ${name}: ${formatFigures(found)}`)
    figures[name] = found
  }
  return figures
}

/**
 * @param {Scenario} scenario
 * @param {Subject[]} subjects
 * @param {number} rounds
 * @param {(line: string) => void} tell
 */
async function runRounds(scenario, subjects, rounds, tell) {
  /** @type {ScenarioResult['runs']} */
  const runs = {}
  for (const { broker } of subjects) runs[broker.name] = []
  for (let round = 0; round <= rounds; round++) {
    const ordered = round % 2 === 0 ? subjects : subjects.toReversed()
    for (const subject of ordered) {
      const { name } = subject.broker
      const run = await subject.measure(scenario)
      tell(`${scenario.id} ${round === 0 ? 'warm-up' : `round ${round}`}, ${name}: ${formatRun(run)}`)
      if (round > 0) runs[name]?.push(run)
    }
  }
  return runs
}

/**
 * @param {import('./brokers.mjs').RunningBroker} broker
 * @param {string} loadProgram
 * @param {BenchOptions} options
 */
function toSubject(broker, loadProgram, options) {
  return new Subject(broker, new LoadGenerator(loadProgram, broker), options)
}
