/**
 * Many deaths of a broker. `npm run crash -- --cycles 5000 --seed 1` has it die more often; WARREN_CRASH_CYCLES and _SEED say the same to a
 * plain test run.
 */

import { expect, it } from 'vitest'
import { runCrashes } from '../src/crash-run.ts'

const CYCLES = Number(process.env.WARREN_CRASH_CYCLES ?? 50)
const SEED = Number(process.env.WARREN_CRASH_SEED ?? 1)
const LIMIT_MS = 60_000 + CYCLES * 5000

it(
  `keeps what it promised when it is killed (${CYCLES} times, seed ${SEED})`,
  async () => {
    const progress = process.env.WARREN_CRASH_VERBOSE ? console.log : undefined
    const start = performance.now()
    const counts = await runCrashes({ cycles: CYCLES, seed: SEED, ...(progress && { progress }) })
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    console.log(`seed ${SEED}: ${CYCLES} crashes in ${seconds} s, ${JSON.stringify(counts)}`)
    // It was worth it.
    expect(counts.confirmed).toBeGreaterThan(CYCLES)
    expect(counts.redelivered).toBeGreaterThan(CYCLES)
  },
  LIMIT_MS,
)
