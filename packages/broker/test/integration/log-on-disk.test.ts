import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { LocalLog } from '../../src/log/local/local-log.ts'
import { describeLog, type LogUnderTest } from '../support/log-conformance.ts'

const directories: string[] = []

afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
})

async function createLog(): Promise<LogUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'warren-log-'))
  directories.push(directory)
  return openLog(directory)
}

async function openLog(directory: string): Promise<LogUnderTest> {
  const log = await LocalLog.open({ directory, segmentBytes: 8192 })
  return { log, reopen: () => openLog(directory) }
}

describeLog('local, on the disk of this machine', createLog)
