/** Results as Markdown. */
import { scenarios } from './scenarios.mjs'
import { summarise } from './statistics.mjs'

/**
 * @typedef {import('./measure.mjs').Run} Run
 * @typedef {import('./measure.mjs').Figure} Figure
 * @typedef {import('./measure.mjs').Latency} Latency
 * @typedef {import('./statistics.mjs').Summary} Summary
 * @typedef {import('./start-time.mjs').StartTimes} StartTimes
 */

/**
 * @typedef {object} ScenarioResult
 * @property {string} id
 * @property {Partial<Record<'warren' | 'rabbitmq', Run[]>>} runs In the order of their rounds.
 * @property {Partial<Record<'warren' | 'rabbitmq', Figure[]>>} [figures] What was measured once.
 */

/** What stands in a cell of a broker that was not measured. */
const NOTHING = '–'

const BROKER_NAMES = { warren: 'WarrenMQ', rabbitmq: 'RabbitMQ' }

/**
 * All tables for which there are results.
 *
 * @param {readonly ScenarioResult[]} results
 */
export function formatTables(results) {
  const repeated = results.filter(({ figures }) => figures === undefined)
  const timed = repeated.filter(({ id }) => describe(id).latency)
  const single = results.filter(({ figures }) => figures !== undefined)
  return [
    ...(repeated.length > 0 ? formatRates(repeated) : []),
    ...(timed.length > 0 ? formatLatencies(timed) : []),
    ...(single.length > 0 ? formatSingle(single) : []),
  ].join('\n')
}

/**
 * One table for the rates and one for what they cost, with a row per scenario; each cell is `median (min–max)`.
 *
 * @param {readonly ScenarioResult[]} results
 */
function formatRates(results) {
  const rates = results.map(({ id, runs }) => [
    id,
    describe(id).per,
    cell(runs.warren, 'rate', formatRate),
    cell(runs.rabbitmq, 'rate', formatRate),
    ratio(runs.warren, runs.rabbitmq, 'rate'),
    cell([...(runs.warren ?? []), ...(runs.rabbitmq ?? [])], 'loadAverage', (value) => value.toFixed(1)),
  ])
  const costs = results.map(({ id, runs }) => [
    id,
    describe(id).per,
    cell(runs.warren, 'cpuUs', formatUs),
    describe(id).cpuGoalUs === undefined ? NOTHING : `≤ ${describe(id).cpuGoalUs}`,
    cell(runs.rabbitmq, 'cpuUs', formatUs),
    ratio(runs.rabbitmq, runs.warren, 'cpuUs'),
    cell(runs.warren, 'rssMiB', (value) => value.toFixed(0)),
    cell(runs.rabbitmq, 'rssMiB', (value) => value.toFixed(0)),
  ])
  return [
    'Per second:\n',
    table(['', 'counts', 'WarrenMQ', 'RabbitMQ', 'times as many', 'load average'], rates),
    "\nCPU time of the broker in microseconds for each, and its memory in MiB at the run's end:\n",
    table(['', 'counts', 'WarrenMQ µs', 'goal', 'RabbitMQ µs', 'times less', 'WarrenMQ MiB', 'RabbitMQ MiB'], costs),
  ]
}

/** Columns of the table of latencies. @type {readonly (readonly [head: string, field: keyof Latency])[]} */
const LATENCIES = [
  ['delivery p50', 'p50'],
  ['delivery p99', 'p99'],
  ['confirm p50', 'confirmP50'],
  ['confirm p99', 'confirmP99'],
  ['disk p50', 'syncP50'],
  ['disk p99', 'syncP99'],
]

/** @param {readonly ScenarioResult[]} results */
function formatLatencies(results) {
  const rows = results.flatMap(({ id, runs }) =>
    Object.entries(runs).map(([name, list]) => [
      id,
      BROKER_NAMES[/** @type {keyof typeof BROKER_NAMES} */ (name)],
      ...LATENCIES.map(([, field]) => {
        const summary = summarise(list.flatMap(({ latency }) => (latency ? [latency[field]] : [])))
        return summary ? formatSummary(summary, (value) => value.toFixed(0)) : NOTHING
      }),
    ]),
  )
  return [
    '\nMicroseconds from publishing to delivery and to the confirm; beside them those of a write of 1 KiB with `fdatasync`, alone:\n',
    table(['', '', ...LATENCIES.map(([head]) => head)], rows),
  ]
}

