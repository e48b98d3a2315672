/**
 * Scenario `start`: how long a program that embeds the broker waits for it.
 *
 * The first broker of a process pays for code that has never run; each of these is measured in a fresh process. Further brokers are
 * measured in one process after the other.
 */
import { fileURLToPath } from 'node:url'
import { runProgram } from './processes.mjs'
import { summarise } from './statistics.mjs'

/** @typedef {import('./statistics.mjs').Summary} Summary */

/**
 * Milliseconds.
 *
 * @typedef {object} StartTimes
 * @property {Summary} load Importing `@warrenmq/broker`.
 * @property {Summary} first From `createBroker` to `connection.open-ok`, for the first broker of a process.
 * @property {Summary} further The same for a later one.
 */

const probe = fileURLToPath(new URL('start-probe.mjs', import.meta.url))
const FRESH_PROCESSES = 20
const FURTHER_STARTS = 20

/** @returns {Promise<StartTimes>} */
export async function measureStart() {
  const fresh = []
  for (let i = 0; i < FRESH_PROCESSES; i++) fresh.push(await runProbe(0))
  const { furtherMs } = await runProbe(FURTHER_STARTS)
  return {
    load: summariseSome(fresh.map(({ loadMs }) => loadMs)),
    first: summariseSome(fresh.map(({ firstMs }) => firstMs)),
    further: summariseSome(furtherMs),
  }
}

/**
 * @param {number} furtherStarts
 * @returns {Promise<{ loadMs: number, firstMs: number, furtherMs: number[] }>}
 */
async function runProbe(furtherStarts) {
  const { exitCode, stdout, stderr } = await runProgram(process.execPath, [probe, `${furtherStarts}`], 60_000)
  if (exitCode !== 0) throw new Error(`the start probe failed:\n${stderr}`)
  return JSON.parse(stdout)
}

/** @param {number[]} values At least one. */
function summariseSome(values) {
  return /** @type {Summary} */ (summarise(values))
}
