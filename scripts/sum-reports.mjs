/**
 * Prints `N passed, N failed`, summed over the vitest reports whose files are given; fails unless all of them tell of tests
 * that passed.
 */
import { sumReports } from './lib/reports.mjs'

const { passed, failed } = sumReports(process.argv.slice(2))
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0 || passed === 0) process.exitCode = 1
