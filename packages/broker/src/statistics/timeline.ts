/**
 * When samples were taken. All objects are sampled in the same passes, so that times are kept once, and a ring of an object's history needs
 * only values.
 */

/**
 * How long samples are kept, as RabbitMQ does with its interval of 5 s: 10 minutes every 5 s, an hour every minute, 8 hours every 10 minutes,
 * a day every 30 minutes. With another interval all of these stretch with it.
 */
const LEVELS = [
  { every: 1, slots: 121 },
  { every: 12, slots: 61 },
  { every: 120, slots: 49 },
  { every: 360, slots: 49 },
] as const

/** Which of the levels an object keeps: RabbitMQ's names. */
export const Retention = { detailed: 1, basic: 2, global: 4 } as const
export type Retention = (typeof Retention)[keyof typeof Retention]

/** A ring in a history: one value every so many passes, so many of them. */
export interface Level {
  readonly every: number
  /** Values to be read; the ring has one more, which a pass under way may be writing. */
  readonly slots: number
  /** Where the ring begins in a history's column. */
  readonly offset: number
}

const PLACED: readonly Level[] = LEVELS.map((level, i) => ({
  ...level,
  offset: LEVELS.slice(0, i).reduce((sum, { slots }) => sum + slots + 1, 0),
}))

/** The rings of an object. */
export function levelsOf(retention: Retention): readonly Level[] {
  return PLACED.slice(0, retention)
}

/** Values in a column of a history. */
export function columnSize(retention: Retention): number {
  const { offset, slots } = PLACED[retention - 1]
  return offset + slots + 1
}

/** Which samples are asked for. */
export interface SampleRange {
  /** How far back, in seconds. */
  readonly ageSeconds: number
  /** Seconds between two samples. */
  readonly incrSeconds: number
}

/** The samples of a range: passes from the newest one, all of one level. */
export interface SamplePlan {
  readonly level: Level
  /** Pass of the newest sample, passes between two, and how many samples there are. */
  readonly newest: number
  readonly stride: number
  readonly count: number
}

export class Timeline {
  /** Number of the last pass that is complete; 0 before the first. */
  completed = 0
  /** Number of the pass that is being taken, or of the last one. */
  current = 0
  /** Milliseconds between two passes. */
  readonly intervalMs: number
  /** When the first pass was taken. */
  #began = 0
  readonly #times: Float64Array = new Float64Array(columnSize(Retention.global))

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs
  }

  begin(now: number): void {
    this.current++
    if (this.current === 1) this.#began = now
    for (const { every, slots, offset } of PLACED) {
      if (this.current % every === 0) this.#times[offset + ((this.current / every) % (slots + 1))] = now
    }
  }

  complete(): void {
    this.completed = this.current
  }

  /** When a pass was taken that the level still has, or would have been before the first one, in milliseconds since the epoch. */
  timeOf(pass: number, { every, slots, offset }: Level): number {
    if (pass < 1) return this.#began - (1 - pass) * this.intervalMs
    return this.#times[offset + ((pass / every) % (slots + 1))]
  }

  /** Which samples answer for a range, for an object that keeps these levels. */
  plan({ ageSeconds, incrSeconds }: SampleRange, retention: Retention): SamplePlan {
    const seconds = this.intervalMs / 1000
    const level =
      PLACED.slice(0, retention).find(({ every, slots }) => every * (slots - 1) * seconds >= ageSeconds) ??
      PLACED[retention - 1]
    const step = level.every * seconds
    const stride = Math.max(1, Math.round(incrSeconds / step))
    const newest = Math.floor(this.completed / level.every) * level.every
    const count = Math.min(Math.floor(ageSeconds / (stride * step)) + 1, Math.floor((level.slots - 1) / stride) + 1)
    return { level, newest, stride: stride * level.every, count }
  }
}
