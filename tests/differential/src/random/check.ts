/** Runs random sessions on both brokers, several side by side, and makes the first difference small. */

import fc from 'fast-check'
import { firstDifference } from '../difference.ts'
import { commandInWords } from './commands.ts'
import { type RandomSession, randomSession } from './generator.ts'
import { LOOKS, type Patience, type Place, SessionRunner } from './session-runner.ts'

/** What is run. */
export interface CheckOptions {
  /** Sessions in all. */
  readonly runs: number
  readonly seed: number
  /** Of fast-check: leads from a seed to the small counterexample that a failure printed. */
  readonly path?: string
  /** A vhost on each broker for each of those that run side by side. */
  readonly places: readonly { readonly warren: Place; readonly rabbit: Place }[]
}

/** What came of it. */
export interface CheckResult {
  readonly runs: number
  /** Sessions that differed at first and were the same when given more time. */
  readonly raced: number
  /** In words; `undefined` without a difference. */
  readonly failure: string | undefined
}

/** How long a failure is made smaller, in milliseconds. */
const SHRINK_LIMIT_MS = 40_000

/** Runs sessions until there is a difference or there are enough. */
export async function checkRandomSessions({ runs, seed, path, places }: CheckOptions): Promise<CheckResult> {
  const share = Math.ceil(runs / places.length)
  const firstFailure = { by: -1, deadline: Number.POSITIVE_INFINITY }
  const results = await Promise.all(
    places.map(async ({ warren, rabbit }, index) => {
      const pair = new Pair(warren, rabbit)
      try {
        return await checkShare(pair, index, share, seed + index, path, firstFailure)
      } finally {
        await pair.close()
      }
    }),
  )
  return {
    runs: results.reduce((sum, result) => sum + result.runs, 0),
    raced: results.reduce((sum, result) => sum + result.raced, 0),
    failure: results.find((result) => result.failure !== undefined)?.failure,
  }
}

async function checkShare(
  pair: Pair,
  index: number,
  runs: number,
  seed: number,
  path: string | undefined,
  firstFailure: { by: number; deadline: number },
): Promise<CheckResult> {
  let ran = 0
  const property = fc.asyncProperty(randomSession, async (session) => {
    // Another found a difference, or this one was made small enough: what is left passes untried.
    if (![-1, index].includes(firstFailure.by) || performance.now() > firstFailure.deadline) return true
    if (firstFailure.by < 0) ran++
    if ((await pair.difference(session)) === undefined) return true
    if (firstFailure.by < 0) {
      firstFailure.by = index
      firstFailure.deadline = performance.now() + SHRINK_LIMIT_MS
    }
    return firstFailure.by !== index
  })
  const details = await fc.check(
    property,
    path === undefined ? { numRuns: runs, seed } : { numRuns: 1, seed, path, endOnFailure: true },
  )
  const { counterexample, counterexamplePath, errorInstance } = details
  const failure = details.failed
    ? await describeFailure(pair, counterexample?.[0], seed, counterexamplePath, errorInstance)
    : undefined
  return { runs: ran, raced: pair.raced, failure }
}

/** The same sessions on both brokers. */
class Pair {
  readonly #warren: SessionRunner
  readonly #rabbit: SessionRunner
  raced = 0
  /** What the last session that differed showed, also when it does not show again. */
  lastDifference: string | undefined

  constructor(warren: Place, rabbit: Place) {
    this.#warren = new SessionRunner(warren)
    this.#rabbit = new SessionRunner(rabbit)
  }

  /** In words; `undefined` when both did the same, at the latest when they are given time. */
  async difference({ commands }: RandomSession): Promise<string | undefined> {
    for (const patience of LOOKS) {
      const difference = await this.#run(commands, patience)
      if (difference === undefined) {
        if (patience !== LOOKS[0]) this.raced++
        return undefined
      }
      this.lastDifference = difference
    }
    return this.lastDifference
  }

  async close(): Promise<void> {
    await Promise.all([this.#warren.close(), this.#rabbit.close()])
  }

  async #run(commands: RandomSession['commands'], patience: Patience): Promise<string | undefined> {
    const [warren, rabbit] = await Promise.all([
      this.#warren.run(commands, patience),
      this.#rabbit.run(commands, patience),
    ])
    // A session that RabbitMQ could not be brought through shows nothing, even when both failed alike.
    const broken = rabbit.findIndex((line) => line.startsWith('!'))
    if (broken >= 0) return ['it cannot be run:', ...rabbit.slice(-6)].join('\n')
    return firstDifference(rabbit, warren)
  }
}

async function describeFailure(
  pair: Pair,
  session: RandomSession | undefined,
  seed: number,
  path: string | null,
  error: unknown,
): Promise<string> {
  if (session === undefined) return `seed ${seed}: ${error}`
  const difference = (await pair.difference(session)) ?? `it did not show again: ${pair.lastDifference ?? error}`
  return [
    `The brokers differ. Again: WARREN_RANDOM_SEED=${seed} WARREN_RANDOM_PATH=${path}`,
    '',
    ...session.commands.map((command, index) => `${index} ${commandInWords(command)}`),
    '',
    difference,
  ].join('\n')
}
