/**
 * Prints `N passed, N failed`, summed over the vitest reports whose files are given; fails unless tests passed and none failed.
 *
 * `--broken N` adds N failures: steps beside the tests that failed.
 */
import { parseArgs } from 'node:util'
import { sumReports } from './lib/reports.mjs'

const { values, positionals } = parseArgs({
  options: { broken: { type: 'string', default: '0' } },
  allowPositionals: true,
})
const { passed, failed: failedTests } = sumReports(positionals)
const failed = failedTests + Number(values.broken)
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0 || passed === 0) process.exitCode = 1
