/**
 * What every engine of the ordered log must guarantee, C1 to C7 of `ordered-log.ts`: the same tests for all of them.
 */

import { describe, expect, it } from 'vitest'
import { AppendRejected, AppendUnknown, type LogEntry, type OrderedLog } from '../../src/log/ordered-log.ts'

/** An engine, one log of it, and what can be done to it. A log has several segments after about a hundred entries of 100 bytes. */
export interface LogUnderTest {
  readonly log: OrderedLog
  /** The log opened again, after `close`, or as it is found after the process has died. */
  reopen(): Promise<LogUnderTest>
  /** Lets the next write fail so that nothing of it stays. */
  readonly refuseNextWrite?: () => void
  /** Lets the next write fail so that nobody knows what of it stays. */
  readonly loseNextWrite?: () => void
}

export function describeLog(name: string, create: () => Promise<LogUnderTest>): void {
  describe(`${name}, as an ordered log`, () => {
    describeOrder(create)
    describeReading(create)
    describeRemoving(create)
    describeEnding(create)
  })
}

function describeOrder(create: () => Promise<LogUnderTest>): void {
  it('C1: gives positions without a gap from 1 on, to every reader the same', async () => {
    const { log } = await create()
    expect(log.bounds).toEqual({ first: 1, last: 0 })
    for (let i = 1; i <= 5; i++) expect(await log.append([entry(i)])).toBe(i)
    expect(log.bounds).toEqual({ first: 1, last: 5 })
    const [one, other] = await Promise.all([readTexts(log), readTexts(log)])
    expect(one).toEqual([1, 2, 3, 4, 5].map(text))
    expect(other).toEqual(one)
    await log.close()
  })

  it('C2: keeps what was appended when it is closed and opened again', async () => {
    const before = await create()
    await appendMany(before.log, 1, 300)
    await before.log.close()
    const { log } = await before.reopen()
    expect(log.bounds).toEqual({ first: 1, last: 300 })
    expect(await readTexts(log)).toEqual(texts(1, 300))
    expect(await log.append([entry(301)])).toBe(301)
    await log.close()
  })

  it('C2: keeps what was appended when the process dies', async () => {
    const before = await create()
    await appendMany(before.log, 1, 150)
    for (let i = 151; i <= 160; i++) await before.log.append([entry(i)])
    const { log } = await before.reopen()
    expect(log.bounds.last).toBe(160)
    expect(await readTexts(log)).toEqual(texts(1, 160))
    await log.close()
  })

  it('C3: of a write whose end is unknown, shows whole entries from its start on or none', async (context) => {
    const before = await create()
    if (before.loseNextWrite === undefined) return context.skip()
    await appendMany(before.log, 1, 10)
    before.loseNextWrite()
    const outcomes = await Promise.allSettled([11, 12, 13].map((i) => before.log.append([entry(i)])))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(AppendUnknown) })
    expect(await readTexts(before.log)).toEqual(texts(1, 10))
    const { log } = await before.reopen()
    const { last } = log.bounds
    expect(last).toBeGreaterThanOrEqual(10)
    expect(await readTexts(log)).toEqual(texts(1, last))
    expect(await log.append([entry(last + 1)])).toBe(last + 1)
    await log.close()
  })

  it('C4: keeps the order of appends, however many are on their way', async () => {
    const { log } = await create()
    const positions = await Promise.all(Array.from({ length: 2000 }, (_, i) => log.append([entry(i + 1)])))
    expect(positions).toEqual(positions.map((_, i) => i + 1))
    expect(await readTexts(log)).toEqual(texts(1, 2000))
    await log.close()
  })

  it('C4: goes on in order after a write that was refused', async (context) => {
    const { log, refuseNextWrite } = await create()
    if (refuseNextWrite === undefined) return context.skip()
    await appendMany(log, 1, 10)
    refuseNextWrite()
    const outcomes = await Promise.allSettled([11, 12].map((i) => log.append([entry(i)])))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(AppendRejected) })
    await appendMany(log, 11, 20)
    expect(await readTexts(log)).toEqual(texts(1, 20))
    await log.close()
  })
}

