import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { END_MARK_BYTES } from '../../../../src/log/local/end-mark.ts'
import { frameBytes, HEADER_BYTES, pushFrame } from '../../../../src/log/local/frame.ts'
import { LocalLog } from '../../../../src/log/local/local-log.ts'
import type { LogEvent } from '../../../../src/log/local/log-event.ts'
import { AppendRejected, AppendUnknown, type LogEntry } from '../../../../src/log/ordered-log.ts'
import { SimulatedFileSystem } from '../../../support/simulated-file-system.ts'

const RUNS = Number(process.env.WARREN_LOG_HISTORIES ?? 300)
const directory = '/log'
const segmentBytes = 32_768

class DamagedLog {
  fileSystem = new SimulatedFileSystem()
  events: LogEvent[] = []
  log: LocalLog | undefined
  readonly written: Buffer[] = []
  /** Of the log; random when there is none. */
  readonly #logId: Uint8Array | undefined

  constructor(logId?: Uint8Array) {
    this.#logId = logId
  }

  async open(): Promise<LocalLog> {
    this.events = []
    this.log = await LocalLog.open({
      directory,
      fileSystem: this.fileSystem,
      segmentBytes,
      report: (event) => this.events.push(event),
      ...(this.#logId !== undefined && { random: () => this.#logId as Uint8Array }),
    })
    return this.log
  }

  /** Appends entries of these sizes, each in a write of its own. */
  async append(...sizes: number[]): Promise<void> {
    for (const size of sizes) {
      const bytes = Buffer.alloc(size, `entry ${this.written.length + 1}, `)
      this.written.push(bytes)
      expect(await this.log?.append([bytes])).toBe(this.written.length)
    }
  }

  async reopen(): Promise<LocalLog> {
    await this.log?.close()
    return this.open()
  }

  /** Opens it again as after a crash, without what closing it would have done. */
  async crash(): Promise<LocalLog> {
    this.fileSystem = this.fileSystem.killProcess(1)
    return this.open()
  }

  async read(): Promise<LogEntry[]> {
    const entries: LogEntry[] = []
    for await (const entry of (this.log as LocalLog).read(1, Number.MAX_SAFE_INTEGER)) entries.push(entry)
    return entries
  }

  async positions(): Promise<number[]> {
    return (await this.read()).map(({ position }) => position)
  }
}

async function createLog(...sizes: number[]): Promise<DamagedLog> {
  const log = new DamagedLog()
  await log.open()
  await log.append(...sizes)
  return log
}

const ZERO_ENDING_ID = '0000000000000037'

const first = '/log/0000000000000001.seg'
const firstIndex = '/log/0000000000000001.idx'

describe('LocalLog, when its files are damaged', () => {
  it('names the parts of an entry that are damaged, in steps of 4 KiB', async () => {
    const damaged = await createLog(10, 20_000, 10)
    const log = await damaged.reopen()
    const start = frameBytes(10) + HEADER_BYTES
    for (const offset of [4096, 4097, 8192, 19_999]) damaged.fileSystem.flip(first, start + offset, 1)
    const [one, two, three] = await damaged.read()
    expect(one.damaged).toEqual([])
    expect(three.damaged).toEqual([])
    const ranges = [
      { start: 4096, end: 12_288 },
      { start: 16_384, end: 20_000 },
    ]
    expect(two.damaged).toEqual(ranges)
    expect(log.readSync(2)?.damaged).toEqual(ranges)
    expect(Buffer.from(two.bytes.subarray(0, 4096)).equals(damaged.written[1].subarray(0, 4096))).toBe(true)
    const event = { kind: 'entry-damaged', file: first, offset: frameBytes(10), position: 2, damaged: ranges }
    expect(damaged.events).toEqual([event, event])
  })

  it('takes a chunk whose checksum is damaged for damaged, and no other', async () => {
    const damaged = await createLog(9000)
    await damaged.reopen()
    damaged.fileSystem.flip(first, HEADER_BYTES + 9000 + 4)
    expect((await damaged.read())[0].damaged).toEqual([{ start: 4096, end: 8192 }])
  })

  it('leaves out an entry whose header is damaged, and reports it as lost', async () => {
    const damaged = await createLog(10, 20, 30)
    const log = await damaged.reopen()
    damaged.fileSystem.flip(first, frameBytes(10) + 9)
    expect(await damaged.positions()).toEqual([1, 3])
    expect(log.readSync(2)).toBeUndefined()
    const lost = { kind: 'entries-lost', file: first, offset: frameBytes(10), bytes: frameBytes(20) }
    expect(damaged.events[0]).toEqual({ ...lost, positions: { first: 2, last: 2 } })
  })

  it('makes a missing or damaged index anew', async () => {
    for (const spoil of [
      (fileSystem: SimulatedFileSystem) => fileSystem.unlink(firstIndex),
      (fileSystem: SimulatedFileSystem) => fileSystem.flip(firstIndex, 30),
    ]) {
      const damaged = await createLog(10, 30_000, 10, 10)
      await damaged.reopen()
      await damaged.append(10)
      await spoil(damaged.fileSystem)
      await damaged.reopen()
      expect(damaged.events).toEqual([{ kind: 'index-rebuilt', file: first, entries: 4 }])
      expect(await damaged.positions()).toEqual([1, 2, 3, 4, 5])
      await damaged.reopen()
      expect(damaged.events).toEqual([])
    }
  })

  it('finds the entries behind a damaged header without an index', async () => {
    const damaged = await createLog(10, 20, 30, 40, 32_000, 10)
    await damaged.crash()
    await damaged.fileSystem.unlink(firstIndex)
    damaged.fileSystem.flip(first, 0)
    damaged.fileSystem.flip(first, frameBytes(10) + frameBytes(20) + 3)
    await damaged.crash()
    expect(await damaged.positions()).toEqual([2, 4, 5, 6])
    expect(damaged.events.slice(0, 2)).toEqual([
      { kind: 'entries-lost', file: first, offset: 0, bytes: frameBytes(10), positions: { first: 1, last: 1 } },
      {
        kind: 'entries-lost',
        file: first,
        offset: frameBytes(10) + frameBytes(20),
        bytes: frameBytes(30),
        positions: { first: 3, last: 3 },
      },
    ])
  })

  it('tells damage from a write that was torn: only the last write is cut', async () => {
    const damaged = await createLog(10, 20, 30)
    damaged.fileSystem.flip(first, frameBytes(10) + HEADER_BYTES)
    await damaged.crash()
    const [, two] = await damaged.read()
    expect(two.damaged).toEqual([{ start: 0, end: 20 }])
    expect(damaged.log?.bounds.last).toBe(3)
  })

  it.each([
    ['a random id', undefined],
    // The checksum at the end of the second entry ends with a zero then.
    ['one with which zeros are not missed', Buffer.from(ZERO_ENDING_ID, 'hex')],
  ])(
    'cuts a torn write at any byte, reports it, and goes on: in a log with %s',
    async (_, logId) => {
      const total = frameBytes(300)
      const second = total + frameBytes(10)
      const end = second + frameBytes(5000)
      for (let cut = total; cut < end; cut += cut < second + 40 ? 1 : 97) {
        const damaged = new DamagedLog(logId)
        const log = await damaged.open()
        await damaged.append(300)
        await Promise.all([log.append([Buffer.alloc(10, 'b')]), log.append([Buffer.alloc(5000, 'c')])])
        const whole = Buffer.from(damaged.fileSystem.bytesOf(first).subarray(0, end))
        damaged.fileSystem.overwrite(first, cut, Buffer.alloc(end + END_MARK_BYTES - cut))
        const torn = damaged.fileSystem.bytesOf(first)
        // Bytes that are zero all the same are not missed.
        if (torn.subarray(second, end).equals(whole.subarray(second))) continue
        const kept = torn.subarray(total, second).equals(whole.subarray(total, second)) ? 2 : 1
        const again = await damaged.crash()
        expect(again.bounds).toEqual({ first: 1, last: kept })
        const offset = kept === 1 ? total : second
        const found = damaged.events.find(({ kind }) => kind === 'tail-cut')
        if (cut > offset) {
          expect(found).toMatchObject({ file: first, offset })
          expect(found).toHaveProperty('bytes', expect.any(Number))
        } else expect(found).toBeUndefined()
        expect(await again.append([Buffer.from('next')])).toBe(kept + 1)
        await damaged.crash()
        expect(await damaged.positions()).toEqual(Array.from({ length: kept + 1 }, (_, i) => i + 1))
      }
    },
    60_000,
  )

  it('keeps the sound start of a torn write', async () => {
    const damaged = new DamagedLog()
    const log = await damaged.open()
    await Promise.all([10, 20, 30, 40].map((size) => log.append([Buffer.alloc(size, 'x')])))
    damaged.fileSystem.flip(first, frameBytes(10) + frameBytes(20) + 5)
    await damaged.crash()
    const offset = frameBytes(10) + frameBytes(20)
    const bytes = frameBytes(30) + frameBytes(40)
    expect(damaged.events).toEqual([{ kind: 'tail-cut', file: first, offset, bytes, entries: 1 }])
    expect(await damaged.positions()).toEqual([1, 2])
  })

  it('cuts what is behind its end: garbage, its own older entries, those of another log', async () => {
    const other: Uint8Array[] = []
    pushFrame(other, 3, Buffer.alloc(8, 'x'), 0, [Buffer.from('theirs')], 6)
    for (const make of [
      (_bytes: Buffer) => Buffer.from('garbage'),
      (bytes: Buffer) => Buffer.from(bytes.subarray(0, frameBytes(10))),
      (bytes: Buffer) => Buffer.from(bytes.subarray(frameBytes(10), frameBytes(10) + frameBytes(20))),
      (_bytes: Buffer) => Buffer.concat(other),
    ]) {
      const damaged = await createLog(10, 20)
      const tail = make(damaged.fileSystem.bytesOf(first))
      const end = frameBytes(10) + frameBytes(20)
      damaged.fileSystem.overwrite(first, end, tail)
      await damaged.crash()
      expect(await damaged.positions()).toEqual([1, 2])
      expect(damaged.events).toMatchObject([{ kind: 'tail-cut', file: first, offset: end, entries: 0 }])
      await damaged.append(30)
      expect(await damaged.positions()).toEqual([1, 2, 3])
    }
  })

  it('reports what was lost before the write that is cut', async () => {
    const damaged = await createLog(10, 20)
    await Promise.all([30, 40].map((size) => damaged.log?.append([Buffer.alloc(size, 'x')])))
    const lost = frameBytes(10)
    damaged.fileSystem.flip(first, lost)
    damaged.fileSystem.flip(first, lost + frameBytes(20))
    await damaged.crash()
    expect(damaged.events).toMatchObject([
      { kind: 'entries-lost', file: first, offset: lost, positions: { first: 2, last: 2 } },
      { kind: 'tail-cut', file: first, offset: lost, entries: 1 },
    ])
    expect(await damaged.positions()).toEqual([1])
    expect(damaged.log?.bounds.last).toBe(2)
  })

  it('takes no entry from a segment that belongs in another one', async () => {
    const damaged = await createLog(10, 20_000, 20_000)
    const next = damaged.fileSystem.bytesOf('/log/0000000000000003.seg').subarray(0, frameBytes(20_000))
    await damaged.crash()
    await damaged.fileSystem.unlink(firstIndex)
    const end = frameBytes(10) + frameBytes(20_000)
    damaged.fileSystem.overwrite(first, end, next)
    await damaged.crash()
    // The next segment begins with the next position, so nothing is missing.
    expect(damaged.events).toEqual([{ kind: 'index-rebuilt', file: first, entries: 2 }])
    expect(await damaged.positions()).toEqual([1, 2, 3])
    expect(damaged.fileSystem.bytesOf(first).length).toBe(end)
  })

  it('reports bytes behind a segment whose last entries may be missing', async () => {
    const damaged = await createLog(10, 20_000, 20_000, 20_000)
    await damaged.reopen()
    await damaged.log?.discard(3, 3)
    await damaged.fileSystem.unlink(firstIndex)
    const end = frameBytes(10) + frameBytes(20_000)
    damaged.fileSystem.overwrite(first, end, Buffer.from('garbage'))
    await damaged.reopen()
    expect(damaged.events[0]).toEqual({
      kind: 'entries-lost',
      file: first,
      offset: end,
      bytes: 7,
      positions: { first: 3, last: 2 },
    })
    expect(await damaged.positions()).toEqual([1, 2, 4])
  })

  it('takes no entry out of the contents of a damaged one', async () => {
    const damaged = new DamagedLog()
    const log = await damaged.open()
    const forged: Uint8Array[] = []
    pushFrame(forged, 2, Buffer.alloc(8, 'x'), 0, [Buffer.from('forged')], 6)
    await log.append([Buffer.from('first')])
    await log.append([Buffer.alloc(100), ...forged])
    await log.append([Buffer.from('third')])
    damaged.fileSystem.flip(first, frameBytes(5))
    await damaged.crash()
    expect(await damaged.positions()).toEqual([1, 3])
  })

  it('takes what the disk cannot read for damaged', async () => {
    const damaged = await createLog(20_000)
    await damaged.reopen()
    damaged.fileSystem.fail('read', 'EIO', { path: /seg$/ })
    damaged.fileSystem.fail('read', 'EIO', { path: /seg$/, after: 1 })
    // The second 4 KiB of the file are in the first two chunks of the entry.
    expect((await damaged.read())[0].damaged).toEqual([{ start: 0, end: 8192 }])
  })

  it('makes an index anew that the disk cannot read', async () => {
    for (const read of ['read', 'readSync'] as const) {
      const damaged = await createLog(10, 20)
      const log = await damaged.reopen()
      damaged.fileSystem.fail('read', 'EIO', { path: /idx$/ })
      if (read === 'read') expect(await damaged.positions()).toEqual([1, 2])
      else expect(log.readSync(2)?.bytes.length).toBe(20)
    }
    const damaged = await createLog(10, 20)
    await damaged.log?.close()
    damaged.fileSystem.fail('read', 'EIO', { path: /idx$/ })
    await damaged.open()
    expect(await damaged.positions()).toEqual([1, 2])
  })

  it('brings to the disk what it finds of a write whose sync had failed', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const damaged = new DamagedLog()
      damaged.fileSystem = new SimulatedFileSystem({ hasSyncedWrites: false })
      await damaged.open()
      await damaged.append(10)
      damaged.fileSystem.fail('sync', 'EIO')
      const failed = damaged.log?.append([Buffer.alloc(9000, 'x')])
      await expect(failed).rejects.toThrow(AppendUnknown)
      // The pages are in the cache, and count as written.
      await damaged.crash()
      expect(await damaged.positions()).toEqual([1, 2])
      damaged.fileSystem = damaged.fileSystem.losePower(seed)
      await damaged.open()
      expect(await damaged.positions()).toEqual([1, 2])
    }
  })

