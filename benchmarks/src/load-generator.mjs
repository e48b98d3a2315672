/**
 * amqpload, the load generator: one C file, kept outside this repository, compiled when it is needed.
 *
 * Each run ends by itself; its time limit here only guards against a broker that stops answering.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from './errors.mjs'
import { cacheFolder } from './paths.mjs'
import { endProgram, runProgram, startProgram } from './processes.mjs'

/**
 * What amqpload reports about the measured window, as far as it is used here.
 *
 * @typedef {object} LoadReport
 * @property {number} publish Messages published per second.
 * @property {number} consume Deliveries received per second, by all consumers together.
 * @property {number} seconds Length of the window.
 * @property {number} brokerUsPerMsg CPU time of the broker, divided by the deliveries received when there are consumers, else by the
 *   messages published.
 * @property {number} rssKiB Resident memory of the broker at the end of the window.
 * @property {Percentiles} lat Microseconds from publishing to delivery.
 * @property {Percentiles} confirmLat Microseconds from publishing to the confirm.
 */

/**
 * @typedef {object} Percentiles
 * @property {number} p50
 * @property {number} p99
 */

/** Longest that amqpload goes on after its window: its own limit for publishing a count, plus that for orderly closes. */
const OVERTIME_MS = 160_000

/**
 * Compiles amqpload, unless this very source has been compiled before, and resolves to the program's path.
 *
 * @param {string} sourceFile
 */
export async function compileLoadGenerator(sourceFile) {
  if (!existsSync(sourceFile)) {
    throw new UsageError(
      `the load generator's source ${sourceFile} is missing: give its path with --load-generator or AMQPLOAD`,
    )
  }
  const hash = createHash('sha256').update(readFileSync(sourceFile)).digest('hex').slice(0, 12)
  const program = join(cacheFolder, `amqpload-${hash}`)
  if (existsSync(program)) return program

  mkdirSync(cacheFolder, { recursive: true })
  const { exitCode, stderr } = await runProgram('gcc', ['-O2', '-pthread', '-o', program, sourceFile], 120_000)
  if (exitCode !== 0) throw new Error(`gcc could not compile ${sourceFile}:\n${stderr}`)
  return program
}

/** One compiled load generator against one broker. */
export class LoadGenerator {
  #program
  #broker

  /**
   * @param {string} program
   * @param {{ loadPort: number, pid: number }} broker
   */
  constructor(program, broker) {
    this.#program = program
    this.#broker = broker
  }

  /**
   * @param {string[]} args
   * @param {number} seconds Of the measured window.
   * @param {number} warmUpSeconds Before it.
   * @returns {Promise<LoadReport>}
   */
  async run(args, seconds, warmUpSeconds) {
    const { loadPort, pid } = this.#broker
    const common = ['-j', '-p', `${loadPort}`, '-P', `${pid}`, '-z', `${seconds}`, '-w', `${warmUpSeconds}`]
    const limitMs = (seconds + warmUpSeconds) * 1000 + OVERTIME_MS
    const { exitCode, stdout, stderr } = await runProgram(this.#program, [...common, ...args], limitMs)
    if (exitCode !== 0) throw new Error(stderr.trim() || `amqpload ended with ${exitCode ?? 'the time limit'}`)
    return JSON.parse(stdout)
  }

  /**
   * Starts a run that is ended from here.
   *
   * @param {string[]} args
   */
  start(args) {
    const { loadPort, pid } = this.#broker
    const common = ['-p', `${loadPort}`, '-P', `${pid}`]
    const child = startProgram(this.#program, [...common, ...args], join(cacheFolder, 'amqpload.log'))
    return { stop: () => endProgram(child) }
  }

  /**
   * Deletes a queue that an earlier run kept.
   *
   * @param {string} queue
   */
  async deleteQueue(queue) {
    await this.run(['-q', queue, '-x', '0', '-y', '0'], 0, 0)
  }
}