function describeReading(create: () => Promise<LogUnderTest>): void {
  it('C5: reads any range, as far as it is there', async () => {
    const { log } = await create()
    await appendMany(log, 1, 300)
    for (const [from, to] of [
      [1, 1],
      [7, 12],
      [100, 250],
      [300, 300],
      [299, 1000],
      [301, 400],
      [5, 4],
      [-3, 2],
    ]) {
      expect(await readTexts(log, from, to)).toEqual(texts(Math.max(from, 1), Math.min(to, 300)))
    }
    await log.close()
  })

  it('C5: reads an entry as soon as its append has resolved, at once and in turn', async () => {
    const { log } = await create()
    for (let i = 1; i <= 120; i++) {
      const position = await log.append([entry(i)])
      expect(readText(log.readSync(position))).toBe(text(i))
      if (i % 20 === 0) expect(await readTexts(log, i, i)).toEqual([text(i)])
    }
    expect(log.readSync(0)).toBeUndefined()
    expect(log.readSync(121)).toBeUndefined()
    await log.close()
  })

  it('C5: reads while it is written', async () => {
    const { log } = await create()
    await appendMany(log, 1, 100)
    const [read] = await Promise.all([readTexts(log, 1, 100), appendMany(log, 101, 300)])
    expect(read).toEqual(texts(1, 100))
    await log.close()
  })

  it('gives the parts of an entry in one piece, empty ones too', async () => {
    const { log } = await create()
    const large = Buffer.alloc(Math.min(20_000, log.maxEntryBytes - 10), 'x')
    const entries = [
      [],
      [Buffer.alloc(0)],
      [Buffer.from('a'), Buffer.alloc(0), Buffer.from('bc')],
      [Buffer.from('1'), large],
    ]
    for (const parts of entries) {
      const position = await log.append(parts)
      expect(Buffer.from(log.readSync(position)?.bytes ?? [1]).equals(Buffer.concat(parts))).toBe(true)
    }
    await log.close()
  })

  it('takes an entry of the largest size, and none above', async () => {
    const { log } = await create()
    const largest = Buffer.alloc(log.maxEntryBytes, 7)
    const position = await log.append([largest])
    expect(Buffer.from(log.readSync(position)?.bytes ?? []).equals(largest)).toBe(true)
    await expect(log.append([largest, Buffer.alloc(1)])).rejects.toThrow(AppendRejected)
    expect(await log.append([entry(2)])).toBe(position + 1)
    await log.close()
  })
}