  it('opens when the disk is full', async () => {
    const damaged = await createLog(10, 20_000)
    damaged.fileSystem.fillDisk(0)
    const log = await damaged.crash()
    expect(await damaged.positions()).toEqual([1, 2])
    await expect(log.append([Buffer.alloc(10)])).rejects.toThrow(AppendRejected)
    damaged.fileSystem.fillDisk(1_000_000)
    await damaged.append(10)
    expect(await damaged.positions()).toEqual([1, 2, 3])
  })

  it('reports nothing where nothing is wrong', async () => {
    const damaged = await createLog(10, 20_000, 20_000, 10)
    await damaged.crash()
    expect(damaged.events).toEqual([])
    await damaged.append(10)
    await damaged.reopen()
    expect(damaged.events).toEqual([])
    expect(await damaged.positions()).toEqual([1, 2, 3, 4, 5])
  })

  it('removes an index whose segment is gone, and leaves other files alone', async () => {
    const damaged = await createLog(20_000, 20_000)
    await damaged.reopen()
    await damaged.fileSystem.unlink(first)
    const file = await damaged.fileSystem.open('/log/notes.txt', { write: true, create: 'new' })
    await file.close()
    await damaged.reopen()
    const names = await damaged.fileSystem.list(directory)
    expect(names).not.toContain('0000000000000001.idx')
    expect(names).toContain('notes.txt')
    expect(await damaged.positions()).toEqual([2])
  })

