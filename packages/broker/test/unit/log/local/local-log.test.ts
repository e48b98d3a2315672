import { LocalLog } from '../../../../src/log/local/local-log.ts'
import { describeLog, type LogUnderTest } from '../../../support/log-conformance.ts'
import { SimulatedFileSystem } from '../../../support/simulated-file-system.ts'

let seed = 1

async function openLog(fileSystem: SimulatedFileSystem, losesPower: boolean): Promise<LogUnderTest> {
  const log = await LocalLog.open({ directory: '/data/log', fileSystem, segmentBytes: 8192 })
  return {
    log,
    reopen: () => openLog(losesPower ? fileSystem.losePower(seed++) : fileSystem.killProcess(seed++), losesPower),
    refuseNextWrite: () => fileSystem.fail('write', 'ENOSPC'),
    loseNextWrite: () => fileSystem.fail('sync', 'EIO'),
  }
}

describeLog('local, on a disk that loses power', () => openLog(new SimulatedFileSystem(), true))
describeLog('local, in a process that is killed', () => openLog(new SimulatedFileSystem(), false))
describeLog('local, where a write and its sync are two steps', () =>
  openLog(new SimulatedFileSystem({ hasSyncedWrites: false }), true),
)
