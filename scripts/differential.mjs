/**
 * `npm run differential`: many random sessions on both brokers, by the test of `tests/differential`.
 *
 * Options: `--runs N`, `--seed N`, `--path P` and `--themes A,B`, as the README there has them.
 */
import { parseArgs } from 'node:util'
import { run } from './lib/run.mjs'

const VARIABLES = { runs: 'SESSIONS', seed: 'SEED', path: 'PATH', themes: 'THEMES' }
const DEFAULT_RUNS = '10000'

const options = Object.fromEntries(
  Object.keys(VARIABLES).map((name) => [name, { type: /** @type {const} */ ('string') }]),
)
const { values } = parseArgs({ options })
process.env.WARREN_RANDOM_SESSIONS ??= DEFAULT_RUNS
for (const [name, variable] of Object.entries(VARIABLES)) {
  const value = values[name]
  if (value !== undefined) process.env[`WARREN_RANDOM_${variable}`] = value
}
process.exitCode = await run('vitest', [
  'run',
  '--project',
  'system',
  'tests/differential/test/random-sessions.test.ts',
])
