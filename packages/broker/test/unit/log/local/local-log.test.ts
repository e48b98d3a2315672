import { describe, expect, it } from 'vitest'
import { LocalLog } from '../../../../src/log/local/local-log.ts'
import type { LogEvent } from '../../../../src/log/local/log-event.ts'
import { AppendRejected, AppendUnknown } from '../../../../src/log/ordered-log.ts'
import { describeLog, type LogUnderTest } from '../../../support/log-conformance.ts'
import { SimulatedFileSystem } from '../../../support/simulated-file-system.ts'

const directory = '/data/log'
let seed = 1

async function openLog(fileSystem: SimulatedFileSystem, losesPower: boolean): Promise<LogUnderTest> {
  const log = await LocalLog.open({ directory, fileSystem, segmentBytes: 8192 })
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

describe('LocalLog', () => {
  it('creates a segment, brings it and its name to the disk, and writes then', async () => {
    const { fileSystem, log } = await createLog()
    expect(await fileSystem.list(directory)).toEqual([])
    await log.append([Buffer.from('a')])
    const operations = fileSystem.operations.map((line) => line.split(' ')[0])
    const id = ['open', 'open', 'write', 'sync', 'rename', 'syncDirectory']
    const segment = ['unlink', 'open', 'truncate', 'sync', 'rename', 'open', 'syncDirectory']
    expect(operations).toEqual([...id, ...segment, 'write', 'sync'])
  })

  it('shares a write among what is appended in one go, or while another write is on its way', async () => {
    const { fileSystem, log } = await createLog()
    await Promise.all(Array.from({ length: 20 }, () => log.append([Buffer.from('a')])))
    expect(writes(fileSystem)).toBe(1)
    fileSystem.delay = () => new Promise(setImmediate)
    const first = log.append([Buffer.from('first')])
    await Promise.resolve()
    await Promise.resolve()
    const others = Array.from({ length: 20 }, () => log.append([Buffer.from('other')]))
    await Promise.all([first, ...others])
    expect(writes(fileSystem)).toBe(3)
  })

  it('refuses what waits behind a refused write, tells why, and goes on', async () => {
    const { fileSystem, log, events } = await createLog()
    await log.append([Buffer.from('a')])
    fileSystem.delay = () => new Promise(setImmediate)
    fileSystem.fail('write', 'ENOSPC')
    const first = log.append([Buffer.from('first')])
    await Promise.resolve()
    await Promise.resolve()
    const outcomes = await Promise.allSettled([first, log.append([Buffer.from('second')])])
    for (const outcome of outcomes) {
      const reason = { message: expect.stringContaining('ENOSPC'), cause: { code: 'ENOSPC' } }
      expect(outcome).toMatchObject({ status: 'rejected', reason })
    }
    expect(events).toMatchObject([{ kind: 'write-refused', directory, cause: { code: 'ENOSPC' } }])
    expect(await log.append([Buffer.from('b')])).toBe(2)
  })

  it('refuses what needs a segment that cannot be created, and creates it when it can', async () => {
    const { fileSystem, log } = await createLog()
    for (const operation of ['open', 'truncate', 'sync', 'syncDirectory'] as const) {
      const before = log.bounds.last
      fileSystem.fail(operation, 'ENOSPC')
      await expect(log.append([Buffer.alloc(7000)])).rejects.toThrow(AppendRejected)
      // It would fit in the old segment, which is ended now.
      expect(await log.append([Buffer.alloc(10)])).toBe(before + 1)
      expect(log.segments.at(-1)?.first).toBe(before + 1)
      expect(await log.append([Buffer.alloc(7000)])).toBe(before + 2)
    }
  })

  it('does not take the name of a segment for synced when that has failed before', async () => {
    for (const operation of ['sync', 'syncDirectory'] as const) {
      const { fileSystem, log } = await createLog()
      fileSystem.fail(operation, 'EIO')
      await expect(log.append([Buffer.from('a')])).rejects.toThrow(AppendRejected)
      expect(await log.append([Buffer.from('b')])).toBe(1)
      const { log: again } = await createLog(fileSystem.losePower(seed++))
      expect(Buffer.from(again.readSync(1)?.bytes ?? []).toString()).toBe('b')
    }
  })

  it('says once that it has failed, and stays so', async () => {
    const { fileSystem, log, events } = await createLog()
    await log.append([Buffer.from('a')])
    fileSystem.fail('sync', 'EIO')
    await expect(log.append([Buffer.from('b')])).rejects.toThrow(AppendUnknown)
    for (let i = 0; i < 3; i++) await expect(log.append([Buffer.from('c')])).rejects.toThrow('the log has failed')
    expect(events).toMatchObject([{ kind: 'failed', directory, cause: { code: 'EIO' } }])
    await log.close()
  })

  it('fails when it cannot take a write back', async () => {
    const { fileSystem, log } = await createLog()
    await log.append([Buffer.from('a')])
    fileSystem.fail('write', 'EIO')
    fileSystem.fail('truncate', 'EIO')
    await expect(log.append([Buffer.from('b')])).rejects.toThrow(AppendUnknown)
    await expect(log.append([Buffer.from('c')])).rejects.toThrow(AppendUnknown)
  })

  it('gives back the space that a segment does not use', async () => {
    const { fileSystem, log } = await createLog()
    await log.append([Buffer.alloc(5000)])
    await log.append([Buffer.alloc(5000)])
    await log.close()
    expect(fileSystem.bytesOf(`${directory}/0000000000000001.seg`).length).toBe(log.segments[0].bytes)
    expect(fileSystem.bytesOf(`${directory}/0000000000000002.seg`).length).toBe(log.segments[1].bytes)
  })

  it('keeps few files open, however many segments there are', async () => {
    const { fileSystem, log } = await createLog()
    for (let i = 1; i <= 150; i++) await log.append([Buffer.alloc(7000, i)])
    await log.close()
    const { log: again } = await createLog(fileSystem)
    fileSystem.openFiles.clear()
    for (let i = 1; i <= 150; i++) expect(again.readSync(i)?.bytes[0]).toBe(i)
    for await (const { position, bytes } of again.read(1, 150)) expect(bytes[0]).toBe(position)
    await new Promise(setImmediate)
    expect(fileSystem.openFiles.size).toBeLessThanOrEqual(64)
    await again.close()
    await new Promise(setImmediate)
    expect(fileSystem.openFiles.size).toBe(0)
  }, 60_000)

  it('refuses a segment size out of its range', async () => {
    for (const segmentBytes of [4095, 2 ** 31 + 1, 5000.5]) {
      const open = LocalLog.open({ directory, fileSystem: new SimulatedFileSystem(), segmentBytes })
      await expect(open).rejects.toThrow(`segmentBytes ${segmentBytes} must be an integer from 4096 to 2147483648`)
    }
  })
})

async function createLog(fileSystem = new SimulatedFileSystem()) {
  const events: LogEvent[] = []
  const log = await LocalLog.open({ directory, fileSystem, segmentBytes: 8192, report: (event) => events.push(event) })
  return { fileSystem, log, events }
}

function writes(fileSystem: SimulatedFileSystem): number {
  return fileSystem.operations.filter((line) => /^write .*seg /.test(line)).length
}
