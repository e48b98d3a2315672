import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SPILL_SLOT_BYTES, SpillFile } from '../../../src/log/spill-file.ts'
import { SimulatedFileSystem } from '../../support/simulated-file-system.ts'

async function openSpillFile(fileSystem = new SimulatedFileSystem()) {
  return { fileSystem, file: await SpillFile.open({ path: '/data/spill', fileSystem }) }
}

function content(i: number): Buffer {
  return Buffer.alloc(10, i)
}

async function read(file: SpillFile, slot: number): Promise<number> {
  const into = Buffer.alloc(10)
  await file.read(slot, into)
  const atOnce = Buffer.alloc(10)
  file.readSync(slot, atOnce)
  expect(atOnce).toEqual(into)
  expect(into).toEqual(content(into[0]))
  return into[0]
}

describe('SpillFile', () => {
  it('gives back what it was given, a whole slot too', async () => {
    const { file } = await openSpillFile()
    const whole = Buffer.alloc(SPILL_SLOT_BYTES, 'w')
    const slots = [await file.write(content(1)), await file.write(whole), await file.write(content(3))]
    expect(slots).toEqual([0, 1, 2])
    const into = Buffer.alloc(SPILL_SLOT_BYTES)
    await file.read(1, into)
    expect(into.equals(whole)).toBe(true)
    expect(await read(file, 2)).toBe(3)
    await expect(file.write(Buffer.alloc(SPILL_SLOT_BYTES + 1))).rejects.toThrow(RangeError)
  })

  it('uses the lowest free slot again', async () => {
    const { file } = await openSpillFile()
    for (let i = 0; i < 40; i++) await file.write(content(i))
    file.free(35)
    file.free(3)
    expect(await file.write(content(100))).toBe(3)
    expect(await file.write(content(101))).toBe(35)
    expect(await file.write(content(102))).toBe(40)
    expect(() => {
      file.free(3)
      file.free(3)
    }).toThrow('slot 3 of the spill file is free already')
  })

  it('takes more slots than its first table has', async () => {
    const { file } = await openSpillFile()
    for (let i = 0; i < 1100; i++) expect(await file.write(content(i % 256))).toBe(i)
    expect(await read(file, 1099)).toBe(1099 % 256)
  })

  it('cuts off its end when that is free', async () => {
    const { file, fileSystem } = await openSpillFile()
    for (let i = 0; i < 40; i++) await file.write(content(i))
    for (let i = 20; i < 40; i++) file.free(i)
    expect(await file.write(content(50))).toBe(20)
    expect(file.bytes).toBeLessThanOrEqual(24 * SPILL_SLOT_BYTES)
    for (let i = 0; i <= 20; i++) file.free(i)
    await file.write(content(1))
    expect(file.bytes).toBe(SPILL_SLOT_BYTES)
    expect(fileSystem.bytesOf('/data/spill').length).toBeLessThanOrEqual(SPILL_SLOT_BYTES)
  })

  it('takes no slot when the disk is full, and goes on when it is not', async () => {
    const { file, fileSystem } = await openSpillFile()
    await file.write(content(1))
    fileSystem.fail('write', 'ENOSPC')
    await expect(file.write(content(2))).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(file.slots).toBe(1)
    expect(await file.write(content(3))).toBe(1)
  })

  it('deletes its file when it is closed, and one that was left when it is opened', async () => {
    const { file, fileSystem } = await openSpillFile()
    await file.write(content(1))
    const after = fileSystem.killProcess(1)
    const again = await SpillFile.open({ path: '/data/spill', fileSystem: after })
    expect(after.bytesOf('/data/spill').length).toBe(0)
    await again.close()
    expect(await after.list('/data')).toEqual([])
  })

  it('keeps what is in use, whatever is taken and given back at the same time', async () => {
    const steps = fc.array(fc.oneof(fc.constant('write' as const), fc.nat(1000)), { maxLength: 150 })
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { file } = await openSpillFile(new SimulatedFileSystem({ delay: () => new Promise(setImmediate) }))
        const kept: { slot: number; i: number }[] = []
        const writes: Promise<void>[] = []
        for (const [i, step] of all.entries()) {
          if (step === 'write') {
            writes.push(file.write(content(i)).then((slot) => void kept.push({ slot, i })))
            if (i % 3 === 0) await new Promise(setImmediate)
          } else if (kept.length > 0) {
            const [{ slot }] = kept.splice(step % kept.length, 1)
            file.free(slot)
          }
        }
        await Promise.all(writes)
        expect(new Set(kept.map(({ slot }) => slot)).size).toBe(kept.length)
        expect(file.slots).toBe(kept.length)
        for (const { slot, i } of kept) expect(await read(file, slot)).toBe(i)
      }),
      { numRuns: 50 },
    )
  })
})
