/** The siblings `…_details` of figures: rates, and samples where a range is asked for. */

import type { JsonObject } from '../../parameters/json-value.ts'
import type { History } from '../../statistics/history.ts'
import type { SampleRange } from '../../statistics/timeline.ts'
import { badRequest } from '../http-error.ts'

/** Samples that are asked for: of lengths of queues, rates of messages and bytes, and figures of the node. */
export interface Ranges {
  readonly lengths: SampleRange | undefined
  readonly messageRates: SampleRange | undefined
  readonly dataRates: SampleRange | undefined
  readonly nodeStats: SampleRange | undefined
}

/** Query parameters that {@link readRanges} looks at. */
export const RANGE_QUERY: readonly string[] = ['lengths', 'msg_rates', 'data_rates', 'node_stats'].flatMap((name) => [
  `${name}_age`,
  `${name}_incr`,
])

/** Most samples that one request may ask for, of each figure. RabbitMQ's. */
const SAMPLES_MAX = 500

/** @throws HttpError 400 */
export function readRanges(query: URLSearchParams): Ranges {
  return {
    lengths: readRange(query, 'lengths'),
    messageRates: readRange(query, 'msg_rates'),
    dataRates: readRange(query, 'data_rates'),
    nodeStats: readRange(query, 'node_stats'),
  }
}

export const NO_RANGES: Ranges = {
  lengths: undefined,
  messageRates: undefined,
  dataRates: undefined,
  nodeStats: undefined,
}

/** A range takes both of its parameters, as whole numbers of seconds. */
function readRange(query: URLSearchParams, name: string): SampleRange | undefined {
  const age = query.get(`${name}_age`) ?? ''
  const incr = query.get(`${name}_incr`) ?? ''
  if (!/^-?\d+$/.test(age) || !/^-?\d+$/.test(incr)) return undefined
  const [ageSeconds, incrSeconds] = [Number(age), Number(incr)]
  if (ageSeconds > 0 && incrSeconds > 0 && Math.floor(ageSeconds / incrSeconds) <= SAMPLES_MAX) {
    return { ageSeconds, incrSeconds }
  }
  throw badRequest(`Invalid range parameters: age ${age}, incr ${incr}`)
}

/** The details of a figure, or of the sum of several. */
export function viewDetails(
  history: History | undefined,
  indexes: readonly number[],
  range: SampleRange | undefined,
): JsonObject {
  if (history === undefined) return { rate: 0 }
  if (range === undefined) return { rate: indexes.reduce((sum, index) => sum + history.rate(index), 0) }
  const parts = indexes.map((index) => history.samples(index, range))
  const samples = parts[0].map(({ timestamp }, i) => ({
    sample: parts.reduce((sum, part) => sum + part[i].sample, 0),
    timestamp,
  }))
  const [newest, before = newest] = samples
  const oldest = samples[samples.length - 1]
  return {
    rate: perSecond(newest, before),
    samples,
    avg_rate: perSecond(newest, oldest),
    avg: samples.reduce((sum, { sample }) => sum + sample, 0) / samples.length,
  }
}

interface TimedSample {
  readonly sample: number
  readonly timestamp: number
}

function perSecond(newer: TimedSample, older: TimedSample): number {
  const seconds = (newer.timestamp - older.timestamp) / 1000
  return seconds > 0 ? (newer.sample - older.sample) / seconds : 0
}

/** A figure and its details, under its name and `…_details`. */
export function viewFigure(
  name: string,
  value: number,
  history: History | undefined,
  indexes: readonly number[],
  range: SampleRange | undefined,
): JsonObject {
  return { [name]: value, [`${name}_details`]: viewDetails(history, indexes, range) }
}

/** Figures that stand one after the other in `values`, and from `at` on in the history. */
export function viewFigures(
  names: readonly string[],
  values: ArrayLike<number>,
  history: History | undefined,
  at: number,
  range: SampleRange | undefined,
): JsonObject {
  const shown: JsonObject = {}
  for (let i = 0; i < names.length; i++) Object.assign(shown, viewFigure(names[i], values[i], history, [at + i], range))
  return shown
}