function describeRemoving(create: () => Promise<LogUnderTest>): void {
  it('C6: trims whole segments from the start, none with what is kept', async () => {
    const before = await create()
    await appendMany(before.log, 1, 300)
    const { segments } = before.log
    expect(segments.length).toBeGreaterThan(3)
    const kept = segments[2].first
    await before.log.trim(kept)
    expect(before.log.bounds).toEqual({ first: kept, last: 300 })
    await before.log.trim(kept)
    await before.log.trim(kept + 1)
    expect(await readTexts(before.log)).toEqual(texts(kept, 300))
    expect(before.log.readSync(kept - 1)).toBeUndefined()
    await before.log.close()
    const { log } = await before.reopen()
    expect(log.bounds).toEqual({ first: kept, last: 300 })
    expect(await readTexts(log)).toEqual(texts(kept, 300))
    await log.close()
  })

  it('C6: never goes back in positions, whatever is trimmed', async () => {
    const before = await create()
    await appendMany(before.log, 1, 300)
    await before.log.trim(301)
    expect(before.log.bounds.last).toBe(300)
    await before.log.close()
    const { log } = await before.reopen()
    await log.trim(301)
    expect(await log.append([entry(301)])).toBe(301)
    expect(await readTexts(log, 301, 301)).toEqual([text(301)])
    await log.close()
  })

  it('C6: discards segments that lie within a range, and no other entry', async () => {
    const before = await create()
    await appendMany(before.log, 1, 300)
    const [, second, third, fourth] = before.log.segments.map(({ first, last }) => ({ first, last }))
    await before.log.discard(second.first + 1, fourth.last - 1)
    const left = [...texts(1, second.last), ...texts(third.last + 1, 300)]
    expect(await readTexts(before.log)).toEqual(left)
    expect(before.log.readSync(third.first)).toBeUndefined()
    expect(await readTexts(before.log, third.first, third.last)).toEqual([])
    await before.log.close()
    const { log } = await before.reopen()
    expect(await readTexts(log)).toEqual(left)
    expect(log.bounds).toEqual({ first: 1, last: 300 })
    await log.close()
  })

  it('C6: removes segments under a reader, who gets what is left', async () => {
    const { log } = await create()
    await appendMany(log, 1, 300)
    const read: string[] = []
    const kept = (log.segments.at(-2) ?? { first: 0 }).first
    for await (const { bytes } of log.read(1, 300)) {
      if (read.length === 0) await log.trim(kept)
      read.push(readText({ bytes }))
    }
    expect(read.slice(-(301 - kept))).toEqual(texts(kept, 300))
    await log.close()
  })

  it('tells the sizes of its segments', async () => {
    const { log } = await create()
    await appendMany(log, 1, 300)
    const { segments } = log
    expect(segments[0].first).toBe(1)
    for (let i = 1; i < segments.length; i++) expect(segments[i].first).toBe(segments[i - 1].last + 1)
    for (const { first, last, bytes } of segments)
      expect(bytes).toBeGreaterThanOrEqual((last - first + 1) * entry(1).length)
    await log.close()
  })
}

function describeEnding(create: () => Promise<LogUnderTest>): void {
  it('C7: finishes what is on its way when it is closed, and takes nothing more', async () => {
    const before = await create()
    const positions = Promise.all([1, 2, 3].map((i) => before.log.append([entry(i)])))
    await before.log.close()
    expect(await positions).toEqual([1, 2, 3])
    await expect(before.log.append([entry(4)])).rejects.toThrow(AppendRejected)
    const { log } = await before.reopen()
    expect(await readTexts(log)).toEqual(texts(1, 3))
    await log.close()
  })

  it('C7: takes nothing more after it has failed, and can still be read', async (context) => {
    const { log, loseNextWrite } = await create()
    if (loseNextWrite === undefined) return context.skip()
    await appendMany(log, 1, 20)
    loseNextWrite()
    await expect(log.append([entry(21)])).rejects.toThrow(AppendUnknown)
    await expect(log.append([entry(22)])).rejects.toThrow(AppendUnknown)
    expect(await readTexts(log)).toEqual(texts(1, 20))
    expect(readText(log.readSync(20))).toBe(text(20))
    await log.close()
  })
}

function text(i: number): string {
  return `entry ${i} ${'.'.repeat(60 + (i % 60))}`
}

function texts(first: number, last: number): string[] {
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => text(first + i))
}

function entry(i: number): Uint8Array {
  return Buffer.from(text(i))
}

function readText(entry: Pick<LogEntry, 'bytes'> | undefined): string {
  return Buffer.from(entry?.bytes ?? []).toString()
}

async function readTexts(log: OrderedLog, from = 1, to = log.bounds.last): Promise<string[]> {
  const read: string[] = []
  for await (const each of log.read(from, to)) {
    expect(each.damaged).toEqual([])
    read.push(readText(each))
  }
  return read
}

/** Appends entries ten at a time, so that there are several writes. */
async function appendMany(log: OrderedLog, first: number, last: number): Promise<void> {
  for (let i = first; i <= last; i += 10) {
    const numbers = Array.from({ length: Math.min(10, last - i + 1) }, (_, k) => i + k)
    const positions = await Promise.all(numbers.map((each) => log.append([entry(each)])))
    expect(positions).toEqual(numbers)
  }
}