/** @param {readonly ScenarioResult[]} results */
function formatSingle(results) {
  const rows = results.flatMap(({ id, figures = {} }) => {
    const { warren = [], rabbitmq = [] } = figures
    return (warren.length > 0 ? warren : rabbitmq).map(({ what, goal = NOTHING }) => [
      id,
      what,
      figureCell(warren, what),
      warren.length > 0 ? goal : NOTHING,
      figureCell(rabbitmq, what),
    ])
  })
  return ['\nMeasured once:\n', table(['', 'what', 'WarrenMQ', 'goal', 'RabbitMQ'], rows)]
}

/**
 * @param {readonly Figure[]} figures
 * @param {string} what
 */
function figureCell(figures, what) {
  const figure = figures.find((candidate) => candidate.what === what)
  return figure ? formatFigure(figure) : NOTHING
}

/** @param {Figure} figure */
function formatFigure({ value, digits }) {
  if (digits !== undefined) return value.toFixed(digits)
  return value < 10_000 ? value.toFixed(0) : formatRate(value)
}

/**
 * As a line for whoever waits.
 *
 * @param {readonly Figure[]} figures
 */
export function formatFigures(figures) {
  return figures.map((figure) => `${formatFigure(figure)} ${figure.what}`).join(', ')
}

/** @param {StartTimes} times */
export function formatStartTimes(times) {
  const rows = [
    ['importing `@warrenmq/broker`', formatMs(times.load)],
    ['`createBroker` until a client is connected, first of a process', formatMs(times.first)],
    ['the same, a later one', formatMs(times.further)],
  ]
  return table(['embedded start', 'ms'], rows)
}

/**
 * One run as a line for whoever waits.
 *
 * @param {Run} run
 */
export function formatRun(run) {
  const parts = [
    `${formatRate(run.rate)}/s`,
    `${formatUs(run.cpuUs)} µs`,
    `${run.rssMiB.toFixed(0)} MiB`,
    `load average ${run.loadAverage.toFixed(1)}`,
  ]
  return parts.join(', ')
}

/** @param {string} id */
function describe(id) {
  return /** @type {import('./scenarios.mjs').Scenario} */ (scenarios.find((scenario) => scenario.id === id))
}

/**
 * @param {readonly Run[] | undefined} runs
 * @param {'rate' | 'cpuUs' | 'rssMiB' | 'loadAverage'} field
 * @param {(value: number) => string} format
 */
function cell(runs, field, format) {
  const summary = summarise((runs ?? []).map((run) => run[field]))
  return summary ? formatSummary(summary, format) : NOTHING
}

/**
 * How many times the second median fits into the first.
 *
 * @param {readonly Run[] | undefined} dividend
 * @param {readonly Run[] | undefined} divisor
 * @param {'rate' | 'cpuUs' | 'rssMiB' | 'loadAverage'} field
 */
function ratio(dividend, divisor, field) {
  const above = summarise((dividend ?? []).map((run) => run[field]))
  const below = summarise((divisor ?? []).map((run) => run[field]))
  return above && below && below.median > 0 ? `${(above.median / below.median).toFixed(1)} ×` : NOTHING
}

/**
 * @param {Summary} summary
 * @param {(value: number) => string} format
 */
function formatSummary({ median, min, max }, format) {
  return `${format(median)} (${format(min)}–${format(max)})`
}

/** @param {Summary} summary */
function formatMs(summary) {
  return formatSummary(summary, (value) => value.toFixed(1))
}

/** @param {number} perSecond */
function formatRate(perSecond) {
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M` : `${(perSecond / 1e3).toFixed(1)} k`
}

/** @param {number} us */
function formatUs(us) {
  return us.toFixed(us < 10 ? 2 : 1)
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n')}\n`
}