  it(
    'delivers every entry that was not hit, and of the others no byte that is wrong',
    async () => {
      const sizes = fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 20 })
      const flips = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 6,
      })
      await fc.assert(
        fc.asyncProperty(sizes, flips, fc.boolean(), async (all, damages, withoutIndexes) => {
          const damaged = await createLog(...all)
          await damaged.reopen()
          await damaged.append(1)
          await damaged.log?.close()
          const segments = (await damaged.fileSystem.list(directory)).filter((name) => name.endsWith('.seg')).sort()
          const hit = new Set<string>()
          for (const [where, offset, mask] of damages) {
            // The last segment stays sound: without its index, damage looks like a write that was torn.
            const name = segments[where % (segments.length - 1)]
            const at = offset % damaged.fileSystem.bytesOf(`/log/${name}`).length
            damaged.fileSystem.flip(`/log/${name}`, at, mask)
            hit.add(`${name} ${at}`)
            if (withoutIndexes) await damaged.fileSystem.unlink(`/log/${name.replace('seg', 'idx')}`).catch(() => {})
          }
          const frames = locate(damaged.written, segments)
          await damaged.open()
          const found = new Map((await damaged.read()).map((entry) => [entry.position, entry]))
          for (const { position, name, start, end } of frames) {
            const isHit = [...hit].some((each) => {
              const [file, at] = each.split(' ')
              return file === name && Number(at) >= start && Number(at) < end
            })
            const entry = found.get(position)
            const bytes = Buffer.from(damaged.written[position - 1])
            if (!isHit) expect(entry?.damaged).toEqual([])
            if (entry === undefined) continue
            const read = Buffer.from(entry.bytes)
            expect(read.length).toBe(bytes.length)
            for (const range of entry.damaged) {
              read.fill(0, range.start, range.end)
              bytes.fill(0, range.start, range.end)
            }
            expect(read.equals(bytes)).toBe(true)
          }
        }),
        { numRuns: RUNS },
      )
    },
    10_000 + RUNS * 200,
  )
})

/** Where each entry stands. */
function locate(written: readonly Buffer[], segments: readonly string[]) {
  let name = ''
  let start = 0
  return written.map(({ length }, i) => {
    const position = i + 1
    const fresh = segments.find((segment) => Number.parseInt(segment, 16) === position)
    if (fresh !== undefined) {
      name = fresh
      start = 0
    }
    const frame = { position, name, start, end: start + frameBytes(length) }
    start = frame.end
    return frame
  })
}
