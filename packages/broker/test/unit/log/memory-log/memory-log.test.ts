import { describe, expect, it } from 'vitest'
import { MemoryLog, MemoryLogStorage, type MemoryWriteOutcome } from '../../../../src/log/memory-log/memory-log.ts'
import { AppendUnknown } from '../../../../src/log/ordered-log.ts'
import { describeLog, type LogUnderTest } from '../../../support/log-conformance.ts'

function createLog(storage = new MemoryLogStorage()): LogUnderTest {
  const outcomes: MemoryWriteOutcome[] = []
  const log = new MemoryLog({ maxEntryBytes: 100_000, outcome: () => outcomes.pop() ?? { kind: 'written' } }, storage)
  return {
    log,
    reopen: async () => createLog(storage),
    refuseNextWrite: () => outcomes.push({ kind: 'refused' }),
    loseNextWrite: () => outcomes.push({ kind: 'unknown', stored: 2 }),
  }
}

describeLog('memory', async () => createLog())

describe('MemoryLog', () => {
  it('shows an entry whose append ended as unknown when it is opened again', async () => {
    const storage = new MemoryLogStorage()
    const log = new MemoryLog({ outcome: () => ({ kind: 'unknown', stored: 1 }) }, storage)
    await expect(log.append([Buffer.from('zombie')])).rejects.toThrow(AppendUnknown)
    expect(log.bounds.last).toBe(0)
    const again = new MemoryLog({}, storage)
    expect(again.bounds.last).toBe(1)
    expect(Buffer.from(again.readSync(1)?.bytes ?? []).toString()).toBe('zombie')
  })

  it('delays and damages when told to', async () => {
    const storage = new MemoryLogStorage()
    let go = () => {}
    const log = new MemoryLog({ delay: () => new Promise((resolve) => (go = resolve)) }, storage)
    const append = log.append([Buffer.from('abc')])
    await new Promise(setImmediate)
    expect(log.bounds.last).toBe(0)
    go()
    expect(await append).toBe(1)
    storage.damage(1, [{ start: 0, end: 3 }])
    expect(log.readSync(1)?.damaged).toEqual([{ start: 0, end: 3 }])
  })
})
