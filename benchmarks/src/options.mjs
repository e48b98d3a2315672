/** The options of `npm run bench`, their defaults and ranges. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from './errors.mjs'
import { repositoryFolder } from './paths.mjs'
import { scenarios } from './scenarios.mjs'

/**
 * @typedef {object} BenchOptions
 * @property {string[]} scenarios Ids of the scenarios to run, in the order of their table.
 * @property {number} rounds Measured runs of each scenario and broker.
 * @property {number} seconds Length of the measured window of a run.
 * @property {number} warmUpSeconds Load before the window opens.
 * @property {number} messages How many messages P publishes and D finds in the queue.
 * @property {number} backlog How many messages ours has to take in `backlog` and `backlog-d`.
 * @property {'warren' | 'rabbitmq' | undefined} only Measure this broker alone.
 * @property {string} loadGenerator Path of the load generator's C source.
 * @property {string} program Path of the broker program that is measured.
 * @property {boolean} profile Show where ours spends its time instead of comparing.
 * @property {boolean} help
 */

const DEFAULT_LOAD_GENERATOR = '../shared/bench/amqpload.c'
const DEFAULT_PROGRAM = 'packages/broker/dist/bin/warren.js'

const flags = /** @type {const} */ ({
  scenario: { type: 'string', short: 's', multiple: true },
  rounds: { type: 'string', short: 'r', default: '5' },
  seconds: { type: 'string', short: 'z', default: '3' },
  'warm-up': { type: 'string', short: 'w', default: '1' },
  messages: { type: 'string', short: 'm', default: '2000000' },
  backlog: { type: 'string', default: '5000000' },
  only: { type: 'string' },
  'load-generator': { type: 'string' },
  program: { type: 'string' },
  profile: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
})

export const usage = `npm run bench -- [options]

Measures WarrenMQ and RabbitMQ alternately and prints the medians of all rounds as a table in Markdown.

  -s, --scenario IDS        which scenarios to run, such as A,F or start; default all
  -r, --rounds N            measured runs of each scenario and broker; default 5
  -z, --seconds N           length of a measured run; default 3
  -w, --warm-up N           seconds of load before a run is measured; default 1
  -m, --messages N          how many messages P publishes and D drains; default 2000000
      --backlog N           how many messages ours takes in backlog and backlog-d; default 5000000
      --only BROKER         measure only warren or only rabbitmq
      --load-generator FILE C source of the load generator amqpload; default $AMQPLOAD or ${DEFAULT_LOAD_GENERATOR}
      --program FILE        the warren program to measure; default ${DEFAULT_PROGRAM}
      --profile             run ours once under the CPU profiler and print where its time goes
  -h, --help                this text

Scenarios:
${scenarios.map(({ id, title }) => `  ${id.padEnd(6)} ${title}`).join('\n')}
`

/**
 * Reads the command line.
 *
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 * @returns {BenchOptions}
 * @throws UsageError for what cannot be meant.
 */
export function resolveOptions(args, env = process.env) {
  const values = parseFlags(args)
  if (values.only !== undefined && values.only !== 'warren' && values.only !== 'rabbitmq') {
    throw new UsageError(`--only ${values.only} must be warren or rabbitmq`)
  }
  if (values.profile && values.only === 'rabbitmq') throw new UsageError('--profile works on warren only')
  return {
    scenarios: resolveScenarios(values.scenario ?? []),
    rounds: readNumber('--rounds', values.rounds, 1, 1000, true),
    seconds: readNumber('--seconds', values.seconds, 0.1, 600),
    warmUpSeconds: readNumber('--warm-up', values['warm-up'], 0, 60),
    messages: readNumber('--messages', values.messages, 1000, 100_000_000, true),
    backlog: readNumber('--backlog', values.backlog, 1000, 100_000_000, true),
    only: values.profile ? 'warren' : values.only,
    loadGenerator: resolve(repositoryFolder, values['load-generator'] ?? env.AMQPLOAD ?? DEFAULT_LOAD_GENERATOR),
    program: resolve(repositoryFolder, values.program ?? DEFAULT_PROGRAM),
    profile: values.profile,
    help: values.help,
  }
}

/** @param {string[]} args */
function parseFlags(args) {
  try {
    return parseArgs({ args, options: flags, strict: true }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** @param {string[]} lists Each one id or several with commas. */
function resolveScenarios(lists) {
  const ids = scenarios.map(({ id }) => id)
  if (lists.length === 0) return ids
  const wanted = lists.flatMap((list) => list.split(',')).map((name) => name.trim().toLowerCase())
  for (const name of wanted) {
    if (!ids.some((id) => id.toLowerCase() === name)) {
      throw new UsageError(`there is no scenario '${name}', only ${ids.join(', ')}`)
    }
  }
  return ids.filter((id) => wanted.includes(id.toLowerCase()))
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} min
 * @param {number} max
 * @param {boolean} [isWhole]
 */
function readNumber(name, text, min, max, isWhole = false) {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!(value >= min && value <= max) || (isWhole && !Number.isInteger(value))) {
    throw new UsageError(`${name} ${text} must be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`)
  }
  return value
}
