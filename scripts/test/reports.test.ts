import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sumReports } from '../lib/reports.mjs'

describe('sumReports', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'warrenmq-reports-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const passedFile = { status: 'passed', assertionResults: [{ status: 'passed' }] }
  const failedFile = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }
  const brokenFile = { status: 'failed', assertionResults: [] }

  function writeReport(name: string, report: unknown): string {
    const file = join(folder, name)
    writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report))
    return file
  }

  it('adds up the tests of all reports', () => {
    const first = { success: true, numPassedTests: 3, numFailedTests: 0, testResults: [passedFile] }
    const second = { success: false, numPassedTests: 2, numFailedTests: 1, testResults: [passedFile, failedFile] }
    const files = [writeReport('first.json', first), writeReport('second.json', second)]
    expect(sumReports(files)).toEqual({ passed: 5, failed: 1 })
  })

  it('counts a test file that broke before its first test as a failure', () => {
    const report = { success: false, numPassedTests: 1, numFailedTests: 0, testResults: [passedFile, brokenFile] }
    expect(sumReports([writeReport('report.json', report)])).toEqual({ passed: 1, failed: 1 })
  })

  it('counts a run that failed outside of any file as a failure', () => {
    const report = { success: false, numPassedTests: 1, numFailedTests: 0, testResults: [passedFile] }
    expect(sumReports([writeReport('report.json', report)])).toEqual({ passed: 1, failed: 1 })
  })

  it('counts a report that is missing or torn as a failure', () => {
    expect(sumReports([join(folder, 'none.json'), writeReport('torn.json', '{"numPassedTests": 3')])).toEqual({
      passed: 0,
      failed: 2,
    })
  })
})
