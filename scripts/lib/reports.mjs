/** Counting tests in the JSON reports of vitest. */
import { readFileSync } from 'node:fs'

/**
 * A test file that broke before its first test, and a run that left no report, count as one failure each: the number of
 * failures must not be 0 when something failed.
 *
 * @param {string[]} files
 */
export function sumReports(files) {
  let passed = 0
  let failed = 0
  for (const file of files) {
    const report = readReport(file)
    passed += report?.numPassedTests ?? 0
    failed += report ? countFailures(report) : 1
  }
  return { passed, failed }
}

/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult
 * @typedef {{ success: boolean, numPassedTests: number, numFailedTests: number, testResults: FileResult[] }} Report
 */

/** @param {Report} report */
function countFailures(report) {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  const failures = report.numFailedTests + brokenFiles.length
  return report.success ? failures : Math.max(failures, 1)
}

/**
 * @param {string} file
 * @returns {Report | undefined}
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
