/**
 * Samples of what is counted of one object, in rings of numbers.
 *
 *     columns   0: |<- level 0 ->|<- level 1 ->| … 1: |<- level 0 ->| …      one for each count that has ever changed
 *
 * A count that stays as it was has no column: of ten thousand queues most are idle. Narrow histories keep the lower 32 bits of a count, from
 * which the older values follow backwards from the newest, as long as it grows by less than 2^32 from one sample to the next.
 */

import {
  columnSize,
  type Level,
  levelsOf,
  type Retention,
  type SamplePlan,
  type SampleRange,
  type Timeline,
} from './timeline.ts'

export interface HistoryShape {
  /** How many counts there are. */
  readonly size: number
  /** From which of them on they are levels that fall too, such as lengths, instead of counters. @default none */
  readonly gaugesFrom?: number
  readonly retention: Retention
  /** Whether counts may grow by 2^32 or more between two samples, or be no whole numbers, as bytes do. @default false */
  readonly isWide?: boolean
}

export interface Sample {
  readonly sample: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

export class History {
  /** The pass in which it was first sampled. */
  readonly born: number
  readonly #timeline: Timeline
  readonly #shape: HistoryShape
  readonly #last: Float64Array
  /** Column of each count; -1 for none. */
  readonly #columns: Int8Array
  #columnCount = 0
  #data: Uint32Array | Float64Array | undefined

  constructor(timeline: Timeline, shape: HistoryShape) {
    this.born = timeline.current
    this.#timeline = timeline
    this.#shape = shape
    this.#last = new Float64Array(shape.size)
    this.#columns = new Int8Array(shape.size).fill(-1)
  }

  /** Takes the sample of the current pass. Returns whether any count changed. */
  record(values: ArrayLike<number>): boolean {
    const { retention, size } = this.#shape
    const levels = levelsOf(retention)
    const pass = this.#timeline.current
    const isFirst = pass === this.born
    let changed = false
    for (let i = 0; i < size; i++) {
      const value = values[i]
      if (value !== this.#last[i]) {
        // What it was when it was first sampled has no past.
        if (this.#columns[i] < 0 && !isFirst) this.#addColumn(i)
        this.#last[i] = value
        changed = true
      }
      if (this.#columns[i] >= 0) this.#write(i, levels, pass, value)
    }
    return changed
  }

  /** Its value in the last complete pass, or the current one if that has got here. */
  last(index: number): number {
    return this.#last[index]
  }

  /** How much a count grows in a second, by the last two samples. */
  rate(index: number): number {
    const { completed } = this.#timeline
    const [level] = levelsOf(this.#shape.retention)
    if (completed - 1 < this.born || this.#columns[index] < 0) return 0
    const [newest, before] = this.#read(index, { level, newest: completed, stride: 1, count: 2 })
    const seconds = (this.#timeline.timeOf(completed, level) - this.#timeline.timeOf(completed - 1, level)) / 1000
    return seconds > 0 ? (newest - before) / seconds : 0
  }

  /** Samples of a range, the newest first: 0 for what was before it was first sampled, as RabbitMQ has it. */
  samples(index: number, range: SampleRange): Sample[] {
    const plan = this.#timeline.plan(range, this.#shape.retention)
    const { newest, stride, count } = plan
    const known = Math.max(0, Math.min(count, Math.floor((newest - this.born) / stride) + 1))
    const values = this.#read(index, { ...plan, count: known })
    return Array.from({ length: count }, (_, i) => ({
      sample: values[i] ?? 0,
      timestamp: this.#timeline.timeOf(newest - i * stride, plan.level),
    }))
  }

  /** Bytes that it takes, about. */
  get bytes(): number {
    return 400 + (this.#data?.byteLength ?? 0)
  }

  /** Values, newest first, of passes that the level has. */
  #read(index: number, { level, newest, stride, count }: SamplePlan): number[] {
    const column = this.#columns[index]
    if (column < 0) return new Array(count).fill(this.#last[index])
    const { gaugesFrom = this.#shape.size, isWide = false, retention } = this.#shape
    const data = this.#data as Uint32Array | Float64Array
    const start = column * columnSize(retention) + level.offset
    const at = (pass: number) => data[start + ((pass / level.every) % (level.slots + 1))]
    if (isWide || index >= gaugesFrom) return Array.from({ length: count }, (_, i) => at(newest - i * stride))
    return this.#readCounter(index, at, level, newest, stride, count)
  }

  /** Follows a counter back from its newest value, step by step. */
  #readCounter(
    index: number,
    at: (pass: number) => number,
    level: Level,
    newest: number,
    stride: number,
    count: number,
  ): number[] {
    const values: number[] = []
    let value = this.#last[index] - ((this.#last[index] - at(newest)) >>> 0)
    for (let pass = newest; values.length < count; pass -= level.every) {
      if ((newest - pass) % stride === 0) values.push(value)
      value -= (at(pass) - at(pass - level.every)) >>> 0
    }
    return values
  }

  #write(index: number, levels: readonly Level[], pass: number, value: number): void {
    const data = this.#data as Uint32Array | Float64Array
    const start = this.#columns[index] * columnSize(this.#shape.retention)
    for (const { every, slots, offset } of levels) {
      if (pass % every !== 0) return
      data[start + offset + ((pass / every) % (slots + 1))] = value
    }
  }

  /** Makes room for a count that changes for the first time. It was what it was until now. */
  #addColumn(index: number): void {
    const size = columnSize(this.#shape.retention)
    const length = (this.#columnCount + 1) * size
    const data = this.#shape.isWide ? new Float64Array(length) : new Uint32Array(length)
    if (this.#data !== undefined) data.set(this.#data)
    data.fill(this.#last[index], this.#columnCount * size)
    this.#data = data
    this.#columns[index] = this.#columnCount++
  }
}
