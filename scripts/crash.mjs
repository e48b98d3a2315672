/**
 * `npm run crash`: kills the broker many times and checks what it promised, by the test of `tests/crash`.
 *
 * Options: `--cycles N`, `--seed N`.
 */
import { parseArgs } from 'node:util'
import { run } from './lib/run.mjs'

const DEFAULT_CYCLES = '2000'

const { values } = parseArgs({ options: { cycles: { type: 'string' }, seed: { type: 'string' } } })
process.env.WARREN_CRASH_CYCLES = values.cycles ?? process.env.WARREN_CRASH_CYCLES ?? DEFAULT_CYCLES
if (values.seed !== undefined) process.env.WARREN_CRASH_SEED = values.seed
process.env.WARREN_CRASH_VERBOSE ??= '1'
process.exitCode = await run('vitest', ['run', '--project', 'system', 'tests/crash/test/crashes.test.ts'])
