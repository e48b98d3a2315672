import { describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { DataDirectory } from '../../../src/log/data-directory.ts'
import { DataDirectoryError } from '../../../src/log/data-directory-error.ts'
import type { ProcessIdentity, ProcessTable } from '../../../src/log/files/process-identity.ts'
import { RandomNumbers } from '../../integration/random-numbers.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'

const path = '/var/lib/warren'

function processes(pid: number, running: readonly number[], place = 'here', started = `start of ${pid}`): ProcessTable {
  const self = { pid, place, started, host: `host-${place}` }
  return {
    self,
    isRunning: (other: ProcessIdentity) =>
      other.place === place ? running.includes(other.pid) && other.started === `start of ${other.pid}` : undefined,
  }
}

/** Time that flies: a second takes a millisecond. */
const clock: Clock = {
  ...systemClock,
  setInterval: (callback, periodMs) => systemClock.setInterval(callback, periodMs / 1000),
}
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds / 50))

function open(fileSystem: SimulatedFileSystem, table: ProcessTable): Promise<DataDirectory> {
  return DataDirectory.open({ path, fileSystem, processes: table, clock, wait })
}

async function put(fileSystem: SimulatedFileSystem, name: string, text: string): Promise<void> {
  const file = await fileSystem.open(`${path}/${name}`, { write: true, create: 'missing', truncate: true })
  await file.write([Buffer.from(text)], 0)
}

/** The lock of a process that ended without releasing it. */
function leaveLock(fileSystem: SimulatedFileSystem, self: ProcessIdentity): Promise<void> {
  return put(fileSystem, 'lock', `${JSON.stringify({ ...self, beats: '000000000000' })}\n`)
}

async function refusal(open: Promise<DataDirectory>): Promise<DataDirectoryError> {
  const error = await open.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(DataDirectoryError)
  return error
}

describe('DataDirectory', () => {
  it('is created with its format on disk', async () => {
    const fileSystem = new SimulatedFileSystem()
    const data = await open(fileSystem, processes(1, [1]))
    expect(data.logPath).toBe(`${path}/log`)
    expect(fileSystem.losePower(1).bytesOf(`${path}/format`).toString()).toBe('WarrenMQ data, format 2\n')
  })

  it('cannot be opened twice in one process, nor in two', async () => {
    const fileSystem = new SimulatedFileSystem()
    const data = await open(fileSystem, processes(10, [10, 11]))
    const twice = await refusal(open(fileSystem, processes(10, [10, 11])))
    expect(twice.code).toBe('LOCKED')
    expect(twice.message).toBe('data directory /var/lib/warren is in use by this process (10)')
    const other = await refusal(open(fileSystem, processes(11, [10, 11])))
    expect(other.message).toBe('data directory /var/lib/warren is in use by process 10')
    await data.close()
    const next = await open(fileSystem, processes(11, [11]))
    await next.close()
    expect(await fileSystem.list(path)).toEqual(['format'])
  })

  it('is taken over from a process that is gone, even if another one has its id', async () => {
    const fileSystem = new SimulatedFileSystem()
    await leaveLock(fileSystem, processes(10, []).self)
    const later = await open(fileSystem, processes(11, [11]))
    await later.close()
    await leaveLock(fileSystem, processes(1, [], 'here', 'earlier').self)
    const reused = await open(fileSystem, processes(1, [1]))
    await reused.close()
  })

  it('is taken over once, by one of several that find the lock of a process that is gone', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new RandomNumbers(seed)
      const fileSystem = new SimulatedFileSystem()
      await leaveLock(fileSystem, processes(10, []).self)
      fileSystem.delay = async () => {
        for (let turns = random.below(4); turns > 0; turns--) await new Promise(setImmediate)
      }
      const outcomes = await Promise.allSettled([11, 12].map((pid) => open(fileSystem, processes(pid, [11, 12]))))
      expect([seed, ...outcomes.map(({ status }) => status).sort()]).toEqual([seed, 'fulfilled', 'rejected'])
    }
  })

  it('stays with a broker in another container that gives signs of life', async () => {
    const fileSystem = new SimulatedFileSystem()
    const data = await open(fileSystem, processes(1, [1], 'there'))
    const error = await refusal(open(fileSystem, processes(1, [1])))
    expect(error.message).toBe('data directory /var/lib/warren is in use by process 1 on host-there')
    await data.close()
  })

  it('is taken over from a broker in another container that gives none', async () => {
    const fileSystem = new SimulatedFileSystem()
    await leaveLock(fileSystem, processes(1, [], 'there').self)
    const data = await open(fileSystem, processes(1, [1]))
    await data.close()
  })

  it('is taken over when its lock says nothing', async () => {
    const fileSystem = new SimulatedFileSystem()
    await put(fileSystem, 'lock', '')
    const data = await open(fileSystem, processes(1, [1]))
    await data.close()
  })

  it('of the format before becomes one of this format, durably', async () => {
    const fileSystem = new SimulatedFileSystem()
    await put(fileSystem, 'format', 'WarrenMQ data, format 1\n')
    await put(fileSystem, 'log', '')
    const data = await open(fileSystem, processes(1, [1]))
    await data.close()
    expect(fileSystem.losePower(1).bytesOf(`${path}/format`).toString()).toBe('WarrenMQ data, format 2\n')
  })

  it('of another format is refused in one sentence, and left unlocked', async () => {
    const fileSystem = new SimulatedFileSystem()
    const openIt = () => open(fileSystem, processes(1, [1]))
    await put(fileSystem, 'format', 'WarrenMQ data, format 7\n')
    const newer = await refusal(openIt())
    expect(newer.code).toBe('UNKNOWN_FORMAT')
    expect(newer.message).toBe('data directory /var/lib/warren has format 7, and this broker reads formats 1 and 2')
    await put(fileSystem, 'format', 'hello')
    expect((await refusal(openIt())).message).toBe('/var/lib/warren/format does not tell a format')
    await fileSystem.unlink(`${path}/format`)
    await put(fileSystem, 'log', '')
    expect((await refusal(openIt())).message).toBe(
      'data directory /var/lib/warren has a log, but no file that tells its format',
    )
    expect(await fileSystem.list(path)).toEqual(['log'])
  })
})
